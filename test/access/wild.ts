// Facts and policies as wild as they come: in odd zones, around the odd days of the year, with every combination of
// dates, passes, check-ins, bookings and rules that the types allow.
import fc from 'fast-check';
import { createCalendar } from '../../src/access/calendar.ts';
import type { Terms } from '../../src/access/decide.ts';
import type { Booking, CheckIn, CurrentGrant, Known, MemberFacts, PlanCopy, TimePass } from '../../src/access/model.ts';
import type { Rule } from '../../src/access/policy.ts';
import { DAY, HOUR, known, MINUTE, policyOf, SECOND, unknown } from '../support/facts.ts';

const ZONES = [
  'Europe/Berlin',
  'Pacific/Auckland',
  'America/Santiago',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'UTC',
];
/** Ordinary days, the turn of a month and a year, and days on which clocks are changed. */
const MOMENTS = [
  '2026-11-24T09:00Z',
  '2026-11-30T20:00Z',
  '2026-12-31T12:00Z',
  '2026-03-28T20:00Z',
  '2026-10-24T20:00Z',
  '2026-04-04T03:00Z',
  '2026-09-05T12:00Z',
  '2026-10-03T05:00Z',
].map((text) => Temporal.Instant.from(text).epochMilliseconds);
const LOCKS = ['front', 'studio', 'room-a'].map((id) => ({ id, name: id }));
const RESOURCES = ['r1', 'r2'].map((id) => ({ id, name: id }));

const setting = fc.record({
  zone: fc.constantFrom(...ZONES),
  now: fc
    .tuple(fc.constantFrom(...MOMENTS), fc.integer({ min: 0, max: (2 * DAY) / SECOND }))
    .map(([moment, seconds]) => moment + seconds * SECOND),
});

const weekdays = fc.oneof(fc.constant<number[]>([]), fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }));
const minuteOfDay = fc.oneof(fc.integer({ min: 0, max: 1439 }), fc.constantFrom(0, 120, 150, 240, 480, 1200));
const weeklySpan = fc
  .record({ from: minuteOfDay, until: minuteOfDay, weekdays })
  .filter(({ from, until }) => from !== until || until === 0);

const rule = fc
  .record({
    name: fc.constantFrom('A', 'B'),
    locks: fc.oneof(fc.constant('all' as const), fc.subarray(LOCKS.map(({ id }) => id))),
    plans: fc.oneof(fc.constant('all' as const), fc.subarray(['plan-1', 'plan-2'], { minLength: 1 })),
    except: fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, fc.constant(['plan-2'])),
    passes: fc.constantFrom('required' as const, 'ignore' as const),
    hours: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, fc.array(weeklySpan, { minLength: 1, maxLength: 2 })),
    booking: fc.oneof(
      { weight: 2, arbitrary: fc.constant(null) },
      fc.record({
        resources: fc.oneof(fc.constant('all' as const), fc.subarray(RESOURCES, { minLength: 1, maxLength: 1 })),
        before: fc.constantFrom(0, 10 * MINUTE, 2 * HOUR),
        after: fc.constantFrom(0, 5 * MINUTE),
        lockOf: fc.constantFrom(new Map(), new Map([['r1', 'room-a']])),
      }),
    ),
  })
  .map((each): Rule => each);

const plan = (changesOn: string | null): fc.Arbitrary<PlanCopy> =>
  fc.record({
    name: fc.constantFrom('One', 'Two'),
    offerId: fc.constantFrom('plan-1', 'plan-2', null),
    changesOn: fc.constant(changesOn),
    limited: fc.boolean(),
    renewsPasses: fc.subarray(['week' as const, 'month' as const]),
  });

const passSpan = fc.oneof(
  fc.record({ kind: fc.constant('hours' as const), from: minuteOfDay, to: minuteOfDay, weekdays }),
  fc.record({ kind: fc.constant('duration' as const), minutes: fc.constantFrom(60, 240), weekdays }),
);

export type Wild = { terms: Terms; members: MemberFacts[] };

