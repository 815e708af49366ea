// Everybody of whom something was read, person by person: memberships that share a lock user are one.
import type { Evidence, Store } from '../store/store.ts';

export type PersonKnown = { lockUserId: string | null; evidence: Evidence[] };

export async function groupedEvidence({ evidence, links }: Store): Promise<PersonKnown[]> {
  const lockUsers = new Map((await links.all()).map((link) => [link.membershipId, link.lockUserId]));
  const groups = Map.groupBy(
    (await evidence.all()).values(),
    ({ membership: { id } }) => lockUsers.get(id) ?? `membership ${id}`,
  );
  return [...groups.values()].map((group) => ({
    lockUserId: lockUsers.get(group[0]?.membership.id ?? '') ?? null,
    evidence: group,
  }));
}
