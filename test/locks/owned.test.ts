import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CurrentGrant, LockUser } from '../../src/access/model.ts';
import { createDryRun } from '../../src/locks/dry-run.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { createOwnedLocks, marks, type OwnedLocks } from '../../src/locks/owned.ts';
import { type MemoryLocks, memoryLocks, memoryWitness } from './memory-locks.ts';

const ours = marks('co-up');
const neverTouch = (email: string) => email === 'cleaner@example.com';

const user = (id: string, more: Partial<LockUser> = {}): LockUser => ({
  id,
  email: `${id}@example.com`,
  name: id,
  externalId: null,
  ...more,
});
const grant = (id: string, lockUserId: string, note: string | null): CurrentGrant => ({
  id,
  lockUserId,
  lockId: 'front',
  from: null,
  until: null,
  note,
});
const made = user('made', { externalId: ours.userMark('m1') });
const foreign = user('foreign', { externalId: 'payroll-7' });
const cleaner = user('cleaner', { externalId: ours.userMark('m9') });

function owned(lockSystem: LockSystem, witness = memoryWitness()) {
  return createOwnedLocks(lockSystem, { marks: ours, witness, neverTouch });
}

describe('marks', () => {
  it('lead back from a lock user and a note to the membership', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,40}$/), fc.string(), (id, reason) => {
        expect(ours.membershipOfUserMark(ours.userMark(id))).toBe(id);
        expect(ours.membershipOfNote(ours.noteOf(id, reason))).toBe(id);
        expect(ours.isOurNote(ours.noteOf(id, reason))).toBe(true);
      }),
    );
  });

  it.each([
    null,
    '',
    'relay:co-up',
    'relay:co-up2 m1 another space',
    'relay:co m1 another space',
    ' relay:co-up m1 moved',
    'Relay:co-up m1 other case',
  ])('do not take the note %j for ours', (note) => {
    expect(ours.isOurNote(note)).toBe(false);
    expect(ours.membershipOfNote(note)).toBeUndefined();
  });

  it.each([null, '', 'm1', 'relay:co-up', 'relay:co-up:', 'relay:co-up2:m1'])(
    'do not take the external id %j for ours',
    (externalId) => {
      expect(ours.membershipOfUserMark(externalId)).toBeUndefined();
    },
  );

  it('know a note of ours that names no membership', () => {
    expect(ours.isOurNote('relay:co-up ')).toBe(true);
    expect(ours.membershipOfNote('relay:co-up ')).toBeUndefined();
    expect(ours.membershipOfNote('relay:co-up (by hand)')).toBeUndefined();
  });
});

describe('reading', () => {
  it('tags what is ours, by mark or by witness', async () => {
    const world = memoryLocks(
      [made, foreign, user('unmarked')],
      [grant('g1', 'made', 'relay:co-up m1 Front door'), grant('g2', 'made', null), grant('g3', 'made', 'by hand')],
    );
    const locks = owned(world, memoryWitness({ users: ['unmarked'], grants: ['g3'] }));

    const users = await locks.users();
    const grants = await locks.grants();

    expect(users.map(({ id, ours }) => [id, ours])).toEqual([
      ['made', true],
      ['foreign', false],
      ['unmarked', true],
    ]);
    expect(grants.map(({ id, ours }) => [id, ours])).toEqual([
      ['g1', true],
      ['g2', false],
      ['g3', true],
    ]);
    expect((await locks.user('made'))?.ours).toBe(true);
    expect((await locks.userByEmail('FOREIGN@example.com'))?.ours).toBe(false);
    expect(await locks.user('nobody')).toBeUndefined();
  });
});

