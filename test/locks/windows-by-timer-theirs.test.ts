// Windows by timer where a lock user has one grant at a lock at most, and others may have given it: it is theirs then,
// and ours is what the store says.
import { beforeEach, describe, expect, it } from 'vitest';
import type { CurrentGrant, Window } from '../../src/access/model.ts';
import { createOwnedLocks } from '../../src/locks/owned.ts';
import { memoryWitness } from './memory-locks.ts';
import { type NotelessWorld, notelessWorld } from './notes-by-store-world.ts';
import { HOUR, MONDAY, note, ours } from './windowless-world.ts';

const THEIRS = { state: 'theirs', words: null };
const NEVER = { from: null, until: 0 };
const writes = /put set/;

let world: NotelessWorld;
beforeEach(async () => {
  world = await notelessWorld('one');
});

async function add(window: Partial<Window> = {}, lockId = 'front'): Promise<CurrentGrant> {
  const wanted = { lockUserId: 'ada', lockId, from: null, until: null, note, ...window };
  const added = await world.timers.addGrant(wanted);
  if (added === 'gone' || added === 'there') throw new Error(added);
  return added;
}
async function pass(ms: number) {
  world.clock.at += ms;
  return world.timers.tick();
}
const reported = async () => (await world.timers.grants()).filter((grant) => ours.isOurNote(grant.note));
const there = () => world.truth.map(({ lockId, by }) => `${lockId} by ${by}`);
const puts = () => world.calls.get('put set') ?? 0;

it('looks like a lock system that has it all', () => {
  expect(world.timers.capabilities).toMatchObject({
    windowsOnGrants: true,
    notesOnGrants: true,
    grantsPerLock: 'many',
    movesInPlace: true,
  });
});

