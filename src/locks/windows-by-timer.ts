// A lock system that keeps no windows, presented as one that does, so that nothing above it has to know. A grant is a row
// of ours with its window; while that is open it stands on a real grant without one, which tick() gives and takes back at
// the boundaries. Reading writes nothing (a dry run reads too), and grants of others come through as they are.
import type { CurrentGrant, Instant, Window } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { isTriedForEver } from '../lib/errors.ts';
import { createKeyedLock, type KeyedLock } from '../lib/keyed-lock.ts';
import { inLanes } from '../lib/lanes.ts';
import type { TimedGrant, TimedGrants } from '../store/filled-in.ts';
import type { LockSystem, NewGrant } from './lock-system.ts';
import { isOpen, onNothing, type Place, type Settled, settle } from './settle.ts';
import { reportOf, throughTheirs } from './timed-report.ts';

export type Boundaries = {
  /**
   * Gives and takes back what is due; returns the next moment at which a window begins or ends. What fails keeps nothing
   * else from being done, and is thrown in the end: then somebody may be able to enter who should not, and it has to be
   * called again soon.
   */
  tick(): Promise<Instant | null>;
  /** The next such moment after that one. */
  nextAfter(at: Instant): Promise<Instant | null>;
};

const SECOND = 1000;
/** How many lock users are worked on at the same time. */
const WIDTH = 8;

