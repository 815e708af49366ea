import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CobotOptions } from '../../src/simulators/cobot/cobot.ts';
import { caller } from './calls.ts';
import { addMembers, type OpenCobot, openCobot } from './open-cobot.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const window = 'from=2026-11-29T00:00:00Z&to=2026-12-02T00:00:00Z';

let { clock, cobot, call }: OpenCobot = await openCobot();

async function open(options: Partial<CobotOptions> = {}): Promise<void> {
  await cobot.close();
  ({ clock, cobot, call } = await openCobot(options));
}

beforeEach(() => open());
afterEach(() => cobot.close());

const space = () => addMembers(cobot);

describe('memberships', () => {
  it('shows slash dates, the plan as a copy with its parent, and null for what is not known', async () => {
    const { limited, ben } = space();
    ben.canceledTo = '2026-12-31';
    ben.email = null;
    ben.userId = null;

    const { json } = await call(`GET /api/memberships/${ben.id}`);

    expect(json).toMatchObject({
      id: ben.id,
      email: null,
      user: null,
      confirmed_at: '2026/11/30 08:00:00 +0000',
      starts_at: '2026/11/30',
      canceled_to: '2026/12/31',
      upcoming_plan: null,
      plan: {
        name: 'Ten Days',
        parent_plan: { id: limited.id },
        canceled_to: null,
        time_passes: [
          {
            id: '0',
            timespans: '4-3:59',
            parsed_timespans: [{ from_hour: 4, from_minute: 0, to_hour: 3, to_minute: 59, weekdays: [] }],
            included_timespan: 'month',
          },
        ],
      },
    });
  });

  it('may leave empty fields out', async () => {
    await open({ switches: { emptyFields: 'missing' } });
    const { ada } = space();

    expect((await call(`GET /api/memberships/${ada.id}`)).json).not.toHaveProperty('canceled_to');
  });

  it.each([
    ['confirmed', {}, {}, true],
    ['not confirmed', {}, { confirmed: false }, false],
    ['to begin, left out of the list', {}, { startsOn: '2026-12-05' }, false],
    ['to begin, held by the list', { listHoldsFuture: true }, { startsOn: '2026-12-05' }, true],
    ['cancelled to tomorrow', { canceledToDay: 'out' }, { canceledTo: '2026-12-01' }, true],
    ['cancelled to today, that day in', { canceledToDay: 'in' }, { canceledTo: '2026-11-30' }, true],
    ['cancelled to today, that day out', { canceledToDay: 'out' }, { canceledTo: '2026-11-30' }, false],
    ['cancelled to yesterday', { canceledToDay: 'in' }, { canceledTo: '2026-11-29' }, false],
  ] as const)('lists a member who is %s: %s %s -> %s', async (_, switches, facts, listed) => {
    await open({ switches });
    const member = cobot.addMember({ name: 'Ada', plan: cobot.addPlan({ name: 'Full Time' }), ...facts });

    const list = await call('GET /api/memberships?attributes=id');
    const everybody = await call('GET /api/memberships?all=true&attributes=id');

    expect(list.json).toEqual(listed ? [{ id: member.id }] : []);
    expect(everybody.json).toEqual([{ id: member.id }]);
    expect((await call(`GET /api/memberships/${member.id}`)).status).toBe(200);
  });

  it('gives those asked for by id', async () => {
    const { ben } = space();

    expect((await call(`GET /api/memberships?ids=${ben.id},nobody&attributes=name`)).json).toEqual([{ name: 'Ben' }]);
  });

  it('forgets a member who is removed, with tokens and passes, and lets the bookings stand', async () => {
    const { ben } = space();
    const booking = cobot.addBooking({
      resource: cobot.addResource('Meeting Room A'),
      member: ben,
      from: clock.now(),
      to: clock.now() + HOUR,
    });
    cobot.addPass(ben);
    cobot.tokens.set('card', ben.id);

    const body = cobot.remove(ben);

    expect(body).toMatchObject({
      url: `${cobot.url}/api/memberships/${ben.id}`,
      membership: { id: ben.id, name: 'Ben' },
    });
    expect((await call(`GET /api/memberships/${ben.id}`)).status).toBe(404);
    expect((await call('GET /api/check_in_tokens/card')).status).toBe(404);
    expect((await call('GET /api/time_passes/unused')).json).toEqual([]);
    expect((await call(`GET /api/bookings/${booking.id}`)).json).toMatchObject({ membership: { id: ben.id } });
  });

  it('holds a plan to come beside the one in force', async () => {
    const { unlimited, ben } = space();

    cobot.changePlan(ben, unlimited, '2026-12-15');

    expect((await call(`GET /api/memberships/${ben.id}`)).json).toMatchObject({
      plan: { name: 'Ten Days', canceled_to: '2026/12/15' },
      upcoming_plan: { name: 'Full Time', parent_plan: { id: unlimited.id } },
    });
  });
});

