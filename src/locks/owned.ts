// What is ours, and a lock system that writes to nothing else. Ours are known by marks, which survive a lost database
// and an answer that never came, and by the witness, which survives a mark that somebody edited away.
import type { CurrentGrant, LockUser, Window } from '../access/model.ts';
import { createInterned } from '../lib/interned.ts';
import type { LockSystem, LockUserPatch, NewGrant, NewLockUser } from './lock-system.ts';

export type Marks = {
  /** The external_id of a lock user that we make. */
  userMark(membershipId: string): string;
  /** undefined: not our mark. */
  membershipOfUserMark(externalId: string | null): string | undefined;
  /** The note of a grant that we make. */
  noteOf(membershipId: string, reason: string): string;
  isOurNote(note: string | null): boolean;
  /** undefined: not our note, or one that names none. */
  membershipOfNote(note: string | null): string | undefined;
};

export function marks(subdomain: string): Marks {
  const userPrefix = `relay:${subdomain}:`;
  const notePrefix = `relay:${subdomain} `;
  const isOurNote = (note: string | null) => note?.startsWith(notePrefix) === true;
  return {
    userMark: (membershipId) => userPrefix + membershipId,
    membershipOfUserMark(externalId) {
      if (externalId?.startsWith(userPrefix) !== true) return undefined;
      return externalId.slice(userPrefix.length) || undefined;
    },
    noteOf: (membershipId, reason) => `${notePrefix}${membershipId} ${reason}`,
    isOurNote,
    membershipOfNote(note) {
      if (note === null || !isOurNote(note)) return undefined;
      const [word] = note.slice(notePrefix.length).split(' ', 1);
      return word !== undefined && LIKE_AN_ID.test(word) ? word : undefined;
    },
  };
}

const LIKE_AN_ID = /^[\w-]{1,100}$/;

/** The store's memory of what we made; ids of the lock system. */
export type OwnedWitness = {
  hasUser(id: string): Promise<boolean>;
  hasGrant(id: string): Promise<boolean>;
  addUser(id: string): Promise<void>;
  addGrant(id: string): Promise<void>;
  removeUser(id: string): Promise<void>;
  removeGrant(id: string): Promise<void>;
};

export type OwnedUser = LockUser & { ours: boolean };
export type OwnedGrant = CurrentGrant & { ours: boolean };

/**
 * The part of a lock system that the sync works with. Every write first makes sure that what it changes is ours, and
 * throws a plain Error where it is not: that is a mistake of the caller, and nothing was written.
 */
export type OwnedLocks = Pick<
  LockSystem,
  'name' | 'capabilities' | 'locks' | 'adjust' | 'openingsSince' | 'holderOf' | 'codesOf' | 'checkUp'
> & {
  users(): Promise<OwnedUser[]>;
  user(id: string): Promise<OwnedUser | undefined>;
  userByEmail(email: string): Promise<OwnedUser | undefined>;
  grants(of?: { lockUserId: string }): Promise<OwnedGrant[]>;

  /** Only with our mark as externalId. */
  createUser(user: NewLockUser): Promise<{ created: OwnedUser } | { takenBy: string | null }>;
  /** Reads the lock user first: one more call. */
  updateUser(id: string, patch: LockUserPatch): ReturnType<LockSystem['updateUser']>;
  /** Reads the lock user and its grants first; refused while it has one by others. */
  deleteUser(id: string): Promise<void>;
  /** Only with a note of ours; also for an adopted lock user. */
  addGrant(grant: NewGrant): Promise<OwnedGrant | 'gone' | 'there'>;
  /** Takes the grant as it was read, since its note is what tells whose it is. */
  moveGrant(grant: CurrentGrant, to: Window): ReturnType<LockSystem['moveGrant']>;
  /**
   * Replaces a grant by others with one of ours of the same window: the one way to touch what is not ours, for an
   * operator who asks for it. Ours is there before theirs goes.
   */
  takeOver(grant: CurrentGrant, note: string): Promise<OwnedGrant | 'gone'>;
  /** Takes the grant as it was read, since its note is what tells whose it is. */
  removeGrant(grant: CurrentGrant): Promise<void>;
};

