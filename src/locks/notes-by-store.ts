// A lock system whose grants carry no note, presented as one whose do, so that nothing above it has to know. The store is
// the only witness of what is ours: it is told before a grant is asked for, and again when the answer comes. Without the
// store every grant is one by others: shown, and never taken away. Reading writes nothing (a dry run reads too).
import type { CurrentGrant, Instant, Window } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { createKeyedLock, type KeyedLock } from '../lib/keyed-lock.ts';
import type { GrantNote, GrantNotes } from '../store/filled-in.ts';
import type { Finding, LockSystem, NewGrant } from './lock-system.ts';
import { hadNoEffect } from './no-effect.ts';
import { claimsOf, isSameWindow } from './note-claims.ts';

const MINUTE = 60_000;
/** So long what was asked for may still land, and a list may lag behind; after that, what is not there is not coming. */
const MAY_LAND = 2 * MINUTE;
/** What stands for nothing for so long is looked at again, and forgotten. */
const STALE = 60 * MINUTE;

export function createNotesByStore(
  lockSystem: LockSystem,
  parts: { store: GrantNotes; clock: Pick<Clock, 'now'>; newId: () => string; oneAtATime?: KeyedLock },
): LockSystem {
  const { store, clock } = parts;
  const oneAtATime = parts.oneAtATime ?? createKeyedLock();
  /** Lock users with notes that stood for nothing when all grants were last read. */
  let doubtful: ReadonlySet<string> = new Set();

  /** What a lock user has, with notes. Binds the answers that never came, and forgets what stands for nothing. */
  async function lookAt(lockUserId: string): Promise<CurrentGrant[]> {
    const grants = await lockSystem.grants({ lockUserId });
    const notes = await store.ofLockUser(lockUserId);
    const claims = claimsOf(notes, grants, clock.now());
    for (const [grantId, note] of claims) if (note.grantId === null) await store.bind(note.id, grantId);
    const gone = standingForNothing(notes, claims, clock.now() - MAY_LAND);
    if (gone.length > 0) await store.remove(gone.map(({ id }) => id));
    return withNotes(grants, claims);
  }

  async function addGrant(grant: NewGrant): Promise<CurrentGrant | 'gone' | 'there'> {
    const { lockUserId, lockId, note } = grant;
    const { from, until } = lockSystem.adjust(grant);
    const there = (await lookAt(lockUserId)).filter((each) => each.lockId === lockId);
    const isOnlyOne = lockSystem.capabilities.grantsPerLock === 'one';
    const same = there.find(
      (each) => isSameWindow(each, { from, until }) && (isOnlyOne ? each.note !== null : each.note === note),
    );
    // An answer was lost, or it is asked for twice: what is there is as good.
    if (same) return same;
    if (isOnlyOne && there.length > 0) return 'there';

    const before = there.map(({ id }) => id);
    const id = parts.newId();
    const askedAt = clock.now();
    await store.add({ id, lockUserId, lockId, from, until, note, grantId: null, before, askedAt });
    const added = await ask(grant, id);
    if (added === 'gone' || added === 'there') return added;
    await store.bind(id, added.id);
    return { ...added, note };
  }

  /** What certainly was not given is forgotten; what may be there is looked for from now on. */
  async function ask(grant: NewGrant, noteId: string): Promise<CurrentGrant | 'gone' | 'there'> {
    try {
      const added = await lockSystem.addGrant(grant);
      if (added === 'gone' || added === 'there') await store.remove([noteId]);
      return added;
    } catch (error) {
      if (hadNoEffect(error)) await store.remove([noteId]);
      throw error;
    }
  }

  /** undefined: not ours. Looks also for those whose answer never came; of these there are few. */
  async function noteOf(grantId: string): Promise<GrantNote | undefined> {
    const known = await store.ofGrant(grantId);
    if (known) return known;
    for (const lockUserId of new Set((await store.unanswered()).map((note) => note.lockUserId))) {
      const grants = await lockSystem.grants({ lockUserId });
      const claim = claimsOf(await store.ofLockUser(lockUserId), grants, clock.now()).get(grantId);
      if (claim) return claim;
    }
    return undefined;
  }

  /** With the note as it is once nobody else is at work on that lock user's grants; null: not ours. */
  async function withNote<T>(grantId: string, work: (note: GrantNote | null) => Promise<T>): Promise<T> {
    const found = await noteOf(grantId);
    if (!found) return work(null);
    return oneAtATime([found.lockUserId], async () => work((await noteOf(grantId)) ?? null));
  }

  async function moveGrant(note: GrantNote, id: string, to: Window): ReturnType<LockSystem['moveGrant']> {
    // First: once it was moved, it could not be told by its window any more.
    await store.bind(note.id, id);
    const { from, until } = lockSystem.adjust({ ...to, note: note.note });
    const result = await lockSystem.moveGrant(id, { from, until });
    if (result === 'moved') await store.move(note.id, { from, until });
    return result;
  }

  const forgetting = (lockUserIds: ReadonlySet<string>): Finding => ({
    what: 'grants that the store knows as ours',
    ok: false,
    sentence: `Of ${lockUserIds.size} lock users there are grants in the store that the lock system does not have (any more); they are looked at again and forgotten.`,
    async mend() {
      for (const id of lockUserIds) await oneAtATime([id], () => lookAt(id));
      doubtful = new Set();
    },
  });

  return {
    name: lockSystem.name,
    capabilities: { ...lockSystem.capabilities, notesOnGrants: true },

    locks: () => lockSystem.locks(),
    users: () => lockSystem.users(),
    user: (id) => lockSystem.user(id),
    userByEmail: (email) => lockSystem.userByEmail(email),
    async grants(of) {
      const read = () => (of === undefined ? store.all() : store.ofLockUser(of.lockUserId));
      // Before and after: what is given or taken back meanwhile is told by one of them.
      const before = await read();
      const grants = await lockSystem.grants(of);
      const after = await read();
      const later = new Set(after.map(({ id }) => id));
      const claims = claimsOf([...before.filter(({ id }) => !later.has(id)), ...after], grants, clock.now());
      if (of === undefined) doubtful = doubtfulOf(before, claims, clock.now());
      return withNotes(grants, claims);
    },

    createUser: (user) => lockSystem.createUser(user),
    updateUser: (id, patch) => lockSystem.updateUser(id, patch),
    deleteUser: (id) =>
      oneAtATime([id], async () => {
        await lockSystem.deleteUser(id);
        await store.removeLockUser(id);
      }),
    addGrant: (grant) => oneAtATime([grant.lockUserId], () => addGrant(grant)),
    moveGrant: (id, to) => withNote(id, (note) => (note ? moveGrant(note, id, to) : lockSystem.moveGrant(id, to))),
    removeGrant: (id) =>
      withNote(id, async (note) => {
        await lockSystem.removeGrant(id);
        if (note) await store.remove([note.id]);
      }),

    // A note is kept whole here.
    adjust: (grant) => ({ ...lockSystem.adjust(grant), note: grant.note }),
    readOpening: (request, now) => lockSystem.readOpening(request, now),
    openingsSince: (since) => lockSystem.openingsSince(since),
    holderOf: (named) => lockSystem.holderOf(named),
    codesOf: (lockUserId) => lockSystem.codesOf(lockUserId),
    async checkUp() {
      const findings = await lockSystem.checkUp();
      return doubtful.size > 0 ? [...findings, forgetting(doubtful)] : findings;
    },
  };
}

const withNotes = (grants: readonly CurrentGrant[], claims: ReadonlyMap<string, GrantNote>): CurrentGrant[] =>
  grants.map((grant) => ({ ...grant, note: claims.get(grant.id)?.note ?? null }));

/** Notes from before that moment without a grant. */
function standingForNothing(
  notes: readonly GrantNote[],
  claims: ReadonlyMap<string, GrantNote>,
  until: Instant,
): GrantNote[] {
  const claimed = new Set([...claims.values()].map(({ id }) => id));
  return notes.filter(({ id, askedAt }) => !claimed.has(id) && askedAt < until);
}

const doubtfulOf = (notes: readonly GrantNote[], claims: ReadonlyMap<string, GrantNote>, now: Instant): Set<string> =>
  new Set(standingForNothing(notes, claims, now - STALE).map(({ lockUserId }) => lockUserId));
