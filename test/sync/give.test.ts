import { describe, expect, it } from 'vitest';
import type { CurrentGrant, DesiredGrant } from '../../src/access/model.ts';
import type { Capabilities, LockSystem } from '../../src/locks/lock-system.ts';
import { createOwnedLocks, marks as marksOf } from '../../src/locks/owned.ts';
import { give } from '../../src/sync/give.ts';
import { type MemoryLocks, memoryCapabilities, memoryLocks, memoryWitness } from '../locks/memory-locks.ts';

const marks = marksOf('co-up');
const ada = { id: 'ada', email: 'ada@example.com', name: 'Ada', externalId: marks.userMark('m1') };
const old: CurrentGrant = {
  id: 'old',
  lockUserId: 'ada',
  lockId: 'front',
  from: null,
  until: null,
  note: marks.noteOf('m1', 'everybody'),
};
const wanted: DesiredGrant = {
  lockId: 'front',
  from: null,
  until: 5000,
  membershipId: 'm1',
  reason: 'until she leaves',
};

type Behaviour = Partial<Capabilities> & {
  /** A second grant at a lock is not taken. */
  onlyOne?: boolean;
  /** moveGrant says no. */
  cannotMove?: boolean;
};

function worldWith(grants: CurrentGrant[], { onlyOne, cannotMove, ...capabilities }: Behaviour = {}) {
  const memory = memoryLocks([ada], grants);
  const vendor: LockSystem = {
    ...memory,
    capabilities: { ...memoryCapabilities, ...capabilities },
    addGrant: async (grant) => (onlyOne && isTaken(memory, grant) ? 'there' : memory.addGrant(grant)),
    moveGrant: async (id, to) => (cannotMove ? 'cannot' : memory.moveGrant(id, to)),
  };
  const locks = createOwnedLocks(vendor, { marks, witness: memoryWitness(), neverTouch: () => false });
  return {
    memory,
    give: (replaced?: CurrentGrant) => give(wanted, 'ada', replaced, { locks, marks }),
    windows: () => memory.allGrants.map(({ until }) => until),
  };
}

const isTaken = ({ allGrants }: MemoryLocks, { lockUserId, lockId }: { lockUserId: string; lockId: string }) =>
  allGrants.some((grant) => grant.lockUserId === lockUserId && grant.lockId === lockId);

describe('giving a lock', () => {
  it('adds a grant with our note where there is none', async () => {
    const world = worldWith([]);

    expect(await world.give()).toEqual({ outcome: 'added' });
    expect(world.memory.allGrants).toMatchObject([{ until: 5000, note: marks.noteOf('m1', 'until she leaves') }]);
  });

  it('adds beside an old window, which is taken away afterwards by who asked', async () => {
    const world = worldWith([old]);

    expect(await world.give(old)).toEqual({ outcome: 'added' });
    expect(world.windows()).toEqual([null, 5000]);
  });

  it('moves the old window in place where that keeps a code or a phone key', async () => {
    const world = worldWith([old], { movesInPlace: true });

    expect(await world.give(old)).toEqual({ outcome: 'moved', spent: old });
    expect(world.memory.allGrants).toEqual([{ ...old, until: 5000 }]);
  });

  it('adds where a move in place turns out not to be possible', async () => {
    const world = worldWith([old], { movesInPlace: true, cannotMove: true });

    expect(await world.give(old)).toEqual({ outcome: 'added' });
    expect(world.windows()).toEqual([null, 5000]);
  });

  it('moves the old one where a second is not taken', async () => {
    const world = worldWith([old], { onlyOne: true });

    expect(await world.give(old)).toEqual({ outcome: 'moved', spent: old });
    expect(world.windows()).toEqual([5000]);
  });

  it('takes the old one away only where neither a second nor a move is possible, right before the new one', async () => {
    const world = worldWith([old], { onlyOne: true, cannotMove: true });

    expect(await world.give(old)).toEqual({ outcome: 'added', spent: old });
    expect(world.windows()).toEqual([5000]);
    expect(world.memory.writes).toEqual(['removeGrant old', 'addGrant ada']);
  });

  it('leaves a grant by others alone where a second is not taken, and says so', async () => {
    const theirs = { ...old, id: 'theirs', note: 'by hand' };
    const world = worldWith([theirs], { onlyOne: true });

    expect(await world.give()).toEqual({ outcome: 'theirs' });
    expect(world.memory.allGrants).toEqual([theirs]);
    expect(world.memory.writes).toEqual([]);
  });

  it('tries later where the lock user or the lock is gone', async () => {
    const world = worldWith([]);
    world.memory.allUsers = [];

    world.memory.addGrant = async () => 'gone';

    await expect(world.give()).rejects.toMatchObject({ name: 'TransientError', code: 'lock_target_gone' });
    expect(world.memory.allGrants).toEqual([]);
  });
});
