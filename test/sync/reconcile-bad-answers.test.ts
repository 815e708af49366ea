import { describe, expect, it } from 'vitest';
import { lacking } from '../../src/simulators/sabotage.ts';
import { counting, createRelayWorld, HOUR, MINUTE, SECOND, UNAVAILABLE, until } from '../support/relay.ts';
import { ENDED, job, oneMember } from './one-member.ts';

describe('a kind of fact that cannot be read', () => {
  async function threeRules() {
    const world = await createRelayWorld({
      locks: ['Front door', 'Lounge', 'Room'],
      policy: `
version: 1
rules:
  - { name: Pass, locks: [Front door], members: all }
  - { name: Free, locks: [Lounge], members: all, passes: ignore }
  - { name: Booked, locks: [Room], booking: { resource: Room } }
`,
    });
    const resource = world.cobot.addResource('Room');
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Days', limited: true }) });
    const from = world.clock.now() - MINUTE;
    const pass = world.cobot.addPass(member);
    const booking = world.cobot.addBooking({ resource, member, from, to: from + HOUR });
    return { world, member, pass, booking };
  }
  const kinds = {
    passes: ['GET /api/memberships/:id/time_passes/unused', 'Front door'],
    'check-ins': ['GET /api/memberships/:id/check_ins', 'Front door'],
    bookings: ['GET /api/bookings', 'Room'],
  } as const;

  it.each(Object.entries(kinds))(
    '%s: keeps what rests on it, serves the rest, and is tried again',
    async (_, [read]) => {
      const { world, member, pass, booking } = await threeRules();
      await world.reconcile(member);
      expect(world.opens(member)).toEqual(['Front door', 'Lounge', 'Room']);
      world.cobot.passes.delete(pass.id);
      world.cobot.removeBooking(booking);
      const sabotage = world.cobot.sabotage(read, UNAVAILABLE);
      await world.parts.queue.add([job(member)]);
      await world.settle();

      const kept = Object.values(kinds).find(([endpoint]) => endpoint === read)?.[1];
      expect(world.opens(member)).toEqual(
        ['Front door', 'Lounge', 'Room'].filter((name) => name === 'Lounge' || name === kept),
      );
      expect(await world.jobs('reconcile')).toMatchObject([{ key: member.id }]);
      sabotage.lift();
      await world.pass(MINUTE);
      expect(world.opens(member)).toEqual(['Lounge']);
    },
  );

  it.each(Object.entries(kinds))('%s: gives what rests on something else to somebody new', async (_, [read, lock]) => {
    const { world, member } = await threeRules();
    world.cobot.sabotage(read, UNAVAILABLE);

    await expect(world.reconcile(member)).rejects.toThrow('503');

    expect(world.opens(member)).toEqual(
      expect.arrayContaining(['Front door', 'Lounge', 'Room'].filter((name) => name !== lock)),
    );
  });

  it('never forgets what was there: later reads still ask for it', async () => {
    const { world, member, pass } = await threeRules();
    await world.reconcile(member);
    const broken = world.cobot.sabotage('GET /api/memberships/:id/time_passes/unused', UNAVAILABLE);
    await world.reconcile(member).catch(() => undefined);
    broken.lift();
    world.cobot.sabotage('GET /api/memberships/:id/time_passes/unused', {
      kind: 'replace',
      data: lacking(() => true),
    });

    await world.reconcile(member);

    expect(world.opens(member)).toContain('Front door');
    expect((await world.store.evidence.of(member.id))?.passes.map(({ id }) => id)).toEqual([pass.id]);
  });
});

describe('an answer of the lock system that never comes', () => {
  const lost = {
    'a reset': { kind: 'reset', when: 'after' },
    'a bad gateway': { kind: 'answer', status: 502, when: 'after', headers: { 'retry-after': '1' } },
    'an HTML page': { kind: 'answer', status: 201, html: '<html></html>', when: 'after' },
    half: { kind: 'truncate' },
  } as const;

  it.each(Object.entries(lost))('to POST /users (%s) makes no second user', async (_, action) => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.locks.sabotage('POST /users', action, { times: 1 });
    await world.parts.queue.add([job(member)]);

    await world.pass(5 * MINUTE);

    expect(world.locks.users.size).toBe(1);
    expect(world.opens(member)).toEqual(['Front door']);
    expect(world.cobot.tokensOf(member)).toEqual([world.userOf(member).id]);
  });

  it.each(Object.entries(lost))('to POST /access (%s) leaves no grant twice', async (_, action) => {
    const world = await createRelayWorld({ locks: ['Front door', 'Room'] });
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.locks.sabotage('POST /access', action, { times: 2 });
    await world.parts.queue.add([job(member)]);

    await world.pass(5 * MINUTE);

    expect(world.opens(member)).toEqual(['Front door', 'Room']);
    expect(world.locks.access.size).toBe(2);
  });

  it.each(Object.entries(lost))('to DELETE /access (%s) ends with the grant gone', async (_, action) => {
    const { world, member } = await oneMember({ locks: ['Front door', 'Room'] });
    world.cobot.cancel(member, ENDED);
    world.locks.sabotage('DELETE /access/:id', action, { times: 1 });
    await world.parts.queue.add([job(member)]);

    await world.pass(5 * MINUTE);

    expect(world.locks.access.size).toBe(0);
    expect(await world.jobs('reconcile', 'dead')).toEqual([]);
  });

  it('to PATCH /users (a reset) ends with the new address, once', async () => {
    const { world, member } = await oneMember();
    member.email = 'ada.new@example.com';
    world.locks.sabotage('PATCH /users/:id', { kind: 'reset', when: 'after' }, { times: 1 });
    await world.parts.queue.add([job(member)]);

    await world.pass(MINUTE);

    expect([...world.locks.users.values()].map(({ email }) => email)).toEqual(['ada.new@example.com']);
  });

  it.each(['POST /users', 'POST /access'])(
    'to %s (a time-out) that lands late leaves nothing twice',
    async (endpoint) => {
      const world = await createRelayWorld();
      const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
      const late = world.locks.sabotage(endpoint, { kind: 'hang', lands: true }, { times: 1 });
      await world.parts.queue.add([job(member)]);
      await until(() => late.hits === 1);
      await world.clock.advance(10 * SECOND);
      await world.settle();
      late.lift();

      await world.pass(5 * MINUTE);
      await world.sweep();

      expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 1]);
      expect(world.opens(member)).toEqual(['Front door']);
    },
  );

  it('to POST /users (a time-out) is looked for, and sent again, when it can no longer land', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const registering = counting(world.locks, 'POST /users');
    const lost = world.locks.sabotage('POST /users', { kind: 'hang' }, { times: 1 });
    await world.parts.queue.add([job(member)]);
    await until(() => lost.hits === 1);
    await world.clock.advance(10 * SECOND);
    await world.settle();
    await world.pass(29 * SECOND);
    expect(registering()).toBe(1);

    await world.pass(2 * SECOND);

    expect([registering(), world.opens(member)]).toEqual([2, ['Front door']]);
  });
});