export function createWindowsByTimer(
  lockSystem: LockSystem,
  parts: {
    store: TimedGrants;
    clock: Pick<Clock, 'now'>;
    newId: () => string;
    oneAtATime?: KeyedLock;
    /** Does the note of a real grant carry our mark? */
    isOurNote: (note: string | null) => boolean;
    /** From now on tick() has something to do at that moment. */
    boundaryChanged: (at: Instant) => Promise<void>;
  },
): LockSystem & Boundaries {
  const { store, clock, isOurNote, boundaryChanged } = parts;
  const oneAtATime = parts.oneAtATime ?? createKeyedLock();
  const settleHere = (place: Place) => settle(place, clock.now(), { lockSystem, store, isOurNote });
  /** Where the real grants were that no row stood on when they were last read. */
  const unclaimed = new Map<string, Place>();

  async function addGrant({ lockUserId, lockId, from, until, note }: NewGrant): Promise<CurrentGrant | 'gone'> {
    const grant: CurrentGrant & { note: string } = { id: parts.newId(), lockUserId, lockId, from, until, note };
    await store.add({ ...grant, ...onNothing });
    await announce(grant);
    if (!isOpen(grant, clock.now())) return grant;
    try {
      const settled = await settleHere(grant);
      if (settled === 'gone') return 'gone';
      return settled === 'theirs' ? { ...grant, standing: throughTheirs } : grant;
    } catch (error) {
      await giveUp(grant.id);
      throw error;
    }
  }

  /** Asks for the timer at the next boundary of the window. */
  async function announce({ from, until }: Window): Promise<void> {
    const now = clock.now();
    const boundary = from !== null && from > now ? from : until;
    if (boundary !== null && boundary > now) await boundaryChanged(boundary);
  }

  /** What certainly was not given is for the caller to try again; what may be there is looked after at once. */
  async function giveUp(id: string): Promise<void> {
    const row = await store.of(id);
    if (row && !row.asked) await store.remove([id]);
    else await boundaryChanged(clock.now());
  }

  async function removeRow(id: string): Promise<void> {
    const row = await store.of(id);
    if (!row) return;
    if (row.asked) {
      // Over first: whatever happens from here on, the real grant is taken back sooner or later.
      await store.shut(id);
      await settleOrLater(row);
    }
    await store.remove([id]);
  }

  async function settleOrLater(place: Place): Promise<Settled> {
    try {
      return await settleHere(place);
    } catch (error) {
      await boundaryChanged(clock.now());
      throw error;
    }
  }

  async function moveRow(id: string, to: Window): Promise<'moved' | 'gone'> {
    const row = await store.of(id);
    if (!row) return 'gone';
    // It may have been taken back already, and the answer was lost: then it is looked for.
    if (row.asked && !isOpen(row, clock.now())) await store.stand([id], { ...onNothing, asked: true });
    // First: whatever happens from here on, what this opens and shuts is done sooner or later.
    await store.move(id, to);
    await announce(to);
    return (await settleOrLater(row)) === 'gone' ? 'gone' : 'moved';
  }

  /** Where a real grant is that no row stands on; undefined: there is none of that id. */
  async function placeOf(realId: string): Promise<Place | undefined> {
    return unclaimed.get(realId) ?? (await lockSystem.grants()).find(({ id }) => id === realId);
  }

  /** A real grant that no row stood on when it was read: of others, or ours from before the store was lost. */
  async function removeReal(id: string): Promise<void> {
    const place = await placeOf(id);
    if (!place) return await lockSystem.removeGrant(id);
    await oneAtATime([place.lockUserId], async () => {
      const rows = await store.ofLockUser(place.lockUserId);
      const through = rows.filter((row) => row.theirs && row.lockId === place.lockId && isOpen(row, clock.now()));
      // Taken over: to remove it and to add ours would shut somebody out in between, so it becomes ours as it is.
      if (through.length > 0) {
        return await store.stand(
          through.map((row) => row.id),
          { realId: id, asked: true, theirs: false },
        );
      }
      // Windows were added meanwhile that stand on it: it goes with them.
      if (rows.some(({ realId }) => realId === id)) await settleHere(place);
      else await lockSystem.removeGrant(id);
    });
  }

  async function tick(): Promise<Instant | null> {
    const now = clock.now();
    const places = Map.groupBy(await store.due(now), ({ lockUserId }) => lockUserId);
    const closes = (rows: readonly TimedGrant[]) => Number(rows.some((row) => !isOpen(row, now)));
    const closesFirst = [...places].toSorted(([, a], [, b]) => closes(b) - closes(a));
    const failures: unknown[] = [];
    await inLanes(WIDTH, closesFirst, async ([lockUserId, rows]) => {
      for (const lockId of new Set(rows.map((row) => row.lockId))) {
        try {
          await oneAtATime([lockUserId], () => settleHere({ lockUserId, lockId }));
        } catch (error) {
          failures.push(error);
        }
      }
    });
    if (failures.length > 0) throw failures.find(isTriedForEver) ?? failures[0];
    return store.next(now);
  }

  return {
    name: lockSystem.name,
    capabilities: { ...lockSystem.capabilities, windowsOnGrants: true, grantsPerLock: 'many', movesInPlace: true },

    locks: () => lockSystem.locks(),
    users: () => lockSystem.users(),
    user: (id) => lockSystem.user(id),
    userByEmail: (email) => lockSystem.userByEmail(email),
    async grants(of) {
      const read = () => (of === undefined ? store.all() : store.ofLockUser(of.lockUserId));
      const before = await read();
      const real = await lockSystem.grants(of);
      const report = reportOf({ before, after: await read(), real }, clock.now(), isOurNote);
      if (of === undefined) unclaimed.clear();
      for (const grant of report.unclaimed) unclaimed.set(grant.id, grant);
      return [...report.rows, ...report.unclaimed];
    },

    createUser: (user) => lockSystem.createUser(user),
    updateUser: (id, patch) => oneAtATime([id], () => lockSystem.updateUser(id, patch)),
    deleteUser: (id) =>
      oneAtATime([id], async () => {
        await lockSystem.deleteUser(id);
        await store.removeLockUser(id);
      }),
    addGrant: (grant) => oneAtATime([grant.lockUserId], () => addGrant(grant)),
    async moveGrant(id, to) {
      const row = await store.of(id);
      if (!row) return (await placeOf(id)) ? 'cannot' : 'gone';
      return oneAtATime([row.lockUserId], () => moveRow(id, wholeSeconds(to)));
    },
    async removeGrant(id) {
      const row = await store.of(id);
      return row ? oneAtATime([row.lockUserId], () => removeRow(id)) : removeReal(id);
    },

    // A note is kept whole here; the real grant's is cut where it is made.
    adjust: (grant) => ({ ...grant, ...wholeSeconds(grant) }),
    readOpening: (request, now) => lockSystem.readOpening(request, now),
    openingsSince: (since) => lockSystem.openingsSince(since),
    holderOf: (named) => lockSystem.holderOf(named),
    codesOf: (lockUserId) => lockSystem.codesOf(lockUserId),
    checkUp: () => lockSystem.checkUp(),

    tick,
    nextAfter: (at) => store.next(at),
  };
}

const wholeSecond = (at: Instant | null): Instant | null => (at === null ? null : Math.floor(at / SECOND) * SECOND);
const wholeSeconds = ({ from, until }: Window): Window => ({ from: wholeSecond(from), until: wholeSecond(until) });
