// The one decision: facts + policy + now -> the grants that a person should have, with reasons, and why not elsewhere.
// Pure and total; the order of its inputs changes nothing. Every rule of design section 5 is here and nowhere else.
//
// | per membership and rule            | windows at the rule's locks                                       |
// |------------------------------------|-------------------------------------------------------------------|
// | pending or ended                   | none                                                              |
// | plan not of the rule               | none                                                              |
// | booking rule                       | per booking of the resource, widened by before and after          |
// | unlimited plan, or passes: ignore  | the whole life of the membership                                  |
// | limited plan, passes: required     | while checked in, and while an unused pass fits                   |
// each cut by the life of the membership, the days of the plan, and the hours of the rule
import { type Basis, basesOf, type Denied } from './bases.ts';
import type { Calendar } from './calendar.ts';
import { lifeOf, planAt, planPhases, type Standing, standingOf } from './membership.ts';
import type { DesiredGrant, Instant, Lock, MemberFacts, Membership, PlanCopy } from './model.ts';
import type { Policy, Rule } from './policy.ts';
import { sentences } from './sentences.ts';
import { windowsOf } from './spans.ts';
import { ALWAYS, contains, type Interval, intersect, join, overlap, toWindow } from './windows.ts';

export type Terms = { policy: Policy; locks: readonly Lock[]; calendar: Calendar; now: Instant };

/** What one membership and one rule give at one lock; the grants are their union. */
export type Entitlement = Interval & {
  lockId: string;
  membershipId: string;
  rule: string;
  /** Rests on a pass or check-in of a limited plan: whoever opens with it is charged. */
  charged: boolean;
  basis: Basis['basis'];
  sentence: string;
};

/** `rule` '': whatever the rules say. */
export type Denial = Denied & { lockId: string; membershipId: string; rule: string };
export type Decision = {
  entitlements: Entitlement[];
  /** The fewest windows, by lock and time. */
  grants: DesiredGrant[];
  /** For every lock without a window now or later, the reasons why not. */
  denials: Denial[];
  /** Locks where a rule gives nothing for want of a day pass, also where another one opens them. */
  withoutPass: Set<string>;
  /** Locks for which a fact is unknown, with the reason: what is there stays. */
  uncertain: Map<string, string>;
  /** On the operator's list: loses everything at once, whatever the brake says. */
  blocked: boolean;
};

/** `members`: the memberships of one person. `email`: the lock user's, or the one that it would get. */
export function decide(members: readonly MemberFacts[], email: string | null, terms: Terms): Decision {
  const { policy } = terms;
  const sorted = members.toSorted((a, b) => a.membership.id.localeCompare(b.membership.id));
  const lockIds = [...new Set(terms.locks.map(({ id }) => id))];
  if (isBlocked(sorted, email, terms)) {
    const membershipId = sorted[0]?.membership.id ?? '';
    const denials = lockIds.map((lockId) => ({
      lockId,
      membershipId,
      rule: '',
      code: 'blocked' as const,
      sentence: sentences.blocked,
    }));
    return {
      entitlements: [],
      grants: [],
      denials,
      withoutPass: new Set(),
      uncertain: new Map(),
      blocked: true,
    };
  }
  const uncertain = new Map<string, string>();
  const entitlements: Entitlement[] = [];
  const denials: Denial[] = [];
  for (const facts of sorted) {
    for (const rule of policy.rules) {
      const outcome = applyRule(rule, facts, terms);
      for (const lockId of outcome.unknownAt) uncertain.set(lockId, outcome.unknown ?? '');
      entitlements.push(...outcome.entitlements);
      denials.push(...outcome.denials);
    }
  }
  const open = new Set(entitlements.map(({ lockId }) => lockId));
  return {
    entitlements,
    grants: grantsAt(lockIds, entitlements),
    denials: denials.filter(({ lockId }) => !open.has(lockId) && !uncertain.has(lockId)),
    withoutPass: new Set(denials.filter(({ code }) => code === 'no-pass').map(({ lockId }) => lockId)),
    uncertain,
    blocked: false,
  };
}

/** By the lock user's email, and by Cobot's: a lock user that could not be renamed must not get past the list. */
function isBlocked(members: readonly MemberFacts[], email: string | null, { policy, calendar, now }: Terms): boolean {
  const emails = members
    .filter(({ membership }) => standingOf(membership, policy.cancellationDate, calendar, now) !== 'ended')
    .map(({ membership }) => membership.email);
  return [email, ...emails].some((each) => each !== null && policy.blocked.has(each.toLowerCase()));
}

function grantsAt(lockIds: readonly string[], entitlements: readonly Entitlement[]): DesiredGrant[] {
  const byLock = Map.groupBy(entitlements, ({ lockId }) => lockId);
  return lockIds.flatMap((lockId) => grantsOf(lockId, byLock.get(lockId) ?? []));
}

