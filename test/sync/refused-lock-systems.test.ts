// Members who stand before a door that stays shut, where the lock system tells it: by webhook and in its list, or only there.
import { describe, expect, it } from 'vitest';
import { counting, DAY, MINUTE } from '../support/relay.ts';
import { createRelayOn, kisi, type systems, unifi } from '../support/relay-on.ts';

const policy = `
version: 1
rules:
  - { name: Everybody, locks: [Front door], members: all }
  - { name: Studio for some, locks: [Studio], plans: [Studio] }
`;
const cobot = { switches: { repeatCheckIn: 'second' as const } };

/** The simulator's words, and those that the connector makes of them. */
const words = { kisi: 'no access', unifi: 'BLOCKED' };
const start = { kisi: kisi(), unifi: unifi() };

describe.each(['kisi', 'unifi'] as const)('who is refused at a door of %s', (system) => {
  async function house() {
    const world = await createRelayOn<Awaited<ReturnType<(typeof systems)['kisi']>>>(start[system], {
      policy,
      locks: ['Front door', 'Studio'],
      cobot,
    });
    world.cobot.addPlan({ name: 'Studio' });
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Days', limited: true }) });
    world.cobot.addPass(ada);
    world.cobot.addPass(ada);
    await world.sweep();
    await world.pass(MINUTE);
    return { world, ada, front: world.lock('Front door'), studio: world.lock('Studio') };
  }

  it("is recorded in the system's words, and costs neither a pass nor a call to Cobot", async () => {
    const { world, ada, studio } = await house();
    const calls = counting(world.cobot);

    await world.standsBefore(ada, studio);
    await world.pass(MINUTE);
    await world.catchUp();

    const [opening] = await world.store.openings.list();
    expect(opening).toMatchObject({ outcome: 'refused at the door', refused: words[system], lockName: 'Studio' });
    expect([calls(), world.cobot.checkInsOf(ada).length, world.spent(ada)]).toEqual([0, 0, 0]);
  });

  it('is shown to whoever asks why, and in the audit', async () => {
    const { world, ada, studio } = await house();

    await world.standsBefore(ada, studio);
    await world.pass(MINUTE);
    await world.catchUp();

    const told = `stood before a door that stayed shut: ${words[system]}`;
    expect((await world.why(ada)).refusedLately).toEqual([`2026-11-30 09:01, Studio: ${told}`]);
    expect(await world.audit()).toContainEqual(expect.stringContaining(`opening: ${told} (Studio, `));
  });

  it('is shown for a week, and no longer', async () => {
    const { world, ada, studio } = await house();
    await world.standsBefore(ada, studio);
    await world.catchUp();
    await world.pass(MINUTE);
    await world.catchUp();

    await world.pass(6 * DAY);
    expect((await world.why(ada)).refusedLately).toHaveLength(1);
    await world.pass(DAY);

    expect((await world.why(ada)).refusedLately).toEqual([]);
  });

  it('is recorded once however often it is told', async () => {
    const { world, ada, studio } = await house();

    await world.standsBefore(ada, studio);
    await world.waitFor(world.locks.redeliverLast());
    await world.settle();
    for (let look = 0; look < 2; look += 1) {
      await world.pass(MINUTE);
      await world.catchUp();
    }

    expect(await world.outcomes()).toEqual(['refused at the door']);
    expect((await world.audit()).filter((line) => line.startsWith('opening'))).toHaveLength(1);
  });

  it('and let in within the same second: both are recorded, and one check-in is made', async () => {
    const { world, ada, front } = await house();

    await world.standsBefore(ada, front);
    await world.opensLock(ada, front);
    await world.pass(MINUTE);
    await world.catchUp();

    expect((await world.outcomes()).toSorted()).toEqual(['checked in', 'refused at the door']);
    expect([world.cobot.checkInsOf(ada).length, world.spent(ada)]).toEqual([1, 1]);
  });

  it('is no business of ours where it is a stranger', async () => {
    const { world, studio } = await house();
    const id = world.locks.addPerson({ email: 'stranger@example.com', name: 'A Stranger' });

    await world.waitFor(world.locks.refuseAtLock(id, studio.id));
    await world.pass(MINUTE);
    await world.catchUp();

    expect(await world.outcomes()).toEqual(['not ours']);
    expect((await world.audit()).filter((line) => line.startsWith('opening'))).toEqual([]);
  });
});
