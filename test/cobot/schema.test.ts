import { describe, expect, it } from 'vitest';
import { timePassSchema } from '../../src/cobot/passes.ts';
import { booking, checkInSchema, membership, space, subscription } from '../../src/cobot/schema.ts';
import { rawBooking, rawCheckIn, rawMembership, rawPass, rawPlan } from './cobot-wire.ts';

describe('a membership', () => {
  it('is read into our words, extra fields and money of any type ignored', () => {
    expect(membership.parse(rawMembership())).toEqual({
      id: 'm1',
      name: 'Ada',
      email: 'ada@example.com',
      userId: 'u1',
      teamId: 't1',
      confirmed: true,
      startsOn: '2026-01-02',
      canceledTo: null,
      plan: { name: 'Full Time', offerId: 'p1', changesOn: null, limited: false, renewsPasses: [] },
      upcomingPlan: null,
    });
  });

  it('may lack everything that Cobot may leave out', () => {
    const { id, plan } = rawMembership();

    const bare = membership.parse({ id, plan, confirmed_at: null });

    expect(bare).toMatchObject({
      name: '',
      email: null,
      userId: null,
      teamId: null,
      confirmed: false,
      canceledTo: null,
    });
  });

  it.each([[null], [''], ['  '], ['nobody'], [42]])('has no email where it is %j', (email) => {
    expect(membership.parse(rawMembership({ email })).email).toBeNull();
  });

  it.each([[null], [undefined], [{}], [{ id: null }]])('has no plan on offer where the parent plan is %j', (parent) => {
    expect(membership.parse(rawMembership({ plan: rawPlan({ parent_plan: parent }) })).plan.offerId).toBeNull();
  });

  it('is limited with any time pass on its plan, and knows which ones come anew', () => {
    const passes = [
      { id: '0', included_per_timespan: 8, included_timespan: 'month' },
      { id: '1', included_per_timespan: '2', included_timespan: 'week' },
      { id: '2', included_per_timespan: 0, included_timespan: 'month' },
      { id: '3' },
    ];

    expect(membership.parse(rawMembership({ plan: rawPlan({ time_passes: passes }) })).plan).toMatchObject({
      limited: true,
      renewsPasses: ['week', 'month'],
    });
    expect(membership.parse(rawMembership({ plan: rawPlan({ time_passes: [{ id: '3' }] }) })).plan).toMatchObject({
      limited: true,
      renewsPasses: [],
    });
  });

  it('takes the day of a plan change and the plan after it', () => {
    const next = rawPlan({ name: 'Ten Days', parent_plan: { id: 'p2' }, time_passes: [{ id: '0' }] });

    const read = membership.parse(rawMembership({ plan: rawPlan({ canceled_to: '2026/12/01' }), upcoming_plan: next }));

    expect(read.plan.changesOn).toBe('2026-12-01');
    expect(read.upcomingPlan).toMatchObject({ name: 'Ten Days', offerId: 'p2', limited: true });
  });

  it.each([
    ['a plan without time_passes, which is not an unlimited one', { plan: rawPlan({ time_passes: undefined }) }],
    ['time_passes of null', { plan: rawPlan({ time_passes: null }) }],
    ['an upcoming plan without time_passes', { upcoming_plan: { name: 'x' } }],
    ['no plan', { plan: null }],
    ['no confirmed_at, which is not an unconfirmed one', { confirmed_at: undefined }],
    ['an end that is no date', { canceled_to: 'soon' }],
    ['an end of another type', { canceled_to: 20261130 }],
    ['no id', { id: undefined }],
    ['an empty id', { id: '' }],
  ])('cannot be read with %s', (_what, changes) => {
    expect(membership.safeParse(rawMembership(changes)).success).toBe(false);
  });
});