describe('a window at a lock that others gave', () => {
  it('is open through theirs, which is reported as theirs too', async () => {
    const id = world.give('ada', 'front');

    const grant = await add({ until: MONDAY + HOUR });

    expect(grant).toMatchObject({ until: MONDAY + HOUR, standing: THEIRS });
    expect(await world.timers.grants()).toEqual([
      grant,
      { id, lockUserId: 'ada', lockId: 'front', from: null, until: null, note: null },
    ]);
    expect(puts()).toBe(0);
  });

  it('takes nothing away at its end, nor when it is taken back', async () => {
    world.give('ada', 'front');
    const second = await add({ until: MONDAY + 2 * HOUR });
    await add({ until: MONDAY + HOUR });

    await pass(HOUR);
    await world.timers.removeGrant(second.id);

    expect(there()).toEqual(['front by others']);
    expect(puts()).toBe(0);
    expect(await world.timers.grants()).toHaveLength(2);
    expect(await world.timedGrants.all()).toMatchObject([{ theirs: false, asked: false }]);
  });

  it('that begins later opens through theirs as well, and asks for nothing again', async () => {
    world.give('ada', 'front');
    await add({ from: MONDAY + HOUR, until: MONDAY + 2 * HOUR });

    await pass(HOUR);
    const calls = structuredClone(world.calls);
    await world.timers.tick();

    expect(world.calls).toEqual(calls);
    expect(await reported()).toMatchObject([{ standing: THEIRS }]);
  });

  it('is reported as shut once theirs is gone, so that it is added anew; the new one is ours', async () => {
    const id = world.give('ada', 'front') ?? '';
    const old = await add({ until: MONDAY + HOUR });
    world.take(id);

    expect(await reported()).toMatchObject([{ id: old.id, ...NEVER }]);
    const fresh = await add({ until: MONDAY + HOUR });
    await world.timers.removeGrant(old.id);

    expect(await reported()).toEqual([fresh]);
    expect(fresh.standing).toBeUndefined();
    expect(there()).toEqual(['front by us']);
    await pass(HOUR);
    expect(there()).toEqual([]);
  });

  it('is open through theirs where that was given again meanwhile', async () => {
    world.give('ada', 'front');
    const grant = await add();
    world.take('ada:front');
    world.give('ada', 'front');

    expect(await reported()).toEqual([grant]);
  });

  it('that opens while all grants are read is not reported as shut', async () => {
    const later = { from: MONDAY, until: null };
    world.clock.at -= HOUR;
    await add(later);
    await add(later, 'back');
    const beside = world.meanwhile(async () => {
      world.give('ada', 'front');
      await pass(HOUR + 5 * 60_000);
    });

    const read = await beside.timers.grants();

    expect(read).toMatchObject([
      { lockId: 'front', ...later, standing: THEIRS },
      { lockId: 'back', ...later },
    ]);
  });

  it('moves, and still stands on theirs; it is asked for when it opens anew', async () => {
    world.give('ada', 'front');
    const grant = await add({ until: MONDAY + HOUR });
    const before = structuredClone(world.calls);

    expect(await world.timers.moveGrant(grant.id, { from: null, until: MONDAY + 2 * HOUR })).toBe('moved');
    expect(world.calls).toEqual(before);
    await world.timers.moveGrant(grant.id, { from: MONDAY + HOUR, until: MONDAY + 2 * HOUR });
    world.take('ada:front');
    await pass(HOUR);

    expect(there()).toEqual(['front by us']);
    expect(await reported()).toEqual([
      { ...grant, from: MONDAY + HOUR, until: MONDAY + 2 * HOUR, standing: undefined },
    ]);
  });

  it('is taken over by a person’s word without a gap, and ends with its window then', async () => {
    world.give('ada', 'front');
    world.give('ada', 'back');
    const other = await add({}, 'back');
    const owned = createOwnedLocks(world.timers, { marks: ours, witness: memoryWitness(), neverTouch: () => false });
    const theirs = (await owned.grants()).find(({ id }) => id === 'ada:front');
    if (!theirs) throw new Error('theirs is missing');

    const taken = await owned.takeOver(theirs, note);

    expect(puts()).toBe(0);
    const [atBack, atFront, ...rest] = await owned.grants();
    expect(atBack).toEqual({ ...other, ours: true });
    expect(atFront).toMatchObject({ ours: true, lockId: 'front', from: null, until: null });
    expect(atFront?.standing).toBeUndefined();
    expect(rest).toMatchObject([{ id: 'ada:back', ours: false }]);
    if (taken === 'gone') throw new Error(taken);
    await owned.removeGrant(taken);
    expect(there()).toEqual(['back by others']);
  });

  it('and is over keeps nobody from removing theirs by its own id', async () => {
    world.give('ada', 'front');
    await add({ until: MONDAY + HOUR });
    world.clock.at += HOUR;
    await world.timers.grants();

    await world.timers.removeGrant('ada:front');

    expect(there()).toEqual([]);
  });

  it('was asked for, and the process died: it is theirs all the same, and nothing is taken away', async () => {
    for (let after = 0; ; after += 1) {
      world = await notelessWorld('one');
      world.give('ada', 'front');
      world.sabotage('dies after', { only: /^(lock|store)/, after });
      await add({ until: MONDAY + HOUR }).catch(() => undefined);
      if (!world.isDead()) return expect(after).toBeGreaterThan(3);
      world.restart();

      await world.timers.tick();
      await pass(HOUR);
      await pass(HOUR);

      expect(there(), `step ${after}`).toEqual(['front by others']);
      expect(await world.timedGrants.due(world.clock.at), `step ${after}`).toEqual([]);
    }
  });
});

describe('a window of ours', () => {
  it('that could not be shut at its end is tried again until it is, beside windows that are open through theirs', async () => {
    world.give('ada', 'back');
    await add({ until: MONDAY + HOUR });
    await add({ until: MONDAY + HOUR }, 'back');
    world.sabotage('refused', { only: writes });
    await expect(pass(HOUR)).rejects.toThrow('refused');
    await expect(pass(1000)).rejects.toThrow('refused');
    expect(there()).toEqual(['back by others', 'front by us']);
    world.heal();

    expect(await world.timers.tick()).toBeNull();

    expect(there()).toEqual(['back by others']);
  });

  it('after the store was lost is theirs: left alone, and never taken away', async () => {
    await add();
    await world.timedGrants.removeLockUser('ada');
    await world.store.removeLockUser('ada');

    const grant = await add({ until: MONDAY + HOUR });
    await pass(HOUR);

    expect(grant.standing).toEqual(THEIRS);
    expect(world.truth).toHaveLength(1);
  });

  it('is pending or failed where the lock system says so of the real one', async () => {
    const grant = await add();
    const standing = { state: 'failed', words: 'no credits' } as const;
    const [real] = world.truth;
    if (!real) throw new Error('nothing was given');
    world.truth[0] = { ...real, standing };

    expect(await world.timers.grants()).toEqual([{ ...grant, standing }]);
  });
});
