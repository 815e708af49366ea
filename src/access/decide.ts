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
import type { Calendar } from './calendar.ts';
import { lifeOf, planPhases, standingOf } from './membership.ts';
import type { DesiredGrant, Instant, Known, Lock, MemberFacts, PlanCopy } from './model.ts';
import type { Policy, Rule } from './policy.ts';
import { sentences } from './sentences.ts';
import { passWindows, windowsOf } from './spans.ts';
import { ALWAYS, contains, type Interval, intersect, join, overlap, toWindow, without } from './windows.ts';

export type Terms = { policy: Policy; locks: readonly Lock[]; calendar: Calendar; now: Instant };

/** What one membership and one rule give at one lock; the grants are their union. */
export type Entitlement = Interval & {
  lockId: string;
  membershipId: string;
  rule: string;
  /** Rests on a pass or check-in of a limited plan: whoever opens with it is charged. */
  charged: boolean;
  basis: 'plan' | 'pass' | 'check-in' | 'booking';
  sentence: string;
};

export type Denial = { lockId: string; membershipId: string; code: DenialCode; sentence: string };
export type DenialCode = 'pending' | 'ended' | 'plan' | 'no-pass' | 'refused' | 'no-booking' | 'hours' | 'blocked';

export type Decision = {
  entitlements: Entitlement[];
  /** The fewest windows, by lock and time. */
  grants: DesiredGrant[];
  /** For every lock without a window now or later, the reasons why not. */
  denials: Denial[];
  /** Locks for which a fact is unknown, with the reason: what is there stays. */
  uncertain: Map<string, string>;
  /** On the operator's list: loses everything at once, whatever the brake says. */
  blocked: boolean;
};

/** `members`: the memberships of one person. `email`: the lock user's, or the one that it would get. */
export function decide(members: readonly MemberFacts[], email: string | null, terms: Terms): Decision {
  const { policy, locks } = terms;
  const sorted = members.toSorted((a, b) => a.membership.id.localeCompare(b.membership.id));
  if (email !== null && policy.blocked.has(email.toLowerCase())) {
    const membershipId = sorted[0]?.membership.id ?? '';
    const denials = locks.map(({ id }) => ({
      lockId: id,
      membershipId,
      code: 'blocked' as const,
      sentence: sentences.blocked,
    }));
    return { entitlements: [], grants: [], denials, uncertain: new Map(), blocked: true };
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
    grants: locks.flatMap(({ id }) => grantsOf(id, entitlements)),
    denials: denials.filter(({ lockId }) => !open.has(lockId) && !uncertain.has(lockId)),
    uncertain,
    blocked: false,
  };
}

