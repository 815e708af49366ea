// Which lock user stands for which membership: the store says so, and after its loss the marks do (external_id of lock
// users, notes of grants, check-in tokens on Cobot).
import type { LinkedTo } from '../access/persons.ts';
import type { Marks, OwnedGrant, OwnedUser } from '../locks/owned.ts';
import type { Link } from '../store/store.ts';

export type Signs = {
  stored: readonly Link[];
  users: readonly OwnedUser[];
  grants: readonly OwnedGrant[];
  /** Check-in tokens: lock user -> membership. */
  tokens: ReadonlyMap<string, string>;
};

/** By membership. A stored link whose lock user is gone counts no more. */
export function linksFrom({ stored, users, grants, tokens }: Signs, marks: Marks): Map<string, LinkedTo> {
  const byId = new Map(users.map((user) => [user.id, user]));
  const links = new Map<string, LinkedTo>();
  for (const { membershipId, lockUserId, origin } of stored) {
    if (byId.has(lockUserId)) links.set(membershipId, { lockUserId, origin });
  }
  const note = (membershipId: string | undefined, lockUserId: string) => {
    const user = byId.get(lockUserId);
    if (membershipId === undefined || !user || links.has(membershipId)) return;
    links.set(membershipId, { lockUserId, origin: user.ours ? 'made' : 'adopted' });
  };
  for (const user of users) note(marks.membershipOfUserMark(user.externalId), user.id);
  for (const grant of grants) if (grant.ours) note(marks.membershipOfNote(grant.note), grant.lockUserId);
  for (const [lockUserId, membershipId] of tokens) note(membershipId, lockUserId);
  return links;
}