describe('writing', () => {
  it('creates with our mark, and has a witness for it', async () => {
    const world = memoryLocks();
    const witness = memoryWitness();

    const result = await owned(world, witness).createUser({
      email: 'new@example.com',
      name: 'New',
      externalId: ours.userMark('m2'),
    });

    expect(result).toMatchObject({ created: { email: 'new@example.com', ours: true } });
    expect([...witness.users]).toEqual(world.allUsers.map(({ id }) => id));
  });

  it('gives an adopted lock user a grant of ours, and takes that back again', async () => {
    const theirs = grant('theirs', 'foreign', null);
    const world = memoryLocks([foreign], [theirs]);
    const witness = memoryWitness();
    const locks = owned(world, witness);

    const added = await locks.addGrant({
      lockUserId: 'foreign',
      lockId: 'front',
      from: 0,
      until: null,
      note: ours.noteOf('m1', 'Front door for everybody'),
    });

    if (added === 'gone' || added === 'there') throw new Error('it could not be given');
    expect([...witness.grants]).toEqual([added.id]);
    expect(world.allGrants).toHaveLength(2);
    await locks.removeGrant(added);
    expect(world.allGrants).toEqual([theirs]);
    expect([...witness.grants]).toEqual([]);
  });

  it('does not look a lock user up again for a grant that has just been read', async () => {
    const world = memoryLocks([made]);
    let looks = 0;
    const locks = owned({
      ...world,
      user: (id) => {
        looks += 1;
        return world.user(id);
      },
    });
    await locks.users();

    await locks.addGrant({ ...grant('', 'made', ''), note: ours.noteOf('m1', 'r') });

    expect(looks).toBe(0);
    expect(world.allGrants).toHaveLength(1);
  });

  it('updates and deletes a lock user of ours, with its grants of ours', async () => {
    const world = memoryLocks([made], [grant('g1', 'made', ours.noteOf('m1', 'r'))]);
    const witness = memoryWitness({ users: ['made'], grants: ['g1'] });
    const locks = owned(world, witness);

    expect(await locks.updateUser('made', { email: 'other@example.com' })).toBe('updated');
    expect(world.allUsers[0]?.email).toBe('other@example.com');
    await locks.deleteUser('made');

    expect(world.allUsers).toEqual([]);
    expect([...witness.users, ...witness.grants]).toEqual([]);
  });

  it('takes who is gone already for done', async () => {
    const witness = memoryWitness({ users: ['gone'] });
    const locks = owned(memoryLocks(), witness);

    expect(await locks.updateUser('gone', { name: 'X' })).toBe('gone');
    expect(await locks.addGrant({ ...grant('', 'gone', ''), note: ours.noteOf('m1', 'r') })).toBe('gone');
    await locks.deleteUser('gone');
    await locks.deleteUser('never there');

    expect([...witness.users]).toEqual([]);
  });

  it('keeps no witness for what failed', async () => {
    const witness = memoryWitness({ grants: ['g1'] });
    const fails = async () => {
      throw new Error('down');
    };
    const world = memoryLocks([made]);
    const locks = owned({ ...world, createUser: fails, addGrant: fails, removeGrant: fails }, witness);

    await expect(locks.createUser({ ...made, name: 'Made', externalId: ours.userMark('m1') })).rejects.toThrow('down');
    await expect(locks.addGrant({ ...grant('', 'made', ''), note: ours.noteOf('m1', 'r') })).rejects.toThrow('down');
    await expect(locks.removeGrant(grant('g1', 'made', null))).rejects.toThrow('down');

    expect([...witness.users]).toEqual([]);
    expect([...witness.grants]).toEqual(['g1']);
  });

  const world = () =>
    memoryLocks(
      [made, foreign, cleaner],
      [grant('by-hand', 'made', 'by hand'), grant('ours', 'cleaner', ours.noteOf('m9', 'r'))],
    );
  const refusals: [string, (locks: OwnedLocks) => Promise<unknown>, RegExp][] = [
    ['updates a foreign lock user', (locks) => locks.updateUser('foreign', { name: 'X' }), /not made by the relay/],
    ['deletes a foreign lock user', (locks) => locks.deleteUser('foreign'), /not made by the relay/],
    ['updates one in never_touch', (locks) => locks.updateUser('cleaner', { name: 'X' }), /never_touch/],
    ['deletes one in never_touch', (locks) => locks.deleteUser('cleaner'), /never_touch/],
    [
      'moves one into never_touch',
      (locks) => locks.updateUser('made', { email: 'cleaner@example.com' }),
      /never_touch/,
    ],
    ['takes our mark off', (locks) => locks.updateUser('made', { externalId: 'payroll-7' }), /mark/],
    ['deletes one that has a grant by others', (locks) => locks.deleteUser('made'), /grant by others/],
    ['removes a grant by others', (locks) => locks.removeGrant(grant('by-hand', 'made', 'by hand')), /not made by/],
    [
      'removes a grant from one in never_touch, not even one of ours',
      (locks) => locks.removeGrant(grant('ours', 'cleaner', ours.noteOf('m9', 'r'))),
      /never_touch/,
    ],
    ['adds a grant without our note', (locks) => locks.addGrant({ ...grant('', 'made', ''), note: 'hi' }), /note/],
    [
      'adds a grant for one in never_touch',
      (locks) => locks.addGrant({ ...grant('', 'cleaner', ''), note: ours.noteOf('m9', 'r') }),
      /never_touch/,
    ],
    [
      'creates one without our mark',
      (locks) => locks.createUser({ email: 'b@example.com', name: 'B', externalId: 'b' }),
      /mark/,
    ],
    [
      'creates one in never_touch',
      (locks) => locks.createUser({ email: 'cleaner@example.com', name: 'C', externalId: ours.userMark('m9') }),
      /never_touch/,
    ],
  ];

  it.each(refusals)('never %s', async (_what, write, why) => {
    const locks = world();

    await expect(write(owned(locks))).rejects.toThrow(why);

    expect(locks.writes).toEqual([]);
    expect(locks.allUsers).toEqual(world().allUsers);
    expect(locks.allGrants).toEqual(world().allGrants);
  });
});

