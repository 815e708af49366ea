// Who pays for an opening: the membership whose grant opened that lock. Reads what is remembered, and spends nothing.
import type { Calendar } from '../access/calendar.ts';
import { decide } from '../access/decide.ts';
import { byBeginning, planAt, standingOf } from '../access/membership.ts';
import type { Instant, Lock, MemberFacts, Membership } from '../access/model.ts';
import { contains } from '../access/windows.ts';
import type { StoredOpening } from '../store/store.ts';
import { factsOfEvidence } from './evidence-facts.ts';
import { readSingly } from './member-reader.ts';
import type { SyncParts } from './parts.ts';

export type Charged = { membership: Membership; limited: boolean };

/**
 * The membership whose grant opened that lock: unlimited plans first, then who began first. A limited one only where a
 * grant rests on `passes: required`; an unlimited one by any opening.
 */
export async function whoIsCharged(
  opening: StoredOpening,
  ids: readonly string[],
  calendar: Calendar,
  parts: SyncParts,
): Promise<Charged | undefined> {
  const { policy, locks } = await parts.policy();
  const at = opening.occurredAt;
  const members = await Promise.all(ids.map((id) => factsFor(id, calendar, parts, at)));
  const current = members.filter(
    ({ membership }) => standingOf(membership, policy.cancellationDate, calendar, at) === 'current',
  );
  const opened = locksBehind(opening.lockId, locks);
  const entitled = decide(current, null, { policy, locks, calendar, now: at }).entitlements.filter(
    (each) => (opened === null || opened.has(each.lockId)) && contains(each, at),
  );
  const candidates = current
    .map(({ membership }) => ({ membership, limited: planAt(membership, calendar, at).limited }))
    .toSorted((a, b) => Number(a.limited) - Number(b.limited) || byBeginning(a.membership, b.membership));
  const paying = candidates.find(({ membership, limited }) =>
    entitled.some((each) => each.membershipId === membership.id && (!limited || each.charged)),
  );
  return paying ?? candidates.find(({ limited }) => !limited);
}

/** The locks that an opening may have gone through: the one named, or those whose door it is. null: any. */
function locksBehind(named: string | null, locks: readonly Lock[]): ReadonlySet<string> | null {
  if (named === null) return null;
  return new Set(
    locks.flatMap(({ id, doors = [] }) => (id === named || doors.some((door) => door.id === named) ? [id] : [])),
  );
}

/** As last read, which costs no call; read singly where nothing is remembered. */
async function factsFor(id: string, calendar: Calendar, parts: SyncParts, at: Instant): Promise<MemberFacts> {
  const evidence = await parts.store.evidence.of(id);
  if (evidence) return factsOfEvidence(evidence, parts.store, at);
  const { policy } = await parts.policy();
  return (await readSingly(id, parts, { policy, calendar, now: parts.clock.now() })).facts;
}
