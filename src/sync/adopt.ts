// For the building that was run by hand before: takes grants that others gave to members and former members over as
// ours, when a person asks for it. Afterwards the policy decides about them, under the brake like everything else.
import { standingOf } from '../access/membership.ts';
import type { Instant, Lock, Membership } from '../access/model.ts';
import { isTriedForEver, UpstreamError } from '../lib/errors.ts';
import type { OwnedGrant, OwnedUser } from '../locks/owned.ts';
import { entryOf } from './doing.ts';
import type { SyncParts } from './parts.ts';
import { personKeys } from './person-keys.ts';

export type Adoptable = {
  membership: Membership;
  isFormer: boolean;
  user: OwnedUser;
  /** Grants by others that open something now or later. */
  grants: OwnedGrant[];
};

/** What `adopt` would take over. `email`: of that person alone. Members are found by link, else by email. */
export async function findAdoptable(parts: SyncParts, email?: string): Promise<Adoptable[]> {
  const { cobot, locks, store, clock } = parts;
  const { policy } = await parts.policy();
  const { calendar } = await parts.space();
  const now = clock.now();
  const [{ items }, users, grants, links] = await Promise.all([
    cobot.allMemberships(),
    locks.users(),
    locks.grants(),
    store.links.all(),
  ]);
  const wanted = email?.trim().toLowerCase();
  const linked = new Map(links.map((link) => [link.membershipId, link.lockUserId]));
  const byId = new Map(users.map((user) => [user.id, user]));
  const byEmail = new Map(users.map((user) => [user.email.toLowerCase(), user]));
  const isFormer = (membership: Membership) =>
    standingOf(membership, policy.cancellationDate, calendar, now) === 'ended';
  // Who is a member now comes first: a lock user is shown once.
  const members = items.toSorted((a, b) => Number(isFormer(a)) - Number(isFormer(b)) || a.id.localeCompare(b.id));
  const found = new Map<string, Adoptable>();
  for (const membership of members) {
    const user = byId.get(linked.get(membership.id) ?? '') ?? byEmail.get(membership.email?.toLowerCase() ?? '');
    if (!user || found.has(user.id) || policy.neverTouch.has(user.email.toLowerCase())) continue;
    if (wanted !== undefined && wanted !== user.email.toLowerCase() && wanted !== membership.email?.toLowerCase())
      continue;
    const theirs = grants.filter((grant) => grant.lockUserId === user.id && !grant.ours && isLive(grant.until, now));
    if (theirs.length > 0) found.set(user.id, { membership, isFormer: isFormer(membership), user, grants: theirs });
  }
  return [...found.values()];
}

const isLive = (until: Instant | null, now: Instant): boolean => until === null || until > now;

export type Adopted = { taken: number; failed: { membershipId: string; why: string }[] };

/** Takes them over: ours is there before theirs goes, so nobody is locked out in between. */
export async function adopt(
  adoptables: readonly Adoptable[],
  parts: SyncParts,
  lockOf: (id: string) => Lock | undefined,
): Promise<Adopted> {
  const { locks, marks, store, queue, clock, oneAtATime } = parts;
  const result: Adopted = { taken: 0, failed: [] };
  for (const { membership, isFormer, user, grants } of adoptables) {
    try {
      const keys = personKeys(user.id, [membership.email]);
      await oneAtATime(keys, async () => {
        const link = await store.links.of(membership.id);
        if (!link) {
          const origin = user.ours ? ('made' as const) : ('adopted' as const);
          await store.links.put([
            { membershipId: membership.id, lockUserId: user.id, origin, endedAt: isFormer ? clock.now() : null },
          ]);
        }
        // A sweep that has read before this must not give beside what is taken over.
        await parts.touched.touch(keys);
        for (const grant of grants) {
          const taken = await locks.takeOver(grant, marks.noteOf(membership.id, 'taken over by the operator'));
          if (taken === 'gone') continue;
          const lock = lockOf(grant.lockId)?.name ?? grant.lockId;
          result.taken += 1;
          const line = {
            action: 'adopt' as const,
            membershipId: membership.id,
            lockUserId: user.id,
            lockId: grant.lockId,
            sentence: `grant at ${lock} taken over as ours`,
          };
          await store.audit.append([entryOf(line, clock.now(), 'operator, adopt')]);
        }
      });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      result.failed.push({
        membershipId: membership.id,
        why: `${error.message}: ${error.advice}${isTriedForEver(error) ? '; run it again' : ''}`,
      });
    }
  }
  await queue.add([{ name: 'sweep', key: 'space', payload: { cause: 'operator, adopt' } }]);
  return result;
}
