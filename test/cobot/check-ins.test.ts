import { describe, expect, it } from 'vitest';
import { RefusedError, TransientError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import type { CallInfo } from '../../src/lib/http.ts';
import { failureOf } from '../support/nock-guard.ts';
import { cobotClient, NOW, rawCheckIn, useCobot } from './cobot-wire.ts';

const { v1 } = useCobot();

describe('checking in by token', () => {
  it.each([201, 200])('is done with %i and an end ahead', async (status) => {
    v1()
      .post('/api/check_ins', { token: 't1' })
      .reply(status, rawCheckIn({ time_pass: { id: 'pass1' } }));

    expect(await cobotClient().checkInByToken('t1')).toEqual({
      id: 'c1',
      membershipId: 'm1',
      from: Date.UTC(2026, 10, 30, 8),
      until: Date.UTC(2026, 11, 1, 3),
      passId: 'pass1',
    });
  });

  it('is done where the answer holds only its end', async () => {
    v1().post('/api/check_ins').reply(201, { valid_until: '2026/12/01 02:59:59 +0000' });

    expect(await cobotClient().checkInByToken('t1')).toMatchObject({
      id: '',
      membershipId: '',
      from: NOW,
      passId: null,
    });
  });

  it("is current at once, also where Cobot's clock goes before ours", async () => {
    v1()
      .post('/api/check_ins')
      .reply(201, rawCheckIn({ valid_from: '2026/11/30 12:00:09 +0000' }));

    expect(await cobotClient().checkInByToken('t1')).toMatchObject({ from: NOW });
  });

  it('is not done with 204: Cobot knows no such token', async () => {
    v1().post('/api/check_ins').reply(204);

    expect(await cobotClient().checkInByToken('t1')).toBeUndefined();
  });

  it.each([
    ['no body', 201, ''],
    ['an end behind us', 201, rawCheckIn({ valid_until: '2026/11/30 11:59:59 +0000' })],
    ['no end', 201, { id: 'c1' }],
    ['an end without a time', 201, rawCheckIn({ valid_until: '2026/12/01' })],
    ['HTML', 200, '<html>'],
    ['another status', 202, rawCheckIn()],
  ])('with %s is an error and not repeated', async (_what, status, body) => {
    v1().post('/api/check_ins').reply(status, body);

    const error = await failureOf(cobotClient().checkInByToken('t1'));

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(error).toMatchObject({ status });
  });

  it.each([
    [{ errors: { base: 'No time passes left.' } }],
    [{ errors: { base: ['No time passes left.'] } }],
    [{ base: ['No time passes left.'] }],
    [{ error: 'No time passes left.' }],
  ])("that is refused carries Cobot's words from %j", async (body) => {
    v1().post('/api/check_ins').reply(422, body);

    const error = await failureOf(cobotClient().checkInByToken('t1'));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ status: 422, words: ['No time passes left.'] });
  });

  it.each([500, 502, 503])('is never repeated after a %i, which may have spent a pass', async (status) => {
    v1().post('/api/check_ins').reply(status, '<html>');
    const calls: CallInfo[] = [];

    const error = await failureOf(cobotClient({ onCall: (call) => calls.push(call) }).checkInByToken('t1'));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ effect: 'unknown' });
    expect(calls).toHaveLength(1);
  });
});

describe('checking in by membership', () => {
  it('takes the membership from the call where the answer does not say', async () => {
    v1().post('/api/memberships/m1/work_sessions').reply(201, { valid_until: '2026/12/01 02:59:59 +0000' });

    expect(await cobotClient().checkInByMembership('m1')).toMatchObject({ membershipId: 'm1' });
  });

  it.each([204, 404])('with %i is an error, never a check-in', async (status) => {
    v1().post('/api/memberships/m1/work_sessions').reply(status);

    await expect(cobotClient().checkInByMembership('m1')).rejects.toMatchObject({ status });
  });

  it('is never repeated after a reset', async () => {
    v1().post('/api/memberships/m1/work_sessions').replyWithError(new Error('socket hang up'));

    await expect(cobotClient().checkInByMembership('m1')).rejects.toMatchObject({ effect: 'unknown' });
  });
});

describe('check-in tokens', () => {
  it('are listed, in either spelling of their member', async () => {
    v1()
      .get('/api/check_in_tokens')
      .reply(200, [{ token: 'a', membership: { id: 'm1' } }, { token: 'b', membership_id: 'm2' }, { token: 'c' }]);

    expect(await cobotClient().checkInTokens()).toEqual({
      items: [
        { token: 'a', membershipId: 'm1' },
        { token: 'b', membershipId: 'm2' },
      ],
      unreadable: 1,
    });
  });

  it('have an owner, or none', async () => {
    v1()
      .get('/api/check_in_tokens/a%3Ab')
      .reply(200, { membership: { id: 'm1' } });
    v1().get('/api/check_in_tokens/x').reply(404, '<html>').get('/api/check_in_tokens/y').reply(200, {});
    const cobot = cobotClient();

    expect(await cobot.checkInTokenOwner('a:b')).toBe('m1');
    expect(await cobot.checkInTokenOwner('x')).toBeUndefined();
    await expect(cobot.checkInTokenOwner('y')).rejects.toBeInstanceOf(UnexpectedShapeError);
  });

  it.each([
    [200, 'added'],
    [201, 'added'],
    [204, 'added'],
    [409, 'taken'],
    [422, 'taken'],
  ])('are linked: %i means %s', async (status, outcome) => {
    v1().post('/api/check_in_tokens', { membership_id: 'm1', token: 'a' }).reply(status);

    expect(await cobotClient().addCheckInToken({ membershipId: 'm1', token: 'a' })).toBe(outcome);
  });

  it.each([200, 204, 404])('are removed with %i, since gone is gone', async (status) => {
    v1().delete('/api/check_in_tokens/a%2Fb').reply(status);

    await expect(cobotClient().removeCheckInToken('a/b')).resolves.toBeUndefined();
  });
});

describe('subscriptions on the wire', () => {
  const wanted = { event: 'created_booking', callbackUrl: 'https://relay.test/cobot/created_booking?key=k' };

  it('are listed', async () => {
    v1()
      .get('/api/subscriptions')
      .reply(200, [{ id: 's1', event: 'x', callback_url: 'https://x.test/', active: false, url: 'http://co-up/1' }]);

    expect(await cobotClient().subscriptions()).toEqual([
      { id: 's1', event: 'x', callbackUrl: 'https://x.test/', active: false },
    ]);
  });

  it('are made', async () => {
    v1()
      .post('/api/subscriptions', { event: wanted.event, callback_url: wanted.callbackUrl })
      .reply(201, { id: 's1', event: wanted.event, callback_url: wanted.callbackUrl, active: true });

    expect(await cobotClient().subscribe(wanted)).toMatchObject({ id: 's1', active: true });
  });

  it.each([
    [409, 'exists'],
    [422, 'not offered'],
  ])('refused with %i are values', async (status, outcome) => {
    v1().post('/api/subscriptions').reply(status, '<html>');

    expect(await cobotClient().subscribe(wanted)).toBe(outcome);
  });

  it.each([204, 404])('are removed with %i', async (status) => {
    v1().delete('/api/subscriptions/s1').reply(status);

    await expect(cobotClient().unsubscribe('s1')).resolves.toBeUndefined();
  });
});
