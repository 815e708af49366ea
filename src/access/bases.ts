// What one rule's access rests on for one membership: its plan, its passes and check-ins, or its bookings. Not cut yet by
// the life of the membership, the days of the plan and the hours of the rule; decide.ts does that.
import type { Calendar } from './calendar.ts';
import type { Instant, Known, MemberFacts, PlanCopy } from './model.ts';
import type { Rule } from './policy.ts';
import { sentences } from './sentences.ts';
import { isLeft, passWindows } from './spans.ts';
import { ALWAYS, type Interval, overlap, without } from './windows.ts';

export type Basis = Interval & {
  basis: 'plan' | 'pass' | 'check-in' | 'booking';
  /** Rests on a pass or check-in of a limited plan: whoever opens with it is charged. */
  charged: boolean;
  detail: string;
  /** Opens this lock; without one, those that the rule names. */
  lockId?: string;
};

type DenialCode = 'pending' | 'coming' | 'ended' | 'plan' | 'no-pass' | 'refused' | 'no-booking' | 'hours' | 'blocked';

export type Denied = { code: DenialCode; sentence: string };
/** `why`: the reason where there is no basis. `unknown`: why it is not known whether there are more. */
export type Found = { bases: Basis[]; why: Denied; unknown: string | null };

type Terms = { calendar: Calendar; now: Instant };

/** A booking is paid by itself, unless its rule asks for a pass: then both have to be there. */
export function basesOf(rule: Rule, plan: PlanCopy, facts: MemberFacts, terms: Terms): Found {
  if (rule.booking === null) return planBases(rule, plan, facts, terms);
  const booked = bookingBases(rule.booking, facts, terms);
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
  // Both have to be there: where one is known to be lacking, the other does not matter.
  const lacking = [booked, paid].find((each) => each.bases.length === 0 && each.unknown === null);
  return { bases, why: (lacking ?? paid).why, unknown: lacking ? null : (booked.unknown ?? paid.unknown) };
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
  let forOtherDays = false;
  for (const pass of listOf(facts.passes)) {
    const windows = passWindows(pass, plan.renewsPasses, calendar, now);
    // A pass bought after Cobot's "no" is something that the "no" did not know of.
    const barred = refusal !== null && refusal.until > now && (pass.createdAt === null || pass.createdAt <= refusal.at);
    refused ||= barred && windows.length > 0;
    forOtherDays ||= windows.length === 0 && isLeft(pass, now);
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
      : { code: 'no-pass' as const, sentence: forOtherDays ? sentences.passForOtherDays : sentences.noPass };
  return { bases, why, unknown: whyUnknown(facts.passes) ?? whyUnknown(facts.checkIns) };
}

function bookingBases(booking: NonNullable<Rule['booking']>, facts: MemberFacts, { calendar }: Terms): Found {
  const bases: Basis[] = [];
  for (const { resourceId, membershipId, from, until } of listOf(facts.bookings)) {
    if (membershipId !== facts.membership.id) continue;
    if (booking.resources !== 'all' && !booking.resources.some((each) => each.id === resourceId)) continue;
    const window = { from: from - booking.before, until: until + booking.after };
    // Its time and not its id, which Cobot's calendar does not show.
    const detail = sentences.booking(calendar.show(from), calendar.show(until));
    const base = { ...window, basis: 'booking' as const, charged: false, detail };
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
