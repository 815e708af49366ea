// Why a person may open a lock at a moment, or why not: the chain of reasons behind the decision, until when it holds,
// what comes next, and whether the lock system has it so. Decides nothing itself.
import type { Calendar } from './calendar.ts';
import { type Decision, type Denial, entitledAt } from './decide.ts';
import { effective } from './diff.ts';
import { lifeOf, planAt, standingOf } from './membership.ts';
import type { CurrentGrant, Instant, Lock, MemberFacts, Membership } from './model.ts';
import type { Policy } from './policy.ts';
import { sentences } from './sentences.ts';
import { isInEffect } from './standing.ts';
import { contains, join, toInterval } from './windows.ts';

export type LockAnswer = {
  lockId: string;
  lock: string;
  opens: boolean;
  /** Every reason, as sentences; at least one. */
  because: string[];
  /** The window around the moment; null: since ever, or without end. Only where it opens. */
  since: Instant | null;
  until: Instant | null;
  /** When the next window begins, where it is shut. */
  opensNext: Instant | null;
  /** What would open it, where it is shut for another reason than the time. */
  wouldOpen: string[];
  /** What the brake or a person decided about this lock. */
  waiting: 'held' | 'kept' | null;
  /** null: nothing can be said of it, see Explaining.current. */
  lockSystem: LockSystemSays | null;
};

/** Desired against current, at that moment. 'theirs': opens through somebody else's grant. */
type LockSystemSays =
  | 'agrees'
  | 'agrees, through a grant of others'
  | 'is accepted, and not in effect yet'
  | 'could not be put into effect'
  | 'opens although it should not'
  | 'is shut although it should open';

export type Explaining = {
  policy: Policy;
  calendar: Calendar;
  locks: readonly Lock[];
  at: Instant;
  /** Grants that the lock user has now, ours and others'. null: not read, or they tell nothing of that moment. */
  current: readonly (CurrentGrant & { ours: boolean })[] | null;
  waiting: (lockId: string) => LockAnswer['waiting'];
  /** Why the person gets nothing, whatever the rules give. */
  overruled?: string | undefined;
};

/** One answer for each lock, in the order of the locks. */
export function explain(decision: Decision, members: readonly MemberFacts[], terms: Explaining): LockAnswer[] {
  return terms.locks.map((lock) => explainLock(lock, decision, members, terms));
}

function explainLock(lock: Lock, decision: Decision, members: readonly MemberFacts[], terms: Explaining): LockAnswer {
  const { at, current, waiting, overruled } = terms;
  if (overruled !== undefined) return shut(lock, [overruled], members, terms);
  const entitled = entitledAt(decision, lock.id, at);
  const opens = entitled.length > 0;
  const windows = join(decision.grants.filter(({ lockId }) => lockId === lock.id).map(toInterval));
  const around = windows.find((window) => contains(window, at));
  const next = windows.find(({ from }) => from > at);
  const unknown = decision.uncertain.get(lock.id);
  const denied = decision.denials.filter(({ lockId }) => lockId === lock.id);
  const denials = denied.map(({ sentence }) => sentence);
  const refused = opens ? [] : refusedNow(lock.id, decision, members, at);
  const reasons = opens ? entitled.map(({ sentence }) => sentence) : [...denials, ...refused];
  const because = [
    ...standings(members, terms),
    ...new Set(reasons),
    ...(unknown === undefined ? [] : [`not known now, so what is there stays: ${unknown}`]),
    ...(!opens && denials.length === 0 && unknown === undefined ? [shutSentence(next?.from, terms.calendar)] : []),
  ];
  return {
    lockId: lock.id,
    lock: lock.name,
    opens,
    because,
    since: around && Number.isFinite(around.from) ? around.from : null,
    until: around && Number.isFinite(around.until) ? around.until : null,
    opensNext: next?.from ?? null,
    wouldOpen: opens
      ? []
      : [...new Set([...denied.flatMap(wouldOpen), ...(refused.length > 0 ? [AFTER_REFUSAL] : [])])],
    waiting: waiting(lock.id),
    lockSystem:
      current &&
      lockSystemSays(
        opens,
        current.filter(({ lockId }) => lockId === lock.id),
        at,
      ),
  };
}