export function createOwnedLocks(
  lockSystem: LockSystem,
  parts: {
    marks: Marks;
    witness: OwnedWitness;
    /** Lock users that the operator wants left alone, by email. */
    neverTouch: (email: string) => boolean;
  },
): OwnedLocks {
  const { witness, neverTouch } = parts;
  /** Emails as last read, so that a grant does not cost a look at its lock user. */
  const emails = new Map<string, string>();

  async function tagUser(user: LockUser): Promise<OwnedUser> {
    emails.set(user.id, user.email);
    const marked = parts.marks.membershipOfUserMark(user.externalId) !== undefined;
    return { ...user, ours: marked || (await witness.hasUser(user.id)) };
  }

  async function tagGrant(grant: CurrentGrant): Promise<OwnedGrant> {
    return { ...grant, ours: parts.marks.isOurNote(grant.note) || (await witness.hasGrant(grant.id)) };
  }

  /** Nearly all bear our mark: of hundreds of thousands, the others alone are waited for. */
  async function tagGrants(grants: readonly CurrentGrant[]): Promise<OwnedGrant[]> {
    const same = createInterned();
    const tagged = grants.map(
      (grant): OwnedGrant => ({
        ...grant,
        lockUserId: same(grant.lockUserId),
        lockId: same(grant.lockId),
        note: same(grant.note),
        ours: parts.marks.isOurNote(grant.note),
      }),
    );
    const others = tagged.filter(({ ours }) => !ours);
    await Promise.all(
      others.map(async (grant) => {
        grant.ours = await witness.hasGrant(grant.id);
      }),
    );
    return tagged;
  }

  async function user(id: string): Promise<OwnedUser | undefined> {
    const found = await lockSystem.user(id);
    return found && tagUser(found);
  }

  async function grants(of?: { lockUserId: string }): Promise<OwnedGrant[]> {
    return tagGrants(await lockSystem.grants(of));
  }

  function insist(condition: boolean, otherwise: string): asserts condition {
    if (!condition) throw new Error(`left alone: ${otherwise}`);
  }

  function insistOnOurs(found: OwnedUser): void {
    insist(found.ours, `lock user ${found.id} was not made by the relay`);
    insist(!neverTouch(found.email), `lock user ${found.id} is in never_touch`);
  }

  async function insistOnOurGrant(grant: CurrentGrant): Promise<void> {
    insist((await tagGrant(grant)).ours, `grant ${grant.id} was not made by the relay`);
    const email = await emailOf(grant.lockUserId);
    insist(email === undefined || !neverTouch(email), `lock user ${grant.lockUserId} is in never_touch`);
  }

  function insistOnOurMark(externalId: string): void {
    insist(parts.marks.membershipOfUserMark(externalId) !== undefined, "a lock user without the relay's mark");
  }

  async function emailOf(lockUserId: string): Promise<string | undefined> {
    return emails.get(lockUserId) ?? (await user(lockUserId))?.email;
  }

  async function addGrant(grant: NewGrant): Promise<OwnedGrant | 'gone' | 'there'> {
    insist(parts.marks.isOurNote(grant.note), "a grant without the relay's note");
    const email = await emailOf(grant.lockUserId);
    if (email === undefined) return 'gone';
    insist(!neverTouch(email), `lock user ${grant.lockUserId} is in never_touch`);
    const added = await lockSystem.addGrant(grant);
    if (added === 'there') return added;
    if (added === 'gone') {
      emails.delete(grant.lockUserId);
      return added;
    }
    await witness.addGrant(added.id);
    return { ...added, ours: true };
  }

  return {
    name: lockSystem.name,
    capabilities: lockSystem.capabilities,
    locks: () => lockSystem.locks(),
    adjust: (grant) => lockSystem.adjust(grant),
    openingsSince: (since) => lockSystem.openingsSince(since),
    holderOf: (named) => lockSystem.holderOf(named),
    codesOf: (lockUserId) => lockSystem.codesOf(lockUserId),
    checkUp: () => lockSystem.checkUp(),

    users: async () => Promise.all((await lockSystem.users()).map(tagUser)),
    user,
    async userByEmail(email) {
      const found = await lockSystem.userByEmail(email);
      return found && tagUser(found);
    },
    grants,

    async createUser(wanted) {
      insistOnOurMark(wanted.externalId);
      insist(!neverTouch(wanted.email), 'an email in never_touch');
      const result = await lockSystem.createUser(wanted);
      if ('takenBy' in result) return result;
      await witness.addUser(result.created.id);
      return { created: await tagUser(result.created) };
    },

    async updateUser(id, patch) {
      if (patch.externalId !== undefined) insistOnOurMark(patch.externalId);
      if (patch.email !== undefined) insist(!neverTouch(patch.email), 'an email in never_touch');
      const found = await user(id);
      if (!found) return 'gone';
      insistOnOurs(found);
      const result = await lockSystem.updateUser(id, patch);
      if (result === 'updated' && patch.email !== undefined) emails.set(id, patch.email);
      return result;
    },

    async deleteUser(id) {
      const found = await user(id);
      if (!found && !(await witness.hasUser(id))) return;
      if (found) insistOnOurs(found);
      const theirs = await grants({ lockUserId: id });
      const allOurs = theirs.every((grant) => grant.ours);
      insist(allOurs, `lock user ${id} has a grant by others`);
      await lockSystem.deleteUser(id);
      await witness.removeUser(id);
      for (const grant of theirs) await witness.removeGrant(grant.id);
      emails.delete(id);
    },

    addGrant,

    async takeOver(grant, note) {
      insist(!(await tagGrant(grant)).ours, `grant ${grant.id} is ours already`);
      const { lockUserId, lockId, from, until } = grant;
      const added = await addGrant(lockSystem.adjust({ lockUserId, lockId, from, until, note }));
      if (added === 'there') {
        // A second cannot stand beside it, so theirs becomes ours by being remembered as such.
        await witness.addGrant(grant.id);
        return { ...grant, ours: true };
      }
      if (added !== 'gone') await lockSystem.removeGrant(grant.id);
      return added;
    },

    async moveGrant(grant, to) {
      await insistOnOurGrant(grant);
      return lockSystem.moveGrant(grant.id, to);
    },

    async removeGrant(grant) {
      await insistOnOurGrant(grant);
      await lockSystem.removeGrant(grant.id);
      await witness.removeGrant(grant.id);
    },
  };
}
