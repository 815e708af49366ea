// A lock system without windows (UniFi): the relay's timers open and shut, and what fails at the end is tried again, since
// somebody could enter who should not.
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND, UNAVAILABLE } from '../support/relay.ts';
import { createRelayOn, unifi } from '../support/relay-on.ts';

const policy = `
version: 1
rules:
  - { name: Everybody, locks: [Front door], members: all }
  - { name: Room, locks: [Room], booking: { resource: Room, before: 10m, after: 5m } }
`;
const SETS = /\/access_policies$/;
const PUT_SET = (request: { method: string; path: string }) => request.method === 'PUT' && SETS.test(request.path);

describe('a booking on UniFi Access', () => {
  /** From ten to eleven, so from 9:50 to 11:05; it is nine now. */
  async function house() {
    const world = await createRelayOn(unifi(), { policy, locks: ['Front door', 'Room'] });
    const plan = world.cobot.addPlan({ name: 'Full' });
    const [ada, ben] = ['Ada', 'Ben'].map((name) => world.cobot.addMember({ name, plan }));
    if (!ada || !ben) throw new Error('no members');
    const resource = world.cobot.addResource('Room');
    const from = world.clock.now() + HOUR;
    world.cobot.addBooking({ resource, member: ada, from, to: from + HOUR });
    await world.sweep();
    return { world, ada, ben, from, shutsAt: from + HOUR + 5 * MINUTE };
  }

  it('opens by itself at its time, and not a second earlier', async () => {
    const { world, ada, ben, from } = await house();
    expect(world.opens(ada)).toEqual(['Front door']);

    await world.pass(from - 10 * MINUTE - SECOND - world.clock.now());
    expect(world.opens(ada)).toEqual(['Front door']);
    await world.pass(SECOND);

    expect([world.opens(ada), world.opens(ben)]).toEqual([['Front door', 'Room'], ['Front door']]);
  });

  it('shuts by itself at its time, not a second earlier, and takes nothing else', async () => {
    const { world, ada, ben, shutsAt } = await house();

    await world.pass(shutsAt - SECOND - world.clock.now());
    expect(world.opens(ada)).toEqual(['Front door', 'Room']);
    await world.pass(SECOND);

    expect([world.opens(ada), world.opens(ben)]).toEqual([['Front door'], ['Front door']]);
    expect(await world.problems()).toEqual([]);
  });

  it('that cannot be shut is tried again until it is, and shown by a sweep meanwhile', async () => {
    const { world, ada, shutsAt } = await house();
    await world.pass(shutsAt - MINUTE - world.clock.now());
    const failing = world.locks.sabotage(PUT_SET, UNAVAILABLE);

    await world.pass(2 * MINUTE);
    await world.sweep();

    expect(world.opens(ada)).toEqual(['Front door', 'Room']);
    expect(failing.hits).toBeGreaterThan(2);
    expect((await world.problems()).map(({ kind }) => kind)).toContain('boundary');
    expect(
      world.lines.filter((line) => line.includes('may be able to open a lock who should not')).length,
    ).toBeGreaterThan(0);

    world.locks.healAll();
    await world.pass(5 * MINUTE);
    expect(world.opens(ada)).toEqual(['Front door']);
    await world.sweep();
    expect(await world.problems()).toEqual([]);
  });

  it('is tried again within seconds of the first failure', async () => {
    const { world, ada, shutsAt } = await house();
    await world.pass(shutsAt - MINUTE - world.clock.now());
    world.locks.sabotage(PUT_SET, UNAVAILABLE, { times: 1 });

    await world.pass(MINUTE + 5 * SECOND);

    expect(world.opens(ada)).toEqual(['Front door']);
  });

  it('whose end comes while the relay is down shuts right after the start', async () => {
    const { world, ada, shutsAt } = await house();
    await world.pass(30 * MINUTE + HOUR - MINUTE);
    expect(world.opens(ada)).toEqual(['Front door', 'Room']);

    await world.stop();
    await world.clock.advance(shutsAt + HOUR - world.clock.now());
    expect(world.opens(ada)).toEqual(['Front door', 'Room']);
    await world.start();
    await world.settle();

    expect(world.opens(ada)).toEqual(['Front door']);
  });

  it('whose beginning comes while the relay is down opens right after the start', async () => {
    const { world, ada, from } = await house();

    await world.stop();
    await world.clock.advance(from - world.clock.now());
    await world.start();
    await world.settle();

    expect(world.opens(ada)).toEqual(['Front door', 'Room']);
  });

  it('never leaves a set smaller in between than both before and after', async () => {
    const { world, ada, shutsAt } = await house();
    const { id } = world.userOf(ada);

    await world.pass(shutsAt + MINUTE - world.clock.now());

    const front = world.lock('Front door').id;
    const [, , ...sets] = world.locks.setsSeen(id);
    expect(sets.length).toBeGreaterThanOrEqual(2);
    expect(sets.filter((set) => !set.includes(front))).toEqual([]);
  });
});