describe('time passes', () => {
  it.each([
    ['membership', true, false],
    ['membership_id', false, true],
    ['both', true, true],
    ['neither', false, false],
  ] as const)('name their membership in the list of the space by %s', async (passNames, object, id) => {
    await open({ switches: { passNames } });
    const { ben } = space();
    const pass = cobot.addPass(ben, { expiresAt: clock.now() + DAY });
    cobot.addPass(ben, { usedAt: clock.now() });

    const { json } = await call('GET /api/time_passes/unused');

    const named = { ...(object ? { membership: { id: ben.id } } : {}), ...(id ? { membership_id: ben.id } : {}) };
    expect(json).toMatchObject([{ id: pass.id, expires_at: '2026/12/01 08:00:00 +0000', used_at: null, ...named }]);
    expect(Object.keys((json as object[])[0] ?? {}).includes('membership')).toBe(object);
    expect(Object.keys((json as object[])[0] ?? {}).includes('membership_id')).toBe(id);
  });

  it('are listed for one member, unused alone, and given singly, used or not', async () => {
    const { ben, ada } = space();
    const unused = cobot.addPass(ben);
    const used = cobot.addPass(ben, { usedAt: clock.now() });

    expect((await call(`GET /api/memberships/${ben.id}/time_passes/unused`)).json).toMatchObject([{ id: unused.id }]);
    expect((await call(`GET /api/memberships/${ada.id}/time_passes/unused`)).json).toEqual([]);
    expect((await call(`GET /api/time_passes/${used.id}`)).json).toMatchObject({
      used_at: '2026/11/30 08:00:00 +0000',
    });
    expect((await call(`GET /api/time_passes/${used.id}`)).json).not.toHaveProperty('membership');
    expect((await call('GET /api/memberships/nobody/time_passes/unused')).status).toBe(404);
  });
});

describe('bookings and resources', () => {
  it('lists the bookings that overlap a window, with or without a membership', async () => {
    const { ada } = space();
    const room = cobot.addResource('Meeting Room A');
    const from = clock.now();
    const hers = cobot.addBooking({ resource: room, member: ada, from, to: from + HOUR });
    const nobodys = cobot.addBooking({ resource: room, from: from - 5 * DAY, to: from, title: 'Open day' });
    cobot.addBooking({ resource: room, member: ada, from: from + 9 * DAY, to: from + 9 * DAY + HOUR });

    const { json } = await call(`GET /api/bookings?${window}`);

    expect(json).toMatchObject([
      {
        id: hers.id,
        from: '2026/11/30 08:00:00 +0000',
        resource: { id: room.id, name: 'Meeting Room A' },
        membership: { id: ada.id },
      },
      { id: nobodys.id, membership: null },
    ]);
    expect((await call(`GET /api/resources/${room.id}/bookings?${window}`)).json).toHaveLength(2);
    expect((await call(`GET /api/resources/other/bookings?${window}`)).json).toEqual([]);
    expect((await call('GET /api/bookings')).status).toBe(422);
    expect((await call('GET /api/resources')).json).toMatchObject([{ id: room.id, name: 'Meeting Room A' }]);
  });

  it('forgets a booking that is removed, and hands back its snapshot', async () => {
    const { ada } = space();
    const resource = cobot.addResource('Meeting Room A');
    const booking = cobot.addBooking({ resource, member: ada, from: clock.now(), to: clock.now() + HOUR });

    const body = cobot.removeBooking(booking);

    expect(body).toMatchObject({
      url: `${cobot.url}/api/bookings/${booking.id}`,
      booking: { from: '2026/11/30 08:00:00 +0000', membership: { id: ada.id } },
    });
    expect((await call(`GET /api/bookings/${booking.id}`)).status).toBe(404);
  });

  it('pages the bookings of a member on API 2, 72 by default, with paths as links', async () => {
    const { ada, ben } = space();
    const resource = cobot.addResource('Meeting Room A');
    const from = clock.now();
    for (let n = 0; n < 80; n += 1) cobot.addBooking({ resource, member: ada, from, to: from + HOUR });
    cobot.addBooking({ resource, member: ben, from, to: from + HOUR });
    const api2 = caller(cobot.api2Url, {
      authorization: `Bearer ${cobot.token}`,
      accept: 'application/vnd.api+json',
    });
    const query = 'filter[from]=2026-11-29T00:00:00Z&filter[to]=2026-12-02T00:00:00Z';

    const first = (await api2(`GET /memberships/${ada.id}/bookings?${query}`)).json as Page;
    const second = (await api2(`GET ${first.links.next}`)).json as Page;

    expect([first.data.length, second.data.length]).toEqual([72, 8]);
    expect(new Set([...first.data, ...second.data].map(({ id }) => id)).size).toBe(80);
    expect(first).toMatchObject({
      data: [
        { attributes: { from: '2026-11-30T08:00:00Z' }, relationships: { membership: { data: { id: ada.id } } } },
        ...Array(71).fill({}),
      ],
      meta: { totalPages: 2, currentPage: 1 },
    });
    expect(first.links.next).toMatch(/^\/memberships\//);
    expect(second.links.next).toBeNull();
    expect((await api2(`GET /memberships/${ada.id}/bookings`)).status).toBe(422);
    expect((await api2(`GET /memberships/nobody/bookings?${query}`)).status).toBe(404);
    expect((await caller(cobot.api2Url, { accept: '*/*' })(`GET /memberships/${ada.id}/bookings`)).status).toBe(401);
    expect((await caller(cobot.api2Url, { authorization: `Bearer ${cobot.token}` })('GET /bookings/x')).status).toBe(
      406,
    );
  });
});

type Page = { data: { id: string }[]; links: { next: string | null } };

it('repeats itself from the same seed', async () => {
  const first = space().ada.id;
  await open();

  expect(space().ada.id).toBe(first);
});