/** The union of everything that opens one lock, as the fewest windows. */
function grantsOf(lockId: string, here: readonly Entitlement[]): DesiredGrant[] {
  return join(here).map((window) => {
    const parts = here.filter((each) => overlap(each, window));
    return {
      ...toWindow(window),
      lockId,
      membershipId: parts[0]?.membershipId ?? '',
      reason: [...new Set(parts.map(({ sentence }) => sentence))].toSorted().join('; '),
    };
  });
}

type Outcome = { entitlements: Entitlement[]; denials: Denial[]; unknown: string | null; unknownAt: readonly string[] };
function applyRule(rule: Rule, facts: MemberFacts, terms: Terms): Outcome {
  const { membership } = facts;
  const { policy, calendar, now } = terms;
  const locks = locksOf(rule, terms);
  const no = (code: Denied['code'], sentence: string): Outcome => ({
    entitlements: [],
    denials: locks.map((lockId) => ({ lockId, membershipId: membership.id, rule: rule.name, code, sentence })),
    unknown: null,
    unknownAt: [],
  });
  const standing = standingOf(membership, policy.cancellationDate, calendar, now);
  if (standing === 'pending') return no('pending', sentences.pending(membership));
  if (standing === 'ended') return no('ended', sentences.ended(membership));
  const life = lifeOf(membership, policy.cancellationDate, calendar);
  const phases = planPhases(membership, calendar).filter(({ plan, until }) => until > now && isOfRule(plan, rule));
  if (phases.length === 0) return no('plan', sentences.otherPlan(planAt(membership, calendar, now), rule));

  const found = phases.map((phase) => {
    const all = basesOf(rule, phase.plan, facts, terms);
    const cutBy = (bases: readonly Basis[], windows: readonly Interval[]) =>
      bases.flatMap((base) =>
        intersect([base], windows)
          .filter(({ until }) => until > now)
          .map((window) => ({ ...base, ...window })),
      );
    const live = cutBy(all.bases, [ALWAYS]);
    const within = cutBy(live, intersect([life], [phase]));
    const bases = rule.hours ? cutBy(within, windowsOf(rule.hours, calendar, now)) : within;
    return { ...all, bases, live, within };
  });
  const unknown = found.find((each) => each.unknown !== null)?.unknown ?? null;
  const entitlements = found.flatMap(({ bases }) =>
    bases.flatMap(({ from, until, charged, basis, detail, lockId: own }) => {
      const sentence = `${rule.name}: ${detail}`;
      return (own === undefined ? locksNamed(rule, terms) : [own]).map(
        (lockId): Entitlement => ({
          ...{ from, until, lockId, membershipId: membership.id },
          ...{ rule: rule.name, charged, basis, sentence },
        }),
      );
    }),
  );
  const open = new Set(entitlements.map(({ lockId }) => lockId));
  const denials = locks
    .filter((lockId) => !open.has(lockId))
    .flatMap((lockId) => {
      const whys = found.map((each) => whyShut(lockId, each, rule, { standing, membership }));
      const why = whys.find(({ code }) => code !== 'hours') ?? whys[0];
      return why ? [{ lockId, membershipId: membership.id, rule: rule.name, ...why }] : [];
    });
  return {
    entitlements,
    denials,
    unknown,
    unknownAt: unknown === null ? [] : locks,
  };
}

/** What took away that the rule opens this lock: nothing to rest on, the life of the membership, or the hours. */
function whyShut(
  lockId: string,
  { why, live, within }: { why: Denied; live: readonly Basis[]; within: readonly Basis[] },
  rule: Rule,
  { standing, membership }: { standing: Standing; membership: Membership },
): Denied {
  const named = rule.locks === 'all' || rule.locks.includes(lockId);
  const isHere = (base: Basis) => (base.lockId === undefined ? named : base.lockId === lockId);
  if (!live.some(isHere)) return why;
  if (!within.some(isHere)) return { ...why, sentence: sentences.outsideMembership };
  if (standing === 'coming') return { code: 'coming', sentence: sentences.coming(membership) };
  return { code: 'hours', sentence: sentences.outsideHours };
}

const isOfRule = (plan: PlanCopy, rule: Rule): boolean =>
  (rule.plans === 'all' || (plan.offerId !== null && rule.plans.includes(plan.offerId))) &&
  !(plan.offerId !== null && rule.except.includes(plan.offerId));

/** The locks that the rule names itself. */
function locksNamed(rule: Rule, { locks }: Terms): readonly string[] {
  return rule.locks === 'all' ? locks.map(({ id }) => id) : rule.locks;
}

/** Every lock that the rule could open. */
function locksOf(rule: Rule, terms: Terms): readonly string[] {
  return [...new Set([...locksNamed(rule, terms), ...(rule.booking?.lockOf.values() ?? [])])];
}

/** What gives the person this lock at that time; `lockId` null: any lock. */
export function entitledAt(decision: Decision, lockId: string | null, at: Instant): Entitlement[] {
  return decision.entitlements.filter((each) => (lockId === null || each.lockId === lockId) && contains(each, at));
}
