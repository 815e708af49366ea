// The design's table of the decision (section 5) once more, for a single moment and a single lock, without any windows:
// slow, plain, and written apart from the code that it is held against.
import type { Calendar } from '../../src/access/calendar.ts';
import type { Terms } from '../../src/access/decide.ts';
import type { Instant, Known, MemberFacts, PlanCopy, TimePass } from '../../src/access/model.ts';
import type { Rule } from '../../src/access/policy.ts';
import { HOUR, MINUTE } from '../support/facts.ts';

/** May somebody with these memberships open the lock at `at`, as far as is known? */
export function mayOpen(members: readonly MemberFacts[], lockId: string, at: Instant, terms: Terms): boolean {
  return members.some((facts) => terms.policy.rules.some((rule) => gives(rule, facts, lockId, at, terms)));
}

function gives(rule: Rule, facts: MemberFacts, lockId: string, at: Instant, terms: Terms): boolean {
  const { membership } = facts;
  const { policy, calendar } = terms;
  const today = calendar.dateOf(at);
  if (!membership.confirmed || membership.deleted) return false;
  if (membership.startsOn !== null && today < membership.startsOn) return false;
  if (membership.canceledTo !== null) {
    if (policy.cancellationDate === 'last day in' ? today > membership.canceledTo : today >= membership.canceledTo)
      return false;
  }
  if (rule.hours && !rule.hours.some((span) => isWithin(span, at, calendar))) return false;
  return plansOn(today, facts).some(
    (plan) => isFor(rule, plan) && isOpenedBy(rule, facts, lockId, at) && isPaid(rule, plan, facts, at, terms),
  );
}

function plansOn(today: string, { membership: { plan, upcomingPlan } }: MemberFacts): PlanCopy[] {
  if (upcomingPlan === null || plan.changesOn === null) return [plan];
  if (today < plan.changesOn) return [plan];
  return today === plan.changesOn ? [plan, upcomingPlan] : [upcomingPlan];
}

function isFor(rule: Rule, { offerId }: PlanCopy): boolean {
  if (offerId === null) return rule.plans === 'all';
  return (rule.plans === 'all' || rule.plans.includes(offerId)) && !rule.except.includes(offerId);
}

const listOf = <T>(facts: Known<T[]>): T[] => (facts.known ? facts.value : []);

function isOpenedBy({ locks, booking }: Rule, facts: MemberFacts, lockId: string, at: Instant): boolean {
  const isNamed = locks === 'all' || locks.includes(lockId);
  if (booking === null) return isNamed;
  return listOf(facts.bookings).some(
    ({ resourceId, membershipId, from, until }) =>
      membershipId === facts.membership.id &&
      (booking.resources === 'all' || booking.resources.some(({ id }) => id === resourceId)) &&
      from - booking.before <= at &&
      at < until + booking.after &&
      (isNamed || booking.lockOf.get(resourceId) === lockId),
  );
}

function isPaid(rule: Rule, plan: PlanCopy, facts: MemberFacts, at: Instant, { calendar, now }: Terms): boolean {
  if (!plan.limited || rule.passes === 'ignore') return true;
  const isCheckedIn = listOf(facts.checkIns).some(
    ({ membershipId, from, until }) => membershipId === facts.membership.id && from <= at && at < until,
  );
  return isCheckedIn || listOf(facts.passes).some((pass) => fits(pass, plan, facts, at, calendar, now));
}

function fits(
  pass: TimePass,
  plan: PlanCopy,
  { refusal }: MemberFacts,
  at: Instant,
  calendar: Calendar,
  now: Instant,
): boolean {
  if (pass.usedAt !== null) return false;
  if (pass.expiresAt !== null && pass.expiresAt <= now) return false;
  if (pass.expiresAt !== null && pass.expiresAt + (endsWith(plan, pass.expiresAt, calendar) ? 72 * HOUR : 0) <= at)
    return false;
  if (refusal !== null && at < refusal.until && now < refusal.until) {
    if (pass.createdAt === null || pass.createdAt <= refusal.at) return false;
  }
  return (
    pass.spans.length === 0 ||
    pass.spans.some((span) =>
      isWithin(
        span.kind === 'hours'
          ? { from: span.from, until: span.to, weekdays: span.weekdays }
          : { from: 0, until: 0, weekdays: span.weekdays },
        at,
        calendar,
      ),
    )
  );
}

/** Does the week or month for which the plan gives passes end with that moment? */
function endsWith({ renewsPasses }: PlanCopy, expiresAt: Instant, { zone }: Calendar): boolean {
  const after = Temporal.Instant.fromEpochMilliseconds(expiresAt + MINUTE).toZonedDateTimeISO(zone);
  const turn = after.toPlainDate().toZonedDateTime({ timeZone: zone, plainTime: '04:00' }).epochMilliseconds;
  if (expiresAt > turn + MINUTE) return false;
  return (
    (renewsPasses.includes('week') && after.dayOfWeek === 1) || (renewsPasses.includes('month') && after.day === 1)
  );
}

function isWithin(
  { from, until, weekdays }: { from: number; until: number; weekdays: readonly number[] },
  at: Instant,
  { zone }: Calendar,
): boolean {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  return [-1, 0].some((days) => {
    const day = date.add({ days });
    if (weekdays.length > 0 && !weekdays.includes(day.dayOfWeek)) return false;
    const clock = (on: Temporal.PlainDate, minutes: number) =>
      on.toZonedDateTime({ timeZone: zone, plainTime: { hour: Math.floor(minutes / 60), minute: minutes % 60 } })
        .epochMilliseconds;
    return clock(day, from) <= at && at < clock(until > from ? day : day.add({ days: 1 }), until);
  });
}
