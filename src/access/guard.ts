// The brake: how many persons lose what, and whether that has to wait for a person. Counting only; nothing is stored
// or applied here.

import type { Decision } from './decide.ts';
import { effective } from './diff.ts';
import type { CurrentGrant, Instant } from './model.ts';
import type { Brake } from './policy.ts';
import { REACH } from './spans.ts';
import { covered, toInterval } from './windows.ts';

/** A person whose time at one lock through grants of ours, over the next 72 hours, would fall by more than half. */
export type Loss = { lockUserId: string; lockId: string; sentence: string; restsOnAbsence: boolean };

/**
 * Losses of one person between `current` grants of ours and the decision. No losses are: a pass spent by a check-in
 * that we know of, and the end of that check-in (`spentByCheckIn`); locks where a fact is unknown, since nothing is
 * taken away there.
 */
export function lossesOf(
  lockUserId: string,
  current: readonly CurrentGrant[],
  decision: Decision,
  terms: { now: Instant; spentByCheckIn: boolean; restsOnAbsence: boolean },
): Loss[] {
  const { now, spentByCheckIn, restsOnAbsence } = terms;
  const reach = { from: now, until: now + REACH };
  const has = Map.groupBy(current, ({ lockId }) => lockId);
  const gets = Map.groupBy(decision.grants, ({ lockId }) => lockId);
  return [...has.keys()].toSorted().flatMap((lockId) => {
    if (decision.uncertain.has(lockId)) return [];
    const before = covered(
      (has.get(lockId) ?? []).map((each) => effective(each, now)),
      reach,
    );
    const after = covered((gets.get(lockId) ?? []).map(toInterval), reach);
    if (before === 0 || after >= before / 2) return [];
    if (spentByCheckIn && isAboutPasses(decision, lockId)) return [];
    const left = (gets.get(lockId) ?? []).map(({ reason }) => reason);
    const sentence =
      left.length > 0 ? `open for less time than before: ${left.join('; ')}` : whyNotAt(decision, lockId);
    return [{ lockUserId, lockId, sentence, restsOnAbsence }];
  });
}

/** Is what is left, or lacking, at the lock a matter of passes and check-ins alone? */
function isAboutPasses(decision: Decision, lockId: string): boolean {
  const left = decision.entitlements.filter((each) => each.lockId === lockId);
  return left.some(({ basis }) => basis === 'check-in' || basis === 'pass') || decision.withoutPass.has(lockId);
}

/** The reasons why a lock is not given, as one sentence. */
export function whyNotAt(decision: Decision, lockId: string): string {
  const reasons = decision.denials.filter((each) => each.lockId === lockId).map(({ sentence }) => sentence);
  return [...new Set(reasons)].toSorted().join('; ') || 'no rule gives this lock';
}

export type BrakeTerms = {
  brake: Brake;
  /** Persons with a grant of ours now or an hour ago. */
  managed: number;
  /** Lock users whose losses were applied or newly held in the last hour. */
  recent: ReadonlySet<string>;
};
export type Verdict = { holds: boolean; persons: number; limit: string };

/** Do these losses, with those of the last hour, have to wait for a person? */
export function brakeFor(losers: Iterable<string>, { brake, managed, recent }: BrakeTerms): Verdict {
  const fresh = new Set(losers);
  const persons = new Set([...recent, ...fresh]).size;
  const members = brake.members ?? Math.min(5, Math.max(1, Math.floor(managed / 2)));
  const share = (managed * brake.percent) / 100;
  const holds = fresh.size > 0 && ((persons > members && persons > share) || persons > brake.atMost);
  return {
    holds,
    persons,
    limit: `more than ${members} and more than ${brake.percent} % of ${managed} managed persons, or more than ${brake.atMost}`,
  };
}
