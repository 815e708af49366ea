// A lock system that keeps no windows, presented as one that does, so that nothing above it has to know. A grant is a row
// of ours with its window; while that is open it stands on a real grant without one, which tick() gives and takes back at
// the boundaries. Reading writes nothing (a dry run reads too), and grants of others come through as they are.
import type { CurrentGrant, Instant } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { isTriedForEver } from '../lib/errors.ts';
import { createKeyedLock } from '../lib/keyed-lock.ts';
import { inLanes } from '../lib/lanes.ts';
import type { TimedGrant, TimedGrants } from '../store/store.ts';
import type { LockSystem, NewGrant } from './lock-system.ts';
import { isOpen, settle } from './settle.ts';

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
/** For so long after its beginning a window without its real grant is the timer's business, and no damage. */
const TIMER_AT_IT = 60 * SECOND;
/** When a window that should be open, and really is not, is reported to have ended: it is added anew then. */
const NEVER: Instant = 0;

export function createWindowsByTimer(
  lockSystem: LockSystem,
  parts: {
    store: TimedGrants;
    clock: Pick<Clock, 'now'>;
    newId: () => string;
    /** Does the note of a real grant carry our mark? */
    isOurNote: (note: string | null) => boolean;
    /** From now on tick() has something to do at that moment. */
    boundaryChanged: (at: Instant) => Promise<void>;
  },
): LockSystem & Boundaries {
  const { store, clock, isOurNote, boundaryChanged } = parts;
  const oneAtATime = createKeyedLock();
  const settleHere = (place: { lockUserId: string; lockId: string }) =>
    settle(place, clock.now(), { lockSystem, store, isOurNote });

  async function addGrant({ lockUserId, lockId, from, until, note }: NewGrant): Promise<CurrentGrant | 'gone'> {
    const grant: CurrentGrant & { note: string } = { id: parts.newId(), lockUserId, lockId, from, until, note };
    await store.add({ ...grant, realId: null, asked: false });
    const now = clock.now();
    const boundary = from !== null && from > now ? from : until;
    if (boundary !== null && boundary > now) await boundaryChanged(boundary);
    if (!isOpen(grant, now)) return grant;
    try {
      return (await settleHere(grant)) === 'gone' ? 'gone' : grant;
    } catch (error) {
      await giveUp(grant.id);
      throw error;
    }
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
      try {
        await settleHere(row);
      } catch (error) {
        await boundaryChanged(clock.now());
        throw error;
      }
    }
    await store.remove([id]);
  }

  /** A real grant that no row stood on when it was read: of others, or ours from before the store was lost. */
  async function removeReal(id: string): Promise<void> {
    const [row] = await store.onReal(id);
    if (!row) return await lockSystem.removeGrant(id);
    // Windows were added meanwhile that stand on it: it goes with them.
    await oneAtATime([row.lockUserId], () => settleHere(row));
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
    capabilities: { ...lockSystem.capabilities, windowsOnGrants: true },

    locks: () => lockSystem.locks(),
    users: () => lockSystem.users(),
    user: (id) => lockSystem.user(id),
    userByEmail: (email) => lockSystem.userByEmail(email),
    async grants(of) {
      const read = () => (of === undefined ? store.all() : store.ofLockUser(of.lockUserId));
      const before = await read();
      const real = await lockSystem.grants(of);
      return report({ before, after: await read(), real }, clock.now(), isOurNote);
    },

    createUser: (user) => lockSystem.createUser(user),
    updateUser: (id, patch) => lockSystem.updateUser(id, patch),
    deleteUser: (id) =>
      oneAtATime([id], async () => {
        await lockSystem.deleteUser(id);
        await store.removeLockUser(id);
      }),
    addGrant: (grant) => oneAtATime([grant.lockUserId], () => addGrant(grant)),
    async removeGrant(id) {
      const row = await store.of(id);
      return row ? oneAtATime([row.lockUserId], () => removeRow(id)) : removeReal(id);
    },

    // A note is kept whole here; the real grant's is cut where it is made.
    adjust: (grant) => ({ ...grant, from: wholeSecond(grant.from), until: wholeSecond(grant.until) }),
    readOpening: (request, now) => lockSystem.readOpening(request, now),
    openingsSince: (since) => lockSystem.openingsSince(since),

    tick,
    nextAfter: (at) => store.next(at),
  };
}

const wholeSecond = (at: Instant | null): Instant | null => (at === null ? null : Math.floor(at / SECOND) * SECOND);

/**
 * Rows as the grants that they are, and the real grants that no row stands on. The rows were read before and after the
 * real grants: what changed in between is taken for good, since it can be told from neither.
 */
function report(
  { before, after, real }: { before: readonly TimedGrant[]; after: readonly TimedGrant[]; real: CurrentGrant[] },
  now: Instant,
  isOurNote: (note: string | null) => boolean,
): CurrentGrant[] {
  const there = new Set(real.map(({ id }) => id));
  const stoodOn = new Map(before.map(({ id, realId }) => [id, realId]));
  const taken = new Set([...before, ...after].flatMap(({ realId }) => realId ?? []));
  const adopted = new Set<string>();

  const isThere = (row: TimedGrant): boolean => {
    if (row.realId !== null) return there.has(row.realId) || stoodOn.get(row.id) !== row.realId;
    // The answer that never came.
    const unanswered = real.find(
      ({ id, lockUserId, lockId, note }) =>
        row.asked &&
        lockUserId === row.lockUserId &&
        lockId === row.lockId &&
        isOurNote(note) &&
        (!taken.has(id) || adopted.has(id)),
    );
    if (!unanswered) return row.from !== null && row.from > now - TIMER_AT_IT;
    taken.add(unanswered.id);
    adopted.add(unanswered.id);
    return true;
  };
  const rows = after.map((row): CurrentGrant => {
    const { id, lockUserId, lockId, from, until, note } = row;
    const isDamaged = isOpen(row, now) && !isThere(row);
    return { id, lockUserId, lockId, note, ...(isDamaged ? { from: null, until: NEVER } : { from, until }) };
  });
  return [...rows, ...real.filter(({ id }) => !taken.has(id))];
}
