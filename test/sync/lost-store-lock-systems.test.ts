// What the relay remembers is gone. Where grants carry a mark, everything is found again; where they carry none, what is
// there is somebody's, perhaps ours: it is left alone and shown, until a person takes it over.
import { describe, expect, it } from 'vitest';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { counting, HOUR, MINUTE } from '../support/relay.ts';
import { createRelayOn, kisi, type StartLocks, seam, smartlock, unifi } from '../support/relay-on.ts';

const ENDED = '2026-11-29';
const DOORS = ['Front door', 'Studio'];
const WRITES = /^(?!GET |POST .*\/(list|get)$)/;

async function house(start: StartLocks<LockSimulator>) {
  const world = await createRelayOn(start, { locks: DOORS });
  const plan = world.cobot.addPlan({ name: 'Full' });
  const [ada, ben] = ['Ada', 'Ben'].map((name) => world.cobot.addMember({ name, plan }));
  if (!ada || !ben) throw new Error('no members');
  const cleaner = world.locks.addPerson({ email: 'cleaner@example.com', name: 'The Cleaner' });
  world.locks.addByHand({ lockUserId: cleaner, lockId: world.lock('Front door').id, note: 'every evening' });
  await world.sweep();
  await world.pass(MINUTE);
  expect([world.opens(ada), world.opens(ben)]).toEqual([DOORS, DOORS]);
  return { world, ada, ben };
}

describe.each([
  ['SmartLock', smartlock],
  ['Seam at entrances', seam()],
  ['Seam at keypads', seam({ keypads: DOORS })],
] as const)('on %s, where grants are marked', (_name, start) => {
  it('everything is found as it is, and nothing is written', async () => {
    const { world } = await house(start);
    const before = world.truth();
    await world.loseDatabase();
    const written = counting(world.locks, WRITES);

    const { changes } = await world.sweep();

    expect([changes, written(), await world.problems()]).toEqual([[], 0, []]);
    expect(world.truth()).toEqual(before);
  });

  it('what was the relay\u2019s is taken back from who has left, and nothing of others', async () => {
    const { world, ada, ben } = await house(start);
    world.cobot.cancel(ada, ENDED);
    await world.loseDatabase();

    await world.sweep();
    await world.pass(MINUTE);

    expect([world.opens(ada), world.opens(ben)]).toEqual([[], DOORS]);
    expect(world.opens({ email: 'cleaner@example.com' })).toEqual(['Front door']);
  });
});

describe.each([
  ['Kisi', kisi()],
  ['Kisi, where a second assignment is taken', kisi({ secondAssignment: 'taken' })],
  ['UniFi Access', unifi()],
] as const)('on %s, where the store is the only witness', (_name, start) => {
  it('nobody is registered twice, and nothing of what is there is taken away', async () => {
    const { world, ada, ben } = await house(start);
    const before = world.truth();
    await world.loseDatabase();

    await world.sweep();
    await world.pass(HOUR);
    await world.sweep();

    const after = world.truth();
    expect(after.people).toEqual(before.people);
    expect(after.grants).toEqual(expect.arrayContaining(before.grants));
    expect([world.opens(ada), world.opens(ben)]).toEqual([DOORS, DOORS]);
  });

  it('not even from who has left meanwhile: that is shown', async () => {
    const { world, ada } = await house(start);
    world.cobot.cancel(ada, ENDED);
    await world.loseDatabase();

    await world.sweep();

    expect(world.opens(ada)).toEqual(DOORS);
    expect(await world.problems()).toContainEqual(
      expect.objectContaining({
        membershipId: ada.id,
        kind: 'foreign-access',
        sentence: expect.stringMatching(/can open Front door, Studio through a grant that the relay did not make/),
      }),
    );
  });
});

describe.each([
  ['Kisi, where a second assignment is taken', kisi({ secondAssignment: 'taken' })],
  ['UniFi Access', unifi()],
] as const)('on %s, what nobody knows now', (_name, start) => {
  it('is not taken from who leaves afterwards either, until a person has taken it over', async () => {
    const { world, ada, ben } = await house(start);
    await world.loseDatabase();
    await world.sweep();
    world.cobot.cancel(ada, ENDED);
    await world.sweep();
    expect(world.opens(ada)).toEqual(DOORS);

    const done = await world.adopt(ada);
    await world.sweep();
    await world.pass(MINUTE);

    expect(done).toMatchObject({ taken: 2, failed: [] });
    expect([world.opens(ada), world.opens(ben)]).toEqual([[], DOORS]);
    expect((await world.problems()).filter(({ membershipId }) => membershipId === ada.id)).toEqual([]);
  });

  it('shuts nobody out while it is taken over', async () => {
    const { world, ada } = await house(start);
    await world.loseDatabase();
    await world.sweep();
    const gaps: string[] = [];
    world.atEveryRequest(() => {
      if (world.opens(ada).length < DOORS.length) gaps.push(world.locks.requests.at(-1)?.endpoint ?? '');
    });

    const done = await world.adopt(ada);
    await world.sweep();
    await world.pass(MINUTE);

    expect([done, gaps, world.opens(ada)]).toEqual([{ taken: 2, failed: [] }, [], DOORS]);
  });
});

describe('on Kisi, where no second assignment is taken, what nobody knows now', () => {
  // Waits for OwnedLocks.takeOver, which has to remember it as ours where nothing can stand beside it.
  it('is taken over as it is', async () => {
    const { world, ada } = await house(kisi());
    await world.loseDatabase();
    await world.sweep();

    const done = await world.adopt(ada);
    world.cobot.cancel(ada, ENDED);
    await world.sweep();

    expect([done, world.opens(ada)]).toEqual([{ taken: 2, failed: [] }, []]);
  });
});

describe.each([
  ['Kisi', kisi()],
  ['UniFi Access', unifi()],
] as const)('on %s, who has what the store knew and nobody knows now', (_name, start) => {
  it('is shown as open through others', async () => {
    const { world, ada, ben } = await house(start);
    await world.loseDatabase();

    await world.sweep();
    await world.sweep();

    const shown = (await world.problems()).filter(({ kind }) => kind === 'open-through-others');
    expect(new Set(shown.map(({ membershipId }) => membershipId))).toEqual(new Set([ada.id, ben.id]));
    expect(shown.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringContaining('"relay adopt" takes it over'),
    );
  });
});