describe('a time pass', () => {
  it('is read with the whole day as 24 hours', () => {
    expect(timePassSchema().parse(rawPass())).toEqual({
      id: 'pass1',
      membershipId: 'm1',
      name: 'Day pass',
      createdAt: Date.UTC(2026, 10, 1),
      expiresAt: Date.UTC(2026, 10, 30, 23),
      usedAt: null,
      spans: [{ kind: 'hours', from: 240, to: 240, weekdays: [] }],
    });
  });

  it.each([
    [[9, 0, 17, 0], 540, 1020],
    [[9, 0, 16, 59], 540, 1020],
    [[0, 0, 23, 59], 0, 0],
    [[18, 0, 24, 0], 1080, 0],
    [[22, 30, 3, 59], 1350, 240],
    [[9, 0, 17, 30], 540, 1050],
  ])('with hours %j lasts from minute %i to %i', ([fromHour, fromMinute, toHour, toMinute], from, to) => {
    const spans = [
      { from_hour: fromHour, from_minute: fromMinute, to_hour: toHour, to_minute: toMinute, weekdays: [1, 7] },
    ];

    const pass = timePassSchema().parse(rawPass({ parsed_timespans: spans }));

    expect(pass.spans).toEqual([{ kind: 'hours', from, to, weekdays: [1, 7] }]);
  });

  it.each([
    [{ duration_hours: 4, duration_minutes: 30, weekdays: [] }, 270],
    [{ duration_hours: 1 }, 60],
    [{ duration_minutes: '45', weekdays: null }, 45],
  ])('with a duration %j has that many minutes', (span, minutes) => {
    const pass = timePassSchema().parse(rawPass({ parsed_timespans: [span] }));

    expect(pass.spans).toEqual([{ kind: 'duration', minutes, weekdays: [] }]);
  });

  it('may be used at any time without spans, and for ever without an end', () => {
    const pass = timePassSchema().parse(rawPass({ timespans: '', parsed_timespans: undefined, expires_at: null }));

    expect(pass).toMatchObject({ spans: [], expiresAt: null });
  });

  it.each([
    [{ membership: { id: 'm7' } }, 'm7'],
    [{ membership: undefined, membership_id: 'm8' }, 'm8'],
    [{ membership: null }, 'asked'],
  ])('is of the membership in %j', (changes, membershipId) => {
    expect(timePassSchema('asked').parse(rawPass(changes)).membershipId).toBe(membershipId);
  });

  it.each([
    ['no membership', { membership: undefined }],
    ['hours in words only', { parsed_timespans: undefined }],
    ['an unknown span', { parsed_timespans: [{ whole_day: true }] }],
    ['a weekday that is none', { parsed_timespans: [{ duration_hours: 1, weekdays: [8] }] }],
    ['an hour that is none', { parsed_timespans: [{ from_hour: 25, from_minute: 0, to_hour: 3, to_minute: 0 }] }],
    ['a duration of nothing', { parsed_timespans: [{ duration_hours: 0, duration_minutes: 0 }] }],
    ['an end without a time of day', { expires_at: '2026/11/30' }],
    ['a use that is no time', { used_at: 'yes' }],
  ])('cannot be read with %s', (_what, changes) => {
    expect(timePassSchema().safeParse(rawPass(changes)).success).toBe(false);
  });

  it('does without a time of its making', () => {
    expect(timePassSchema().parse(rawPass({ created_at: '2026/11/01' })).createdAt).toBeNull();
  });
});

describe('a check-in', () => {
  it('lasts to the end of the second that Cobot shows', () => {
    expect(checkInSchema().parse(rawCheckIn())).toEqual({
      id: 'c1',
      membershipId: 'm1',
      from: Date.UTC(2026, 10, 30, 8),
      until: Date.UTC(2026, 11, 1, 3),
      passId: null,
    });
  });

  it('keeps an end on the full minute, and the pass that it used', () => {
    const read = checkInSchema().parse(
      rawCheckIn({ valid_until: '2026/11/30 17:00:00 +0000', time_pass: { id: 'pass1' } }),
    );

    expect(read).toMatchObject({ until: Date.UTC(2026, 10, 30, 17), passId: 'pass1' });
  });

  it.each([{ valid_until: '2026/11/30' }, { valid_until: null }, { valid_from: undefined }, { membership: undefined }])(
    'cannot be read with %j',
    (changes) => {
      expect(checkInSchema().safeParse(rawCheckIn(changes)).success).toBe(false);
    },
  );
});

describe('a booking', () => {
  it.each([
    [{ membership: null }, null],
    [{ membership: undefined }, null],
    [{ membership: undefined, membership_id: 'm9' }, 'm9'],
    [{}, 'm1'],
  ])('with %j is of %j', (changes, membershipId) => {
    expect(booking.parse(rawBooking(changes))).toMatchObject({ id: 'b1', resourceId: 'r1', membershipId });
  });
});

it('a space needs a time zone that exists', () => {
  const raw = { id: 's1', subdomain: 'co-up', name: 'Co-up', time_zone_name: 'Europe/Berlin' };

  expect(space.parse(raw)).toEqual({ id: 's1', subdomain: 'co-up', name: 'Co-up', zone: 'Europe/Berlin' });
  expect(space.safeParse({ ...raw, time_zone_name: 'Europe/Nowhere' }).success).toBe(false);
  expect(space.safeParse({ ...raw, time_zone_name: undefined }).success).toBe(false);
});

it('a subscription that does not say so is active', () => {
  expect(subscription.parse({ id: 7, event: 'e', callback_url: 'https://x.test/' })).toMatchObject({
    id: '7',
    active: true,
  });
});
