// Facts of one member for tests, with everything that a test does not name at its dullest: a confirmed member of an
// unlimited plan, without passes, check-ins and bookings, all of which are known.
import { type Calendar, createCalendar } from '../../src/access/calendar.ts';
import type { Terms } from '../../src/access/decide.ts';
import type {
  Booking,
  CheckIn,
  CurrentGrant,
  Instant,
  Known,
  Lock,
  MemberFacts,
  Membership,
  PlanCopy,
  TimePass,
} from '../../src/access/model.ts';
import { defaultPolicy, type Policy, type Rule } from '../../src/access/policy.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const known = <T>(value: T): Known<T> => ({ known: true, value });
export const unknown = (why = 'Cobot did not answer'): Known<never> => ({ known: false, why });

export const planCopy = (more: Partial<PlanCopy> = {}): PlanCopy => ({
  name: 'Full Time',
  offerId: 'plan-full',
  changesOn: null,
  limited: false,
  renewsPasses: [],
  ...more,
});

export const limitedPlan = (more: Partial<PlanCopy> = {}): PlanCopy =>
  planCopy({ name: 'Day Pass', offerId: 'plan-day', limited: true, ...more });

export const membershipOf = (more: Partial<Membership> = {}): Membership => ({
  id: 'm1',
  name: 'Member One',
  email: 'm1@example.com',
  userId: null,
  teamId: null,
  confirmed: true,
  startsOn: '2026-01-01',
  canceledTo: null,
  plan: planCopy(),
  upcomingPlan: null,
  ...more,
});

/** Facts of one member; of the membership only what differs is named. */
export const factsOf = (
  membership: Partial<Membership> = {},
  more: Partial<Omit<MemberFacts, 'membership'>> = {},
): MemberFacts => ({
  membership: membershipOf(membership),
  passes: known([]),
  checkIns: known([]),
  bookings: known([]),
  refusal: null,
  ...more,
});

export const passOf = (more: Partial<TimePass> = {}): TimePass => ({
  id: 'p1',
  membershipId: 'm1',
  name: 'Day Pass',
  createdAt: null,
  expiresAt: null,
  usedAt: null,
  spans: [],
  ...more,
});

export const checkInOf = (from: Instant, until: Instant, more: Partial<CheckIn> = {}): CheckIn => ({
  id: 'c1',
  membershipId: 'm1',
  from,
  until,
  passId: null,
  ...more,
});

export const bookingOf = (from: Instant, until: Instant, more: Partial<Booking> = {}): Booking => ({
  id: 'b1',
  resourceId: 'room',
  membershipId: 'm1',
  from,
  until,
  ...more,
});

export const ruleOf = (more: Partial<Rule> = {}): Rule => ({
  name: 'Everybody',
  locks: 'all',
  plans: 'all',
  except: [],
  passes: 'required',
  hours: null,
  booking: null,
  ...more,
});

export const bookingRuleOf = (booking: Partial<NonNullable<Rule['booking']>> = {}, more: Partial<Rule> = {}): Rule =>
  ruleOf({
    name: 'Bookers',
    locks: ['studio'],
    passes: 'ignore',
    booking: {
      resources: [{ id: 'room', name: 'Room' }],
      before: 10 * MINUTE,
      after: 5 * MINUTE,
      lockOf: new Map(),
      ...booking,
    },
    ...more,
  });

export const policyOf = (rules: readonly Rule[], more: Partial<Policy> = {}): Policy => ({
  ...defaultPolicy,
  rules,
  ...more,
});

export const DOORS: readonly Lock[] = [
  { id: 'front', name: 'Front door' },
  { id: 'studio', name: 'Studio' },
];

export const berlin: Calendar = createCalendar('Europe/Berlin');

/** "2026-11-24 10:00" in Berlin. */
export const inBerlin = (text: string): Instant =>
  Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime('Europe/Berlin').epochMilliseconds;

export const NOW = inBerlin('2026-11-24 10:00');

export const termsOf = (more: Partial<Terms> = {}): Terms => ({
  policy: defaultPolicy,
  locks: DOORS,
  calendar: berlin,
  now: NOW,
  ...more,
});

export const grantOf = (more: Partial<CurrentGrant> = {}): CurrentGrant => ({
  id: 'g1',
  lockUserId: 'u1',
  lockId: 'front',
  from: null,
  until: null,
  note: null,
  ...more,
});