function shut(lock: Lock, why: string[], members: readonly MemberFacts[], terms: Explaining): LockAnswer {
  const { at, current, waiting } = terms;
  return {
    lockId: lock.id,
    lock: lock.name,
    opens: false,
    because: [...standings(members, terms), ...why],
    since: null,
    until: null,
    opensNext: null,
    wouldOpen: [],
    waiting: waiting(lock.id),
    lockSystem:
      current &&
      lockSystemSays(
        false,
        current.filter(({ lockId }) => lockId === lock.id),
        at,
      ),
  };
}

const standings = (members: readonly MemberFacts[], terms: Explaining): string[] =>
  members.map(({ membership }) => standingSentence(membership, terms));

const shutSentence = (next: Instant | undefined, calendar: Calendar): string =>
  next === undefined ? 'no rule gives this lock' : `outside its windows; the next one begins at ${calendar.show(next)}`;

const AFTER_REFUSAL = 'a new day pass, or the next Cobot day (it begins at 04:00)';

/** Cobot's no, where a pass opens the lock again once its day is over. */
function refusedNow(lockId: string, decision: Decision, members: readonly MemberFacts[], at: Instant): string[] {
  const isPassAhead = decision.entitlements.some(
    (each) => each.lockId === lockId && each.basis === 'pass' && each.from > at,
  );
  if (!isPassAhead) return [];
  return members.flatMap(({ refusal }) =>
    refusal && refusal.at <= at && at < refusal.until ? [sentences.refused(refusal.words)] : [],
  );
}

function wouldOpen({ code, rule }: Denial): string[] {
  switch (code) {
    case 'pending':
      return ['the confirmation of the membership on Cobot'];
    case 'ended':
      return ['a membership that goes on'];
    case 'plan':
      return [`a plan of "${rule}"`];
    case 'no-pass':
      return [`a day pass that can be used now, for "${rule}"`];
    case 'refused':
      return [AFTER_REFUSAL];
    case 'no-booking':
      return [`a booking, for "${rule}"`];
    case 'blocked':
      return ['taking the address off "blocked" in the policy'];
    case 'coming':
    case 'hours':
      return [];
  }
}

function lockSystemSays(opens: boolean, grants: NonNullable<Explaining['current']>, at: Instant): LockSystemSays {
  const here = grants.filter((grant) => contains(effective(grant, at), at));
  const open = here.filter(isInEffect);
  if (open.length === 0) {
    if (!opens) return 'agrees';
    const states = new Set(here.map(({ standing }) => standing?.state));
    if (states.has('pending')) return 'is accepted, and not in effect yet';
    return states.has('failed') ? 'could not be put into effect' : 'is shut although it should open';
  }
  if (opens) return 'agrees';
  return open.some(({ ours }) => ours) ? 'opens although it should not' : 'agrees, through a grant of others';
}

/** "membership m1: active, plan "Full Time", until 2026-11-30". */
export function standingSentence(
  membership: Membership,
  { policy, calendar, at }: Pick<Explaining, 'policy' | 'calendar' | 'at'>,
): string {
  const standing = standingOf(membership, policy.cancellationDate, calendar, at);
  const { until } = lifeOf(membership, policy.cancellationDate, calendar);
  const plan = `plan "${planAt(membership, calendar, at).name}"`;
  const who = `membership ${membership.id}`;
  if (standing === 'pending') return `${who}: not confirmed yet`;
  if (standing === 'coming') return `${who}: begins on ${membership.startsOn}, ${plan}`;
  if (standing === 'ended')
    return `${who}: ${membership.deleted ? 'deleted on Cobot' : `ended on ${membership.canceledTo}`}`;
  return `${who}: active, ${plan}${Number.isFinite(until) ? `, until ${calendar.show(until)}` : ''}`;
}
