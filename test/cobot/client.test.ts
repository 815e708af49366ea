import { describe, expect, it } from 'vitest';
import { RefusedError, TransientError, UnauthorizedError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import type { CallInfo } from '../../src/lib/http.ts';
import { failureOf } from '../support/nock-guard.ts';
import { cobotClient, NOW, rawBooking, rawCheckIn, rawMembership, rawPass, TOKEN, useCobot } from './cobot-wire.ts';

const { v1, www } = useCobot();
const span = { from: NOW, until: NOW + 3_600_000 };
const v1Span = { from: '2026-11-30 12:00:00 +0000', to: '2026-11-30 13:00:00 +0000' };

describe('the space', () => {
  it('is read from www', async () => {
    www()
      .get('/api/spaces/co-up')
      .reply(200, { id: 's1', subdomain: 'co-up', name: 'C', time_zone_name: 'Asia/Tokyo' });

    expect(await cobotClient().space()).toMatchObject({ id: 's1', zone: 'Asia/Tokyo' });
  });

  it('of another subdomain is not taken', async () => {
    www().get('/api/spaces/co-up').reply(200, { id: 's2', subdomain: 'other', time_zone_name: 'Asia/Tokyo' });

    await expect(cobotClient().space()).rejects.toBeInstanceOf(UnexpectedShapeError);
  });

  it('that www does not know is a refusal', async () => {
    www().get('/api/spaces/co-up').reply(404, '<html>');

    await expect(cobotClient().space()).rejects.toBeInstanceOf(RefusedError);
  });
});

describe('the membership list', () => {
  it('asks for what is needed, leaves out what cannot be read, and counts it', async () => {
    v1()
      .get('/api/memberships')
      .query({ attributes: 'id,name,email,plan,upcoming_plan,user,confirmed_at,starts_at,canceled_to,team_id' })
      .reply(200, [rawMembership(), { id: 'm2' }, rawMembership({ id: 'm3', email: null })]);

    const list = await cobotClient().memberships();

    expect(list.items.map(({ id }) => id)).toEqual(['m1', 'm3']);
    expect(list.unreadable).toBe(1);
  });

  it('that is empty is empty', async () => {
    v1().get('/api/memberships').query(true).reply(200, []);

    expect(await cobotClient().memberships()).toEqual({ items: [], unreadable: 0 });
  });

  it.each([
    ['of which not one item can be read', [{ id: 'm1' }, 'x']],
    ['that is an object', { memberships: [] }],
    ['that is null', 'null'],
    ['that is empty text', ''],
    ['that is half', '[{"id":"m1"'],
    ['that is HTML', '<html>'],
  ])('%s is an error, never an empty list', async (_what, body) => {
    v1().get('/api/memberships').query(true).reply(200, body);

    await expect(cobotClient().memberships()).rejects.toBeInstanceOf(UnexpectedShapeError);
  });

  it.each([
    [401, UnauthorizedError],
    [402, UnauthorizedError],
    [403, UnauthorizedError],
    [404, RefusedError],
    [422, RefusedError],
    [429, TransientError],
    [302, UnexpectedShapeError],
    [206, UnexpectedShapeError],
  ])('with status %i and an array all the same is an error', async (status, kind) => {
    v1().get('/api/memberships').query(true).reply(status, [rawMembership()]);

    await expect(cobotClient().memberships()).rejects.toBeInstanceOf(kind);
  });

  it('is repeated twice on a 5xx, within a budget of six', async () => {
    v1().get('/api/memberships').query(true).times(3).reply(500, [rawMembership()]);
    const calls: CallInfo[] = [];
    const cobot = cobotClient({ onCall: (call) => calls.push(call) });

    const error = await failureOf(cobot.memberships());

    expect(error).toBeInstanceOf(TransientError);
    expect(calls.map(({ outcome }) => outcome)).toEqual([500, 500, 500]);
    expect(await cobot.budgets()).toEqual([{ endpoint: 'GET /api/memberships', perMinute: 6, left: 3 }]);
  });
});

describe('one membership', () => {
  it('is read by its encoded id', async () => {
    v1()
      .get('/api/memberships/a%2Fb')
      .reply(200, rawMembership({ id: 'a/b' }));
    const cobot = cobotClient();

    expect(await cobot.membership('a/b')).toMatchObject({ id: 'a/b' });
    expect(await cobot.budgets()).toEqual([{ endpoint: 'GET /api/memberships/:id', perMinute: 60, left: 59 }]);
  });

  it.each(['<html>gone</html>', '', { error: 'not found' }])('that is gone is undefined (%j)', async (body) => {
    v1().get('/api/memberships/m1').reply(404, body);

    expect(await cobotClient().membership('m1')).toBeUndefined();
  });

  it.each([
    ['another id', rawMembership({ id: 'm2' })],
    ['no plan', rawMembership({ plan: undefined })],
    ['a list', [rawMembership()]],
    ['nothing', ''],
  ])('answered with %s is an error', async (_what, body) => {
    v1().get('/api/memberships/m1').reply(200, body);

    await expect(cobotClient().membership('m1')).rejects.toBeInstanceOf(UnexpectedShapeError);
  });

  it('is not asked for by an id that names another address', async () => {
    await expect(cobotClient().membership('..')).rejects.toBeInstanceOf(RefusedError);
  });
});

describe('plans and resources', () => {
  it('are lists of ids and names', async () => {
    v1()
      .get('/api/plans')
      .reply(200, [{ id: 'p1', name: 'Full Time', price_per_cycle: '1.0' }]);
    v1()
      .get('/api/resources')
      .reply(200, [{ id: 'r1', name: 'Room', price_per_hour: 3 }]);
    const cobot = cobotClient();

    expect(await cobot.plansOnOffer()).toEqual([{ id: 'p1', name: 'Full Time' }]);
    expect(await cobot.resources()).toEqual([{ id: 'r1', name: 'Room' }]);
  });

  it('are an error when one of them cannot be read', async () => {
    v1()
      .get('/api/plans')
      .reply(200, [{ id: 'p1', name: 'Full Time' }, { id: 'p2' }]);

    await expect(cobotClient().plansOnOffer()).rejects.toThrow(/1\.name/);
  });
});

describe('time passes', () => {
  it('of the space are counted where they name no membership', async () => {
    v1()
      .get('/api/time_passes/unused')
      .reply(200, [rawPass(), rawPass({ id: 'x', membership: undefined })]);

    expect(await cobotClient().unusedPasses()).toMatchObject({ items: [{ id: 'pass1' }], unreadable: 1 });
  });

  it('of one membership need not name it', async () => {
    v1()
      .get('/api/memberships/m1/time_passes/unused')
      .reply(200, [rawPass({ membership: undefined })]);

    expect(await cobotClient().unusedPassesOf('m1')).toMatchObject([{ id: 'pass1', membershipId: 'm1' }]);
  });

  it('of one membership are an error when one cannot be read', async () => {
    v1()
      .get('/api/memberships/m1/time_passes/unused')
      .reply(200, [rawPass(), rawPass({ expires_at: 'soon' })]);

    await expect(cobotClient().unusedPassesOf('m1')).rejects.toThrow(/1\.expires_at/);
  });

  it('of a membership that is gone are undefined', async () => {
    v1().get('/api/memberships/m1/time_passes/unused').reply(404);

    expect(await cobotClient().unusedPassesOf('m1')).toBeUndefined();
  });

  it('can be asked for singly', async () => {
    v1()
      .get('/api/time_passes/pass1')
      .reply(200, rawPass({ membership: undefined }))
      .get('/api/time_passes/pass2')
      .reply(404);
    const cobot = cobotClient();

    expect(await cobot.timePass('pass1', 'm1')).toMatchObject({ membershipId: 'm1' });
    expect(await cobot.timePass('pass2', 'm1')).toBeUndefined();
  });
});

describe('check-ins and bookings', () => {
  it('are asked for with both ends, and a plus that stays one', async () => {
    v1().get('/api/work_sessions').query(v1Span).reply(200, [rawCheckIn(), {}]);
    v1()
      .get('/api/bookings')
      .query(v1Span)
      .reply(200, [rawBooking(), rawBooking({ id: 'b2', membership: null })]);
    const cobot = cobotClient();

    expect(await cobot.checkIns(span)).toMatchObject({ items: [{ id: 'c1' }], unreadable: 1 });
    expect(await cobot.bookings(span)).toMatchObject({ items: [{ membershipId: 'm1' }, { membershipId: null }] });
  });

  it("of one member hold nobody else's check-in", async () => {
    const other = rawCheckIn({ id: 'c2', membership: { id: 'm2' } });
    const unnamed = rawCheckIn({ id: 'c3', membership: undefined });
    v1().get('/api/memberships/m1/check_ins').query(v1Span).reply(200, [rawCheckIn(), other, unnamed]);

    const checkIns = await cobotClient().checkInsOf('m1', span);

    expect(checkIns?.map(({ id }) => id)).toEqual(['c1', 'c3']);
  });

  it('can be asked for singly', async () => {
    v1().get('/api/check_ins/c1').reply(200, rawCheckIn()).get('/api/bookings/b1').reply(200, rawBooking());
    v1().get('/api/check_ins/c9').reply(404).get('/api/bookings/b9').reply(404, '<html>');
    const cobot = cobotClient();

    expect(await cobot.checkIn('c1')).toMatchObject({ membershipId: 'm1' });
    expect(await cobot.booking('b1')).toMatchObject({ resourceId: 'r1' });
    expect(await cobot.checkIn('c9')).toBeUndefined();
    expect(await cobot.booking('b9')).toBeUndefined();
  });
});

describe('what the token may do', () => {
  it('is told by www', async () => {
    www()
      .get(`/api/access_tokens/${TOKEN}`)
      .reply(200, { scope: ['read_memberships', 'checkin'] });

    expect(await cobotClient().tokenScopes()).toEqual(['read_memberships', 'checkin']);
  });

  it('may stay unknown', async () => {
    www().get(`/api/access_tokens/${TOKEN}`).reply(404);

    expect(await cobotClient().tokenScopes()).toBeUndefined();
  });

  it('is not in the message of its failure', async () => {
    www().get(`/api/access_tokens/${TOKEN}`).reply(401, { error: TOKEN });

    const error = await failureOf(cobotClient().tokenScopes());

    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(String(error) + JSON.stringify(error)).not.toContain(TOKEN);
  });
});
