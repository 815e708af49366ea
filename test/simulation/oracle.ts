// The design's table of the decision (section 5), in its own words and by itself: what is true on Cobot at a moment, and
// the house rules, say whether a member may open a lock. Shares no code with src/access, and makes no windows.
import type { Instant } from '../../src/access/model.ts';
import type { Booking, CheckIn, Member, Pass, Plan, PlanCopy, Resource } from '../../src/simulators/cobot/space.ts';
import type { Span } from '../../src/simulators/local-time.ts';
import type { Hours, HouseRule, HouseRules } from './house-rules.ts';
import type { Local, LocalDays } from './local-days.ts';

/** Everything that was true on Cobot from that moment on. */
export type Truth = {
  from: Instant;
  members: ReadonlyMap<string, Member>;
  passes: readonly Pass[];
  checkIns: readonly CheckIn[];
  bookings: readonly Booking[];
};

/** Cobot's "no" to a check-in, which counts until that Cobot day ends. */
export type Refused = { memberId: string; at: Instant; until: Instant };

export type Question = {
  truth: Truth;
  rules: HouseRules;
  memberIds: readonly string[];
  email: string;
  lock: string;
  at: Instant;
  /** When it was decided: what has run out by then counts no more, whenever it is looked at. */
  decided: Instant;
  refused: readonly Refused[];
  /** Passes that run out with the week or month stand for the next one's too, for three days. */
  renewed: boolean;
  /**
   * Whose passes count for the rest of the team: also of those who have left the space, which nothing says or denies; of
   * those who are there; nobody's, where it is about minutes: what a mate has is known with the next sweep.
   */
  mates: 'also who left' | 'who is there' | 'nobody';
};

export type Space = { days: LocalDays; plans: ReadonlyMap<string, Plan>; resources: ReadonlyMap<string, Resource> };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The reason, or null: no rule gives it. */
export function mayOpen(question: Question, space: Space): string | null {
  const { truth, rules, memberIds } = question;
  if (isBlocked(question)) return null;
  for (const id of memberIds) {
    const member = truth.members.get(id);
    if (!member || !isThere(member, question, space)) continue;
    for (const rule of rules.rules) if (gives(rule, member, question, space)) return rule.name;
  }
  return null;
}

function isBlocked({ rules, email, memberIds, truth }: Question): boolean {
  const emails = [email, ...memberIds.map((id) => truth.members.get(id)?.email ?? '')];
  return rules.blocked.some((each) => emails.some((other) => other.toLowerCase() === each.toLowerCase()));
}

/** Confirmed, begun, not over. */
function isThere(member: Member, { rules, at }: Question, { days }: Space): boolean {
  const today = days.at(at).date;
  if (member.confirmedAt === null || today < member.startsOn) return false;
  if (member.canceledTo === null) return true;
  return rules.cancellation === 'last day in' ? today <= member.canceledTo : today < member.canceledTo;
}

function gives(rule: HouseRule, member: Member, question: Question, space: Space): boolean {
  const now = space.days.at(question.at);
  if (rule.hours && !rule.hours.some((hours) => isWithin(hours, now))) return false;
  if (!opens(rule, member, question, space)) return false;
  const passes = rule.passes ?? (rule.booking ? 'ignore' : 'required');
  return plansOn(now.date, member).some(
    (plan) =>
      isFor(rule, plan, space) &&
      (passes === 'ignore' || plan.passes.length === 0 || isPaid(plan, member, question, space)),
  );
}

/** On the day of a change the old plan still counts. */
function plansOn(today: string, { plan, upcomingPlan }: Member): PlanCopy[] {
  if (upcomingPlan === null || plan.canceledTo === null || today < plan.canceledTo) return [plan];
  return today === plan.canceledTo ? [plan, upcomingPlan] : [upcomingPlan];
}

function isFor({ plans, except = [] }: HouseRule, { parentId }: PlanCopy, space: Space): boolean {
  const name = parentId === null ? undefined : space.plans.get(parentId)?.name;
  if (name === undefined) return plans === 'all';
  return (plans === 'all' || plans.includes(name)) && !except.includes(name);
}

function opens({ locks, booking }: HouseRule, member: Member, { truth, lock, at }: Question, space: Space): boolean {
  const isNamed = locks === 'all' || locks.includes(lock);
  if (!booking) return isNamed;
  return truth.bookings.some(({ memberId, resourceId, from, to }) => {
    const room = space.resources.get(resourceId)?.name;
    if (memberId !== member.id || (booking.resource !== 'all' && booking.resource !== room)) return false;
    if (at < from - booking.before * MINUTE || at >= to + booking.after * MINUTE) return false;
    return isNamed || (booking.resource === 'all' && room === lock);
  });
}

function isPaid(plan: PlanCopy, member: Member, question: Question, space: Space): boolean {
  const { truth, at } = question;
  if (truth.checkIns.some(({ memberId, from, until }) => memberId === member.id && from <= at && at < until))
    return true;
  const mates = [...truth.members.values()].filter(
    ({ id, teamId }) => id === member.id || (teamId !== null && teamId === member.teamId),
  );
  const owners = mates.filter(
    (mate) =>
      mate === member ||
      question.mates === 'also who left' ||
      (question.mates === 'who is there' && isThere(mate, question, space)),
  );
  return truth.passes.some(
    (pass) => owners.some(({ id }) => id === pass.memberId) && isGood(pass, plan, member, question, space),
  );
}

function isGood(
  pass: Pass,
  plan: PlanCopy,
  member: Member,
  { at, decided, refused, renewed }: Question,
  { days }: Space,
): boolean {
  if (pass.usedAt !== null) return false;
  if (pass.expiresAt !== null) {
    const runsOn = renewed && endsWith(plan, pass.expiresAt, days) ? 72 * HOUR : 0;
    if (pass.expiresAt <= decided || pass.expiresAt + runsOn <= at) return false;
  }
  const isRefused = refused.some(
    (no) => no.memberId === member.id && pass.createdAt <= no.at && at < no.until && decided < no.until,
  );
  if (isRefused) return false;
  const now = days.at(at);
  return pass.spans.length === 0 || pass.spans.some((span) => isWithin(hoursOf(span), now));
}

function endsWith({ passes }: PlanCopy, expiresAt: Instant, days: LocalDays): boolean {
  const { date, weekday, minute } = days.at(expiresAt + MINUTE);
  if (minute > 4 * 60 + 1) return false;
  return passes.some(({ per }) => (per === 'week' ? weekday === 1 : date.endsWith('-01')));
}

/** One that lasts from the check-in on may begin at any time of its days. */
function hoursOf(span: Span): Hours {
  const days = span.weekdays && span.weekdays.length > 0 ? { days: span.weekdays } : {};
  if ('minutes' in span) return { ...days, from: 0, to: 0 };
  const [from, to] = [minuteOf(span.from), minuteOf(span.to)];
  return { ...days, from, to: (to % 60 === 59 ? to + 1 : to) % 1440 };
}

function minuteOf(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}

function isWithin({ days, from, to }: Hours, { weekday, minute }: Local): boolean {
  const isOn = (day: number) => !days || days.includes(day);
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  if (from < to) return isOn(weekday) && from <= minute && minute < to;
  return (isOn(weekday) && from <= minute) || (isOn(yesterday) && minute < to);
}