/** The union of everything that opens one lock, as the fewest windows. */
function grantsOf(lockId: string, entitlements: readonly Entitlement[]): DesiredGrant[] {
  const here = entitlements.filter((each) => each.lockId === lockId);
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

type Basis = Interval & { basis: Entitlement['basis']; charged: boolean; detail: string; lockId?: string };
type Outcome = { entitlements: Entitlement[]; denials: Denial[]; unknown: string | null; unknownAt: readonly string[] };
type Found = { bases: Basis[]; why: { code: DenialCode; sentence: string }; unknown: string | null };

function applyRule(rule: Rule, facts: MemberFacts, terms: Terms): Outcome {
  const { membership } = facts;
  const { policy, calendar, now } = terms;
  const locks = locksOf(rule, terms);
  const no = (code: DenialCode, sentence: string): Outcome => ({
    entitlements: [],
    denials: locks.map((lockId) => ({ lockId, membershipId: membership.id, code, sentence })),
    unknown: null,
    unknownAt: [],
  });
  const standing = standingOf(membership, policy.cancellationDate, calendar, now);
  if (standing === 'pending') return no('pending', sentences.pending(membership));
  if (standing === 'ended') return no('ended', sentences.ended(membership));
  const life = lifeOf(membership, policy.cancellationDate, calendar);
  const phases = planPhases(membership, calendar).filter(({ plan, until }) => until > now && isOfRule(plan, rule));
  if (phases.length === 0) return no('plan', sentences.otherPlan(membership.plan, rule));

  const found = phases.map((phase) => {
    const all = basesOf(rule, phase.plan, facts, terms);
    const cut = all.bases.flatMap((base) => {
      const within = [life, phase].reduce<Interval[]>((left, each) => intersect(left, [each]), [base]);
      const hours = rule.hours ? intersect(within, windowsOf(rule.hours, calendar, now)) : within;
      return hours.filter(({ until }) => until > now).map((window) => ({ ...base, ...window }));
    });
    return { ...all, bases: cut };
  });
  const unknown = found.find((each) => each.unknown !== null)?.unknown ?? null;
  const entitlements = found.flatMap(({ bases }) =>
    bases.flatMap((base) =>
      (base.lockId === undefined ? locksNamed(rule, terms) : [base.lockId]).map(
        (lockId): Entitlement => ({
          from: base.from,
          until: base.until,
          lockId,
          membershipId: membership.id,
          rule: rule.name,
          charged: base.charged,
          basis: base.basis,
          sentence: `${rule.name}: ${base.detail}`,
        }),
      ),
    ),
  );
  const why = found.find(({ why: each }) => each.code !== 'hours')?.why ?? found[0]?.why;
  return {
    entitlements,
    denials: why ? locks.map((lockId) => ({ lockId, membershipId: membership.id, ...why })) : [],
    unknown,
    unknownAt: unknown === null ? [] : locks,
  };
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

/** A booking is paid by itself, unless its rule asks for a pass: then both have to be there. */
function basesOf(rule: Rule, plan: PlanCopy, facts: MemberFacts, terms: Terms): Found {
  if (rule.booking === null) return planBases(rule, plan, facts, terms);
  const booked = bookingBases(rule.booking, facts);
  if (rule.passes === 'ignore' || !plan.limited) return booked;
  const paid = planBases(rule, plan, facts, terms);
  const bases = booked.bases.flatMap((base) =>
    paid.bases.flatMap((payment) => {
      const both = overlap(base, payment);
      return both
        ? { ...base, ...both, basis: payment.basis, charged: true, detail: `${base.detail}, ${payment.detail}` }
        : [];
    }),
  );
  return { bases, why: booked.bases.length === 0 ? booked.why : paid.why, unknown: booked.unknown ?? paid.unknown };
}

function planBases(rule: Rule, plan: PlanCopy, facts: MemberFacts, { calendar, now }: Terms): Found {
  const free = { code: 'hours' as const, sentence: sentences.outsideHours };
  if (!plan.limited)
    return {
      bases: [{ ...ALWAYS, basis: 'plan', charged: false, detail: sentences.unlimited(plan) }],
      why: free,
      unknown: null,
    };
  if (rule.passes === 'ignore')
    return {
      bases: [{ ...ALWAYS, basis: 'plan', charged: false, detail: sentences.passIgnored(plan) }],
      why: free,
      unknown: null,
    };

  const { refusal } = facts;
  const bases: Basis[] = [];
  for (const checkIn of listOf(facts.checkIns)) {
    if (checkIn.membershipId !== facts.membership.id) continue;
    bases.push({
      from: checkIn.from,
      until: checkIn.until,
      basis: 'check-in',
      charged: true,
      detail: sentences.checkedIn(calendar.show(checkIn.until)),
    });
  }
  let refused = false;
  for (const pass of listOf(facts.passes)) {
    const windows = passWindows(pass, plan.renewsPasses, calendar, now);
    // A pass bought after Cobot's "no" is something that the "no" did not know of.
    const barred = refusal !== null && refusal.until > now && (pass.createdAt === null || pass.createdAt <= refusal.at);
    refused ||= barred && windows.length > 0;
    const left = barred ? without(windows, { from: ALWAYS.from, until: refusal.until }) : windows;
    const detail = sentences.pass(
      pass,
      pass.membershipId !== facts.membership.id,
      pass.expiresAt === null ? null : calendar.show(pass.expiresAt),
    );
    bases.push(...left.map((window) => ({ ...window, basis: 'pass' as const, charged: true, detail })));
  }
  const why =
    refused && refusal
      ? { code: 'refused' as const, sentence: sentences.refused(refusal.words) }
      : { code: 'no-pass' as const, sentence: sentences.noPass };
  return { bases, why, unknown: whyUnknown(facts.passes) ?? whyUnknown(facts.checkIns) };
}

function bookingBases(booking: NonNullable<Rule['booking']>, facts: MemberFacts): Found {
  const bases: Basis[] = [];
  for (const { id, resourceId, membershipId, from, until } of listOf(facts.bookings)) {
    if (membershipId !== facts.membership.id) continue;
    if (booking.resources !== 'all' && !booking.resources.some((each) => each.id === resourceId)) continue;
    const window = { from: from - booking.before, until: until + booking.after };
    const base = { ...window, basis: 'booking' as const, charged: false, detail: sentences.booking(id) };
    bases.push(base);
    const own = booking.lockOf.get(resourceId);
    if (own !== undefined) bases.push({ ...base, lockId: own });
  }
  return {
    bases,
    why: { code: 'no-booking', sentence: sentences.noBooking(booking.resources) },
    unknown: whyUnknown(facts.bookings),
  };
}

const listOf = <T>(known: Known<T[]>): T[] => (known.known ? known.value : []);
const whyUnknown = (known: Known<unknown>): string | null => (known.known ? null : known.why);

/** What gives the person this lock at that time; `lockId` null: any lock. */
export function entitledAt(decision: Decision, lockId: string | null, at: Instant): Entitlement[] {
  return decision.entitlements.filter((each) => (lockId === null || each.lockId === lockId) && contains(each, at));
}