describe('laws of ownership', () => {
  const names = ['a', 'b', 'c', 'd'];
  const someId = fc.constantFrom(...names);
  const someUser = fc.record({
    mark: fc.constantFrom(null, 'payroll-7', 'relay:co-up:m1', 'relay:co-up2:m1', 'relay:co-up:'),
    witnessed: fc.boolean(),
    cleaner: fc.boolean(),
  });
  const someGrant = fc.record({
    lockUserId: someId,
    note: fc.constantFrom(
      null,
      'by hand',
      'relay:co-up m1 r',
      'relay:co-up2 m1 r',
      'relay:co-up',
      'x relay:co-up m1 r',
    ),
    witnessed: fc.boolean(),
  });
  const someWrite = fc.record({
    kind: fc.constantFrom('create', 'update', 'delete', 'add', 'remove'),
    lockUserId: someId,
    grantIndex: fc.nat(9),
    email: fc.constantFrom('x@example.com', 'cleaner@example.com'),
    mark: fc.constantFrom('relay:co-up:m2', 'payroll-7'),
    note: fc.constantFrom('relay:co-up m1 r', 'by hand'),
  });
  type Write = typeof someWrite extends fc.Arbitrary<infer W> ? W : never;

  const someWorld = fc.record({
    users: fc.tuple(someUser, someUser, someUser, someUser),
    grants: fc.array(someGrant, { maxLength: 8 }),
    writes: fc.array(someWrite, { maxLength: 15 }),
  });
  type World = typeof someWorld extends fc.Arbitrary<infer W> ? W : never;

  function build({ users, grants }: World) {
    const isOurs = (mark: string | null) => mark === 'relay:co-up:m1';
    const all = users.map(({ mark, cleaner: isCleaner }, index) => {
      const id = names[index] ?? '';
      return user(id, { externalId: mark, ...(isCleaner ? { email: 'cleaner@example.com' } : {}) });
    });
    const allGrants = grants.map(({ lockUserId, note }, index) => grant(`g${index}`, lockUserId, note));
    const witness = memoryWitness({
      users: all.filter((_, index) => users[index]?.witnessed).map(({ id }) => id),
      grants: allGrants.filter((_, index) => grants[index]?.witnessed).map(({ id }) => id),
    });
    const apartUsers = all.filter(
      ({ email }, index) => neverTouch(email) || !(isOurs(users[index]?.mark ?? null) || users[index]?.witnessed),
    );
    const apartGrants = allGrants.filter(({ note }, index) => note !== 'relay:co-up m1 r' && !grants[index]?.witnessed);
    return { world: memoryLocks(all, allGrants), witness, apartUsers, apartGrants };
  }

  async function tryWrite(locks: OwnedLocks, known: readonly CurrentGrant[], write: Write): Promise<void> {
    const { kind, lockUserId, email, mark, note } = write;
    if (kind === 'create') await locks.createUser({ email, name: 'X', externalId: mark });
    if (kind === 'update') await locks.updateUser(lockUserId, { email, externalId: mark });
    if (kind === 'delete') await locks.deleteUser(lockUserId);
    if (kind === 'add') await locks.addGrant({ lockUserId, lockId: 'front', from: null, until: null, note });
    const chosen = known[write.grantIndex];
    if (kind === 'remove' && chosen) await locks.removeGrant(chosen);
  }

  async function tryAll(locks: OwnedLocks, known: readonly CurrentGrant[], writes: readonly Write[]): Promise<number> {
    let refused = 0;
    for (const write of writes) {
      await tryWrite(locks, known, write).catch(() => {
        refused += 1;
      });
    }
    return refused;
  }

  const of = (world: MemoryLocks, ids: readonly { id: string }[]) => ({
    users: world.allUsers.filter(({ id }) => ids.some((each) => each.id === id)),
    grants: world.allGrants.filter(({ id }) => ids.some((each) => each.id === id)),
  });

  it('what others made comes out untouched, whatever is tried', async () => {
    await fc.assert(
      fc.asyncProperty(someWorld, async (drawn) => {
        const { world, witness, apartUsers, apartGrants } = build(drawn);

        await tryAll(owned(world, witness), [...world.allGrants], drawn.writes);

        expect(of(world, apartUsers).users).toEqual(apartUsers);
        expect(of(world, apartGrants).grants).toEqual(apartGrants);
      }),
      { numRuns: 500 },
    );
  });

  it('what is added is marked and witnessed as ours', async () => {
    await fc.assert(
      fc.asyncProperty(someWorld, async (drawn) => {
        const { world, witness } = build(drawn);
        const before = new Set([...world.allUsers, ...world.allGrants].map(({ id }) => id));

        await tryAll(owned(world, witness), [...world.allGrants], drawn.writes);

        for (const { id, externalId } of world.allUsers.filter((each) => !before.has(each.id))) {
          expect(externalId).toMatch(/^relay:co-up:./);
          expect(witness.users.has(id)).toBe(true);
        }
        for (const { id, note } of world.allGrants.filter((each) => !before.has(each.id))) {
          expect(note).toMatch(/^relay:co-up /);
          expect(witness.grants.has(id)).toBe(true);
        }
      }),
    );
  });

  it('a dry run never writes', async () => {
    await fc.assert(
      fc.asyncProperty(someWorld, async (drawn) => {
        const { world, witness } = build(drawn);
        const before = structuredClone([world.allUsers, world.allGrants, [...witness.users], [...witness.grants]]);

        await tryAll(owned(createDryRun(world), witness), [...world.allGrants], drawn.writes);

        expect(world.writes).toEqual([]);
        expect([world.allUsers, world.allGrants, [...witness.users], [...witness.grants]]).toEqual(before);
      }),
    );
  });
});
