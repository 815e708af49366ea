import { beforeEach, describe, expect, it } from 'vitest';
import type { Window } from '../../src/access/model.ts';
import { createDryRun } from '../../src/locks/dry-run.ts';
import { foreign, HOUR, MONDAY, note, ours, type WindowlessWorld, windowlessWorld } from './windowless-world.ts';

let world: WindowlessWorld;
beforeEach(async () => {
  world = await windowlessWorld({ grants: [...foreign] });
});

const reconcile = (windows: readonly Window[]) => world.reconcile(windows);
const nothing = { adds: 0, removals: 0, clear: 0 };

describe('a window', () => {
  const window = { from: MONDAY + HOUR, until: MONDAY + 3 * HOUR };

  it('that is ahead is reported and asks for a timer, and nothing is really given yet', async () => {
    const grant = await world.add(window);

    expect(grant).toMatchObject({ ...window, lockUserId: 'ada', lockId: 'front', note });
    expect(await world.locks.grants({ lockUserId: 'ada' })).toEqual([grant, ...foreign.slice(0, 2)]);
    expect(world.boundaries).toEqual([window.from]);
    expect(world.memory.writes).toEqual([]);
  });

  it('opens at its beginning and shuts at its end', async () => {
    const grant = await world.add(window);

    expect(await world.pass(HOUR - 1)).toBe(window.from);
    expect(world.real()).toEqual([]);
    expect(await world.pass(1)).toBe(window.until);
    expect(world.real()).toMatchObject([{ from: null, until: null, note }]);
    expect(await world.locks.grants()).toContainEqual(grant);
    expect(await world.pass(2 * HOUR - 1)).toBe(window.until);
    expect(world.real()).toHaveLength(1);
    expect(await world.pass(1)).toBeNull();
    expect(world.real()).toEqual([]);
  });

  it('that is open now is really given at once, and asks for a timer at its end', async () => {
    await world.add({ until: MONDAY + HOUR });

    expect(world.real()).toHaveLength(1);
    expect(world.boundaries).toEqual([MONDAY + HOUR]);
  });

  it('without an end asks for no timer, and one that was missed altogether gives nothing', async () => {
    await world.add({}, 'ada', 'back');
    await world.add(window);

    await world.pass(5 * HOUR);

    expect(world.boundaries).toEqual([window.from]);
    expect(world.real()).toEqual([]);
    expect(world.real('ada', 'back')).toHaveLength(1);
  });

  it('that is over stays listed until it is cleared, like anywhere else', async () => {
    const grant = await world.add({ until: MONDAY + HOUR });
    await world.pass(HOUR);

    expect(await world.locks.grants()).toContainEqual(grant);
    expect(await reconcile([])).toEqual({ ...nothing, clear: 1 });
    expect(await world.store.all()).toEqual([]);
  });

  it('is in whole seconds, and its note is kept whole', () => {
    const long = ours.noteOf('m1', '🚪 '.repeat(300));
    const grant = { from: MONDAY + 999, until: MONDAY + HOUR + 0.5, note: long };

    expect(world.locks.adjust(grant)).toEqual({ from: MONDAY, until: MONDAY + HOUR, note: long });
    expect(world.locks.adjust({ from: null, until: null, note })).toEqual({ from: null, until: null, note });
  });

  it('shuts where the clock was set back behind its beginning', async () => {
    await world.add(window);
    await world.pass(HOUR);

    await world.pass(-HOUR);
    expect(world.real()).toEqual([]);
    await world.pass(HOUR);
    expect(world.real()).toHaveLength(1);
  });
});