/** `allKnown`: nothing is missing from what was read. */
export function wild({ allKnown }: { allKnown: boolean }): fc.Arbitrary<Wild> {
  return setting.chain(({ zone, now }) => {
    const calendar = createCalendar(zone);
    const today = calendar.dateOf(now);
    const date = fc.integer({ min: -6, max: 6 }).map((days) => calendar.addDays(today, days));
    const instant = fc
      .integer({ min: (-2 * DAY) / SECOND, max: (4 * DAY) / SECOND })
      .map((seconds) => now + seconds * SECOND);
    const length = fc.integer({ min: 1, max: (12 * HOUR) / SECOND }).map((seconds) => seconds * SECOND);
    /** Also the ends of weeks and months, at which passes that come with the plan run out. */
    const expiry = fc.oneof(
      instant,
      date.map((each) => calendar.startOf(each) - SECOND),
    );
    const orUnknown = <T>(items: fc.Arbitrary<T[]>): fc.Arbitrary<Known<T[]>> =>
      allKnown ? items.map(known) : fc.oneof({ weight: 2, arbitrary: items.map(known) }, fc.constant(unknown('down')));
    const nullable = <T>(item: fc.Arbitrary<T>) => fc.option(item, { nil: null });
    const span = fc.tuple(instant, length).map(([from, long]) => ({ from, until: from + long }));

    const member = (id: string): fc.Arbitrary<MemberFacts> => {
      const pass = fc.record({
        id: fc.constantFrom('p1', 'p2', 'p3'),
        membershipId: fc.constantFrom(id, 'mate'),
        name: fc.constant('Day Pass'),
        createdAt: nullable(instant),
        expiresAt: nullable(expiry),
        usedAt: fc.option(instant, { nil: null, freq: 6 }),
        spans: fc.array(passSpan, { maxLength: 2 }),
      });
      const checkIn = span.map((each): CheckIn => ({ id: 'c', membershipId: id, passId: null, ...each }));
      const booking = fc
        .tuple(span, fc.constantFrom('r1', 'r2', 'r3'), fc.constantFrom(id, id, 'other', null))
        .map(([each, resourceId, membershipId]): Booking => ({ id: resourceId, resourceId, membershipId, ...each }));
      return fc
        .record({
          startsOn: nullable(date),
          canceledTo: fc.option(date, { nil: null, freq: 2 }),
          confirmed: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
          changesOn: nullable(date),
        })
        .chain(({ changesOn, ...dates }) =>
          fc.record({
            membership: fc.record({
              id: fc.constant(id),
              name: fc.constant(id),
              email: fc.constant(`${id}@example.com`),
              userId: fc.constant(null),
              teamId: fc.constant(null),
              confirmed: fc.constant(dates.confirmed),
              startsOn: fc.constant(dates.startsOn),
              canceledTo: fc.constant(dates.canceledTo),
              plan: plan(changesOn),
              upcomingPlan: nullable(plan(null)),
            }),
            passes: orUnknown<TimePass>(fc.array(pass, { maxLength: 3 })),
            checkIns: orUnknown(fc.array(checkIn, { maxLength: 2 })),
            bookings: orUnknown(fc.array(booking, { maxLength: 3 })),
            refusal: fc.option(
              fc
                .integer({ min: 0, max: (30 * HOUR) / SECOND })
                .map((ago) => now - ago * SECOND)
                .map((at) => ({ at, until: calendar.cobotDayOf(at).until, words: 'No.' })),
              { nil: null, freq: 3 },
            ),
          }),
        );
    };

    return fc.record({
      terms: fc.record({
        policy: fc
          .tuple(
            fc.array(rule, { minLength: 1, maxLength: 3 }),
            fc.constantFrom('last day in' as const, 'first day out' as const),
          )
          .map(([rules, cancellationDate]) => policyOf(rules, { cancellationDate })),
        locks: fc.constant(LOCKS),
        calendar: fc.constant(calendar),
        now: fc.constant(now),
      }),
      members: fc.integer({ min: 1, max: 2 }).chain((count) => fc.tuple(...['m1', 'm2'].slice(0, count).map(member))),
    });
  });
}

/** Grants of ours that one lock user has, about that time; also expired and doubled ones. */
export const wildGrants = (now: number): fc.Arbitrary<CurrentGrant[]> => {
  const edge = fc.option(
    fc.integer({ min: -48, max: 96 }).map((hours) => now + hours * HOUR),
    { nil: null },
  );
  return fc
    .array(
      fc
        .record({ lockId: fc.constantFrom('front', 'studio', 'room-a', 'cellar'), from: edge, until: edge })
        .filter(({ from, until }) => from === null || until === null || from < until),
      { maxLength: 6 },
    )
    .map((grants) => grants.map((grant, index) => ({ ...grant, id: `g${index}`, lockUserId: 'u1', note: null })));
};
