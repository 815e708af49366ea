// What every lock system has to hold about locks and grants.
import { expect } from 'vitest';
import type { CurrentGrant, Window } from '../../src/access/model.ts';
import {
  ada,
  always,
  atEveryRequest,
  type Check,
  expectOpen,
  give,
  HOUR,
  inEffect,
  isOpenNow,
  type LockWorld,
  MINUTE,
  newGrant,
  notes,
  ours,
  register,
  SECOND,
  several,
  thrownBy,
  whatIsThere,
  windows,
} from './conformance-world.ts';

export const grantChecks: Check[] = [
  {
    name: 'names every lock that a grant can name',
    async check({ lockSystem, front, back }) {
      const locks = await lockSystem.locks();

      expect(locks.map(({ id, name }) => ({ id, name })).toSorted(byName)).toEqual([front, back].toSorted(byName));
    },
  },
  {
    name: 'gives, reads back and takes back, and being gone already is done',
    async check(world) {
      const { lockSystem, simulator, front, back } = world;
      const { id } = await register(world);
      const grant = await give(world, id);
      const second = await give(world, id, back);

      expect(grant).toMatchObject({ lockUserId: id, lockId: front.id, ...always });
      expect((await lockSystem.grants()).map(({ id }) => id).toSorted()).toEqual([grant.id, second.id].toSorted());
      await expectOpen(world, ada, [front.name, back.name]);
      await expectSameAsSimulator(world);
      await lockSystem.removeGrant(grant.id);
      await lockSystem.removeGrant(grant.id);

      expect((await lockSystem.grants()).map(({ id }) => id)).toEqual([second.id]);
      await expectOpen(world, ada, [back.name]);
      expect(simulator.grants()).toHaveLength(1);
      await expectSameAsSimulator(world);
    },
  },
  {
    name: 'gives a note of ours, which comes back',
    needs: notes,
    async check(world) {
      const { id } = await register(world);
      const grant = await give(world, id);

      const [read] = await world.lockSystem.grants();

      expect([grant, read].map((each) => ours.membershipOfNote(each?.note ?? null))).toEqual(['m1', 'm1']);
    },
  },
  {
    name: 'reports no note where grants carry none',
    needs: { what: 'grants without notes', isThere: (world) => !notes.isThere(world) },
    async check(world) {
      const { id } = await register(world);
      const grant = await give(world, id);

      expect([grant, ...(await world.lockSystem.grants())].map(({ note }) => note)).toEqual([null, null]);
    },
  },
  {
    name: 'reports a grant as it was adjusted, so that a diff gets empty',
    async check(world) {
      const { lockSystem, clock, front, back } = world;
      const { id } = await register(world);
      const from = clock.now() + HOUR;
      const wanted = [
        { ...newGrant(id, front.id), from, until: from + 2 * HOUR + 1 },
        { ...newGrant(id, back.id), from: null, until: from + 0.5, note: ours.noteOf('m1', '🚪 '.repeat(300)) },
      ];
      const adjusted = wanted.map((grant) => lockSystem.adjust(grant));

      for (const grant of adjusted) await lockSystem.addGrant(grant);

      const read = await lockSystem.grants({ lockUserId: id });
      expect(read.map(whatItSays(world)).toSorted(byLock)).toEqual(adjusted.map(whatItSays(world)).toSorted(byLock));
      expect(adjusted.map((grant) => lockSystem.adjust(grant))).toEqual(adjusted);
      if (!windows.isThere(world)) return;
      for (const [index, grant] of adjusted.entries()) {
        expect(Math.abs((grant.from ?? 0) - (wanted[index]?.from ?? 0))).toBeLessThan(SECOND);
        expect(Math.abs((grant.until ?? 0) - (wanted[index]?.until ?? 0))).toBeLessThan(SECOND);
      }
    },
  },
  {
    name: 'opens from the beginning of a window to its end, and at no other time',
    needs: windows,
    async check(world) {
      const { simulator, front, clock } = world;
      const { id } = await register(world);
      const from = clock.now() + 2 * HOUR;
      await world.lockSystem.addGrant(
        world.lockSystem.adjust(newGrant(id, front.id, { from, until: from + 2 * HOUR })),
      );

      await world.pass(HOUR);
      expect(simulator.can(ada, front.name)).toBe(false);
      await world.pass(HOUR + MINUTE);
      await inEffect(world, id);
      expect(simulator.can(ada, front.name)).toBe(true);
      await world.pass(2 * HOUR);
      expect(simulator.can(ada, front.name)).toBe(false);
    },
  },
  {
    name: 'reads the grants of one lock user alone',
    async check(world) {
      const { lockSystem, simulator, front } = world;
      const { id } = await register(world);
      const bob = simulator.addPerson({ email: 'bob@example.com' });
      simulator.addByHand({ lockUserId: bob, lockId: front.id });
      const gone = simulator.addPerson({ email: 'gone@example.com' });
      simulator.removePerson(gone);
      const grant = await give(world, id);

      const of = async (lockUserId: string) => (await lockSystem.grants({ lockUserId })).map((each) => each.id);
      expect(await of(id)).toEqual([grant.id]);
      expect(await of(bob)).toHaveLength(1);
      expect(await of(gone)).toEqual([]);
    },
  },
  {
    name: 'gives nothing to a lock user, or at a lock, that is gone',
    async check(world) {
      const { lockSystem, simulator, front } = world;
      const { id } = await register(world);
      const gone = simulator.addPerson({ email: 'gone@example.com' });
      simulator.removePerson(gone);

      expect(await lockSystem.addGrant(newGrant(gone, front.id))).toBe('gone');
      expect(await lockSystem.addGrant(newGrant(id, world.traits.noLock))).toBe('gone');
      expect(simulator.grants()).toEqual([]);
    },
  },
  {
    name: 'gives nothing twice after an answer that never came, and tells it from others by the next read',
    async check(world) {
      const { id } = await register(world);
      world.fail('answer lost', 'writes');
      const lost = await thrownBy(() => give(world, id));
      world.heal();

      expect(lost).toMatchObject({ name: 'TransientError', effect: 'unknown' });
      await expectOneGrant(world, id);
    },
  },
  ...(['before', 'after'] as const).map(
    (when): Check => ({
      name: `gives nothing twice after a time-out ${when} it was done`,
      async check(world) {
        const { id } = await register(world);
        const late = await world.timeOut(when, () => give(world, id));

        expect(late).toMatchObject({ name: 'TransientError', effect: 'later' });
        expect(world.simulator.grants()).toHaveLength(when === 'before' ? 0 : 1);
        await expectOneGrant(world, id);
      },
    }),
  ),
  {
    name: 'takes back what it was asked to take back after an answer that never came',
    async check(world) {
      const { id } = await register(world);
      const grant = await give(world, id);
      world.fail('answer lost', 'writes');
      await thrownBy(() => world.lockSystem.removeGrant(grant.id));
      world.heal();

      await world.lockSystem.removeGrant(grant.id);

      await expectOpen(world, ada, []);
      expect(await world.lockSystem.grants()).toEqual([]);
    },
  },
  {
    name: 'takes back one of two at a lock, and the other keeps it open',
    needs: several,
    async check(world) {
      const { lockSystem, clock, front } = world;
      const { id } = await register(world);
      const first = await give(world, id);
      const until = clock.now() + HOUR;
      const window = windows.isThere(world) ? { from: null, until } : always;
      const second = await lockSystem.addGrant(lockSystem.adjust(newGrant(id, front.id, window)));
      // Some may not take a second one, and then say so.
      if (second === 'there') return;
      if (second === 'gone') throw new Error('gone');
      await inEffect(world, id);

      await lockSystem.removeGrant(first.id);

      await expectOpen(world, ada, [front.name]);
      expect((await lockSystem.grants()).map((grant) => grant.id)).toEqual([second.id]);
    },
  },
  {
    name: 'leaves what others gave at a lock where ours is given and taken back',
    async check(world) {
      const { lockSystem, simulator, front } = world;
      const { id } = await register(world);
      simulator.addByHand({ lockUserId: id, lockId: front.id, note: 'by hand' });
      const before = whatIsThere(world);

      const added = await lockSystem.addGrant(lockSystem.adjust(newGrant(id, front.id)));
      if (added === 'gone') throw new Error('gone');
      if (added !== 'there') {
        await inEffect(world, id);
        await lockSystem.removeGrant(added.id);
      }

      expect(whatIsThere(world)).toEqual(before);
      await expectOpen(world, ada, [front.name]);
      expect(await lockSystem.grants({ lockUserId: id })).toHaveLength(1);
    },
  },
  {
    name: 'changes a window without shutting anybody out, not even between two calls',
    needs: windows,
    async check(world) {
      const { simulator, clock, front, lockSystem } = world;
      const { id } = await register(world);
      const until = clock.now() + 4 * HOUR;
      const grant = await give(world, id, front, { from: null, until });
      const open: boolean[] = [];
      const watch = atEveryRequest(world, () => open.push(simulator.can(ada, front.name)));

      const to = lockSystem.adjust(newGrant(id, front.id, { from: null, until: until + HOUR }));
      const isMoved = await move(world, grant, to);
      await inEffect(world, id);

      watch.stop();
      expect([...open, simulator.can(ada, front.name)]).not.toContain(false);
      const read = await lockSystem.grants({ lockUserId: id });
      // Who can do neither says so, and leaves it as it was.
      expect(read.map((each) => each.until)).toEqual([isMoved ? to.until : grant.until]);
    },
  },
  {
    name: 'keeps a lock open while another is given and taken back',
    async check(world) {
      const { simulator, front, back, lockSystem } = world;
      const { id } = await register(world);
      await give(world, id);
      const open: boolean[] = [];
      const watch = atEveryRequest(world, () => open.push(simulator.can(ada, front.name)));

      const second = await give(world, id, back);
      await lockSystem.removeGrant(second.id);
      await inEffect(world, id);

      watch.stop();
      expect([...open, simulator.can(ada, front.name)]).not.toContain(false);
      await expectOpen(world, ada, [front.name]);
    },
  },
  {
    name: 'keeps a lock open while another that was given with it is taken back',
    async check(world) {
      const { simulator, front, back, lockSystem } = world;
      const { id } = await register(world);
      const [, second] = await Promise.all([front, back].map((lock) => lockSystem.addGrant(newGrant(id, lock.id))));
      if (second === undefined || typeof second === 'string') throw new Error(`not given: ${second}`);
      await inEffect(world, id);
      const open: boolean[] = [];
      const watch = atEveryRequest(world, () => open.push(simulator.can(ada, front.name)));

      await lockSystem.removeGrant(second.id);
      await expectOpen(world, ada, [front.name]);

      watch.stop();
      expect([...open, simulator.can(ada, front.name)]).not.toContain(false);
      expect((await inEffect(world, id)).map(({ lockId }) => lockId)).toEqual([front.id]);
    },
  },
  {
    name: 'loses none of several changes to one lock user at once',
    async check(world) {
      const { lockSystem, front, back } = world;
      const { id } = await register(world);

      const given = await Promise.all([front, back].map((lock) => lockSystem.addGrant(newGrant(id, lock.id))));
      await inEffect(world, id);

      await expectOpen(world, ada, [front.name, back.name]);
      await Promise.all(given.map((grant) => lockSystem.removeGrant(typeof grant === 'string' ? '' : grant.id)));
      await expectOpen(world, ada, []);
    },
  },
  {
    name: 'reads 250 users and 450 grants, each once, however many pages that takes',
    async check(world) {
      const { lockSystem, simulator, front, back } = world;
      const ids = Array.from({ length: 250 }, (_, index) =>
        simulator.addPerson({ email: `member-${index}@example.com` }),
      );
      for (const lockUserId of ids) simulator.addByHand({ lockUserId, lockId: front.id });
      for (const lockUserId of ids.slice(0, 200)) simulator.addByHand({ lockUserId, lockId: back.id });

      const users = await lockSystem.users();
      const grants = await lockSystem.grants();

      expect(users.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect(grants).toHaveLength(450);
      await expectSameAsSimulator(world);
      expect((await lockSystem.userByEmail('member-249@example.com'))?.id).toBe(ids[249]);
    },
  },
];

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
const byLock = (a: { lockId: string }, b: { lockId: string }) => a.lockId.localeCompare(b.lockId);
const byPlace = (a: CurrentGrant, b: CurrentGrant) => a.id.localeCompare(b.id);

const whatItSays =
  (world: LockWorld) =>
  ({ lockUserId, lockId, from, until, note }: Omit<CurrentGrant, 'id'>) => ({
    lockUserId,
    lockId,
    ...(windows.isThere(world) ? { from, until } : {}),
    ...(notes.isThere(world) ? { note } : {}),
  });

/** Without an adapter around it, what is read is what is there. A beginning that is past is none. */
async function expectSameAsSimulator({ isBare, lockSystem, simulator, clock }: LockWorld): Promise<void> {
  const now = clock.now();
  const plain = ({ standing: _, ...grant }: CurrentGrant) => ({
    ...grant,
    from: grant.from !== null && grant.from <= now ? null : grant.from,
  });
  const [read, there] = [await lockSystem.grants(), simulator.grants()];
  expect(read).toHaveLength(there.length);
  if (isBare) expect(read.map(plain).toSorted(byPlace)).toEqual(there.map(plain).toSorted(byPlace));
}

/** As the core does it: in place where that works, else the new one first. false: neither can be. */
async function move(
  { lockSystem, ...world }: LockWorld,
  grant: CurrentGrant,
  to: Parameters<LockWorld['lockSystem']['addGrant']>[0],
): Promise<boolean> {
  const inPlace = async (window: Window) => (await lockSystem.moveGrant(grant.id, window)) === 'moved';
  if (lockSystem.capabilities.movesInPlace && (await inPlace(to))) return true;
  const added = await lockSystem.addGrant(to);
  if (added === 'there') return inPlace(to);
  if (added === 'gone') throw new Error('not given: gone');
  await inEffect({ lockSystem, ...world }, grant.lockUserId);
  await lockSystem.removeGrant(grant.id);
  return true;
}

/** After whatever went wrong: look, give what is not there, and there is one. */
async function expectOneGrant(world: LockWorld, lockUserId: string): Promise<void> {
  const { lockSystem, simulator, clock, front } = world;
  const found = await inEffect(world, lockUserId);
  if (!found.some((grant) => isOpenNow(grant, clock.now()))) {
    await give(world, lockUserId);
    for (const { id } of found) await lockSystem.removeGrant(id);
  }

  const read = await lockSystem.grants({ lockUserId });
  expect(simulator.grants()).toHaveLength(1);
  await expectOpen(world, ada, [front.name]);
  expect(read.map(({ note }) => ours.isOurNote(note))).toEqual([notes.isThere(world)]);
}