describe('several windows of a lock user at a lock', () => {
  it('share one real grant while they are open, which goes with the last', async () => {
    const first = await world.add({ until: MONDAY + HOUR });
    const second = await world.add({ until: MONDAY + 2 * HOUR });
    const [real] = world.real();

    await world.locks.removeGrant(second.id);
    expect(world.real()).toEqual([real]);
    await world.add({ until: MONDAY + 3 * HOUR });
    await world.pass(HOUR);
    expect(world.real()).toEqual([real]);
    await world.locks.removeGrant(first.id);
    expect(world.real()).toEqual([real]);
    await world.pass(2 * HOUR);
    expect(world.real()).toEqual([]);
  });

  it('hand the real grant on where one ends as the other begins', async () => {
    await world.add({ until: MONDAY + HOUR });
    await world.add({ from: MONDAY + HOUR, until: MONDAY + 2 * HOUR });
    const before = world.real();
    const writes = world.memory.writes.length;

    await world.pass(HOUR);

    expect(world.real()).toEqual(before);
    expect(world.memory.writes).toHaveLength(writes);
  });

  it('never shut in the middle of a move', async () => {
    const windows = [{ from: null, until: MONDAY + HOUR }];
    await reconcile(windows);
    const before = world.real();

    expect(await reconcile([{ from: null, until: null }])).toEqual({ adds: 1, removals: 1, clear: 0 });

    expect(world.real()).toEqual(before);
    expect(world.memory.writes).toEqual(['addGrant ada']);
    await world.pass(HOUR);
    expect(world.real()).toEqual(before);
  });

  it('become one real grant also where they are added and timed at the same moment', async () => {
    const from = MONDAY + HOUR;
    await Promise.all([world.add({ from }), world.add({ from, until: from + HOUR })]);
    world.clock.at = from;

    await Promise.all([world.locks.tick(), world.add({ until: from + HOUR }), world.locks.tick(), world.add()]);

    expect(world.real()).toHaveLength(1);
  });
});

describe('grants of others', () => {
  it('come through as they are, and are removed only by their own id', async () => {
    expect(await world.locks.grants()).toEqual(foreign);
    expect(await world.locks.grants({ lockUserId: 'bob' })).toEqual(foreign.slice(2));

    await world.locks.removeGrant('theirs-1');

    expect(world.memory.allGrants).toEqual(foreign.slice(1));
  });

  it('stay where windows open and shut beside them', async () => {
    await world.add({ until: MONDAY + HOUR });
    await world.add({ until: MONDAY + HOUR }, 'ada', 'back');
    await world.pass(HOUR);
    await reconcile([]);

    expect(world.memory.allGrants).toEqual(foreign);
  });
});

describe('a lock user or lock that is gone', () => {
  it('is said to be, and nothing of it is kept', async () => {
    const grant = { lockUserId: 'nobody', lockId: 'front', from: null, until: null, note };

    expect(await world.locks.addGrant(grant)).toBe('gone');
    expect(await world.locks.addGrant({ ...grant, lockUserId: 'ada', lockId: 'no lock' })).toBe('gone');
    expect(await world.store.all()).toEqual([]);
  });

  it('when a window begins keeps no other from opening', async () => {
    await world.add({ from: MONDAY + HOUR }, 'nobody');
    await world.add({ from: MONDAY + HOUR });

    await world.pass(HOUR);

    expect(world.real()).toHaveLength(1);
    expect((await world.store.all()).map(({ lockUserId }) => lockUserId)).toEqual(['ada']);
  });

  it('takes its windows along when it is deleted', async () => {
    await world.add();
    await world.add({ from: MONDAY + HOUR });
    await world.add({}, 'bob');

    await world.locks.deleteUser('ada');

    expect((await world.store.all()).map(({ lockUserId }) => lockUserId)).toEqual(['bob']);
    expect(world.memory.allGrants.map(({ lockUserId }) => lockUserId)).toEqual(['bob', 'bob']);
  });
});

it('a dry run reads in every state, and nothing is written', async () => {
  await world.add({ until: MONDAY + HOUR });
  await world.add({ from: MONDAY + HOUR }, 'bob');
  world.sabotage('lost', { only: /addGrant/ });
  await world.add({}, 'ada', 'back').catch(() => undefined);
  world.restart();
  world.clock.at += 2 * HOUR;
  const before = structuredClone([world.memory.allGrants, await world.store.all(), world.boundaries]);
  const dry = createDryRun(world.locks);

  await dry.grants();
  await dry.grants({ lockUserId: 'ada' });
  await expect(dry.removeGrant('theirs-1')).rejects.toThrow('dry run');

  expect([world.memory.allGrants, await world.store.all(), world.boundaries]).toEqual(before);
  expect(dry.capabilities.windowsOnGrants).toBe(true);
});
