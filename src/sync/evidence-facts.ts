// Facts as last read, for what has to answer without asking Cobot.
import type { Instant, MemberFacts } from '../access/model.ts';
import type { Evidence, Store } from '../store/store.ts';
import { factsOf } from './member-reader.ts';

export async function factsOfEvidence(
  evidence: Evidence,
  store: Pick<Store, 'refusals'>,
  at: Instant,
): Promise<MemberFacts> {
  const { membership, passes, checkIns, bookings } = evidence;
  const known = <T>(value: T[]) => ({ known: true as const, value });
  return {
    ...factsOf(membership),
    passes: known(passes),
    checkIns: known(checkIns),
    bookings: known(bookings),
    refusal: (await store.refusals.of(membership.id, at)) ?? null,
  };
}
