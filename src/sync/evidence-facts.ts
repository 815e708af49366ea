// Facts as last read, for what has to answer without asking Cobot.
import type { Instant, MemberFacts, Refusal } from '../access/model.ts';
import type { Evidence, Store } from '../store/store.ts';
import { factsOf } from './member-reader.ts';

export async function factsOfEvidence(
  evidence: Evidence,
  store: Pick<Store, 'refusals'>,
  at: Instant,
): Promise<MemberFacts> {
  return factsWith(evidence, await store.refusals.of(evidence.membership.id, at));
}

/** For everybody at once: Cobot's refusals are asked of the store once, and not for each of thousands. */
export async function allFactsOfEvidence(
  store: Pick<Store, 'refusals'>,
  at: Instant,
): Promise<(evidence: Evidence) => MemberFacts> {
  const refusals = await store.refusals.all(at);
  return (evidence) => factsWith(evidence, refusals.get(evidence.membership.id));
}

function factsWith({ membership, passes, checkIns, bookings }: Evidence, refusal: Refusal | undefined): MemberFacts {
  const known = <T>(value: T[]) => ({ known: true as const, value });
  return {
    ...factsOf(membership),
    passes: known(passes),
    checkIns: known(checkIns),
    bookings: known(bookings),
    refusal: refusal ?? null,
  };
}
