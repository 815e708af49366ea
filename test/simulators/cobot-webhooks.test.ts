import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CobotOptions } from '../../src/simulators/cobot/cobot.ts';
import { startReceiver } from './calls.ts';
import { type OpenCobot, openCobot } from './open-cobot.ts';

const MINUTE = 60_000;

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let { clock, cobot, call }: OpenCobot = await openCobot();

async function open(options: Partial<CobotOptions> = {}): Promise<void> {
  await cobot.close();
  ({ clock, cobot, call } = await openCobot(options));
}

beforeEach(async () => {
  receiver = await startReceiver();
  await open();
});
afterEach(async () => {
  await cobot.close();
  await receiver.close();
});

const subscribe = (event: string, path = '/hook?key=k') =>
  call('POST /api/subscriptions', { event, callback_url: receiver.url + path });

const addAda = () => cobot.addMember({ name: 'Ada', plan: cobot.addPlan({ name: 'Full Time' }) });

describe('subscriptions', () => {
  it('are made, listed, shown and removed', async () => {
    const made = await subscribe('confirmed_membership');
    const [id = ''] = cobot.subscriptions.keys();
    const view = {
      id,
      event: 'confirmed_membership',
      url: `${cobot.url}/api/subscriptions/${id}`,
      active: true,
      callback_url: `${receiver.url}/hook?key=k`,
    };

    expect(made).toMatchObject({ status: 201, json: view });
    expect((await call('GET /api/subscriptions')).json).toEqual([view]);
    expect((await call(`GET /api/subscriptions/${id}`)).json).toEqual(view);
    expect((await call(`DELETE /api/subscriptions/${id}`)).status).toBe(204);
    expect((await call(`DELETE /api/subscriptions/${id}`)).status).toBe(404);
    expect((await call('GET /api/subscriptions')).json).toEqual([]);
  });

  it.each([
    ['the same event and URL', 'created_booking', '/hook?key=k', 409],
    ['the same event at another URL', 'created_booking', '/other', 201],
    ['another event at the same URL', 'updated_booking', '/hook?key=k', 201],
    ['an event that Cobot does not have', 'updated_membership', '/hook?key=k', 422],
    ['an event that is not offered', 'connected_user', '/hook?key=k', 422],
  ])('answer to %s', async (_, event, path, status) => {
    await open({ switches: { notOffered: ['connected_user'] } });
    await subscribe('created_booking');

    expect((await subscribe(event, path)).status).toBe(status);
  });

  it('need an URL', async () => {
    const answer = await call('POST /api/subscriptions', { event: 'created_booking', callback_url: 'nowhere' });

    expect(answer).toMatchObject({ status: 422, json: { errors: { callback_url: ['is invalid'] } } });
  });

  it.each(['409', '201'] as const)('answer %s where the twin is inactive', async (inactiveTwin) => {
    await open({ switches: { inactiveTwin } });
    await subscribe('created_booking');
    for (const subscription of cobot.subscriptions.values()) subscription.active = false;

    expect((await subscribe('created_booking')).status).toBe(Number(inactiveTwin));
  });

  it('of another app are not seen, block nothing, and deliver', async () => {
    const foreign = cobot.addForeignSubscription('created_booking', `${receiver.url}/hook?key=k`);

    expect((await call('GET /api/subscriptions')).json).toEqual([]);
    expect((await call(`DELETE /api/subscriptions/${foreign.id}`)).status).toBe(404);
    expect((await subscribe('created_booking')).status).toBe(201);
    await cobot.emit('created_booking', { url: 'x' });
    expect(receiver.received).toHaveLength(2);
  });
});

describe('deliveries', () => {
  it('are JSON with the url alone: no event, no signature, no id', async () => {
    await subscribe('confirmed_membership');
    await subscribe('created_booking', '/booking');
    const ada = addAda();

    await cobot.emit('confirmed_membership', cobot.confirm(ada));

    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({
      path: '/hook?key=k',
      text: JSON.stringify({ url: `${cobot.url}/api/memberships/${ada.id}` }),
    });
    expect(Object.keys(receiver.received[0]?.headers ?? {}).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
    ]);
  });

  it('may name another host than the one that was asked', async () => {
    await open({ switches: { urlBase: 'http://co-up.cobot.me' } });

    expect(cobot.body(addAda()).url).toMatch(/^http:\/\/co-up\.cobot\.me\/api\/memberships\//);
    expect(cobot.body(cobot.addResource('Room', 'r1')).url).toBe('https://api.cobot.me/resources/r1');
  });

  it('refuse to send an event that Cobot does not have', () => {
    expect(() => cobot.emit('updated_membership', {})).toThrow('no event');
  });

  it.each([500, 302, 404, 0])('are tried again after %s, at growing intervals, until one succeeds', async (status) => {
    await subscribe('created_booking');
    receiver.answer.status = status;
    receiver.answer.headers = { location: `${receiver.url}/elsewhere` };

    const [delivery] = await cobot.emit('created_booking', { url: 'x' });
    clock.advance(MINUTE);
    await vi.waitFor(() => expect(delivery?.attempts).toHaveLength(2));
    receiver.answer.status = 204;
    clock.advance(2 * MINUTE);
    await vi.waitFor(() => expect(delivery?.state).toBe('delivered'));
    clock.advance(24 * 60 * MINUTE);

    expect(receiver.received.map(({ path }) => path)).toEqual(Array(3).fill('/hook?key=k'));
    expect(delivery?.attempts.map(({ at, status: got }) => [at - (delivery.attempts[0]?.at ?? 0), got])).toEqual([
      [0, status === 0 ? null : status],
      [MINUTE, status === 0 ? null : status],
      [3 * MINUTE, 204],
    ]);
    expect(cobot.subscriptions.values().toArray()).toMatchObject([{ active: true }]);
  });

  it('make the subscription inactive after ten retries in 20 hours, in silence', async () => {
    await subscribe('created_booking');
    receiver.answer.status = 503;

    const [delivery] = await cobot.emit('created_booking', { url: 'x' });
    for (let tries = 2; tries <= 11; tries += 1) {
      expect((await call('GET /api/subscriptions')).json).toMatchObject([{ active: true }]);
      clock.next();
      await vi.waitFor(() => expect(delivery?.attempts).toHaveLength(tries));
    }
    await vi.waitFor(() => expect(delivery?.state).toBe('given up'));
    const later = await cobot.emit('created_booking', { url: 'y' });
    const took = (delivery?.attempts.at(-1)?.at ?? 0) - (delivery?.attempts[0]?.at ?? 0);

    expect((await call('GET /api/subscriptions')).json).toMatchObject([{ active: false }]);
    expect(later).toEqual([]);
    expect(took).toBe(20 * 60 * MINUTE);
    expect(receiver.received).toHaveLength(11);
  });

  it('fit 20 hours into the time that the scale leaves', async () => {
    await open({ webhooks: { scale: 1 / 60_000 } });
    await subscribe('created_booking');
    receiver.answer.status = 503;

    const [delivery] = await cobot.emit('created_booking', { url: 'x' });
    for (let tries = 2; tries <= 11; tries += 1) {
      clock.next();
      await vi.waitFor(() => expect(delivery?.attempts).toHaveLength(tries));
    }

    expect((delivery?.attempts.at(-1)?.at ?? 0) - (delivery?.attempts[0]?.at ?? 0)).toBe(1200);
  });

  it.each([
    ['inactive', [{ active: false }]],
    ['removed', []],
  ] as const)('end the subscription at once on a 410: %s', async (ended, left) => {
    await open({ switches: { ended } });
    await subscribe('created_booking');
    receiver.answer.status = 410;

    const [delivery] = await cobot.emit('created_booking', { url: 'x' });
    clock.advance(24 * 60 * MINUTE);

    expect(delivery).toMatchObject({ state: 'stopped', attempts: [{ status: 410 }] });
    expect((await call('GET /api/subscriptions')).json).toMatchObject(left);
    expect(receiver.received).toHaveLength(1);
  });

  it('stop when the subscription is removed while they wait', async () => {
    await subscribe('created_booking');
    receiver.answer.status = 503;
    const [delivery] = await cobot.emit('created_booking', { url: 'x' });

    for (const id of cobot.subscriptions.keys()) await call(`DELETE /api/subscriptions/${id}`);
    clock.advance(MINUTE);

    await vi.waitFor(() => expect(delivery?.state).toBe('stopped'));
    expect(receiver.received).toHaveLength(1);
  });

  it('fail where nobody listens', async () => {
    await subscribe('created_booking');
    await receiver.close();

    const [refused] = await cobot.emit('created_booking', { url: 'x' });

    expect(refused?.attempts).toMatchObject([{ status: null, error: expect.stringContaining('ECONNREFUSED') }]);
  });

  it('fail where nobody answers in time', async () => {
    await open({ webhooks: { timeoutMs: 3000 } });
    await subscribe('created_booking');
    receiver.answer.status = -1;
    const emitted = cobot.emit('created_booking', { url: 'x' });
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1));

    clock.advance(3000);

    expect(await emitted).toMatchObject([
      { state: 'waiting', attempts: [{ status: null, error: 'no answer in time' }] },
    ]);
  });
});

describe('check-ins over the API', () => {
  it.each([
    [true, ['/checkin', '/checkout']],
    [false, []],
  ] as const)('raise created_checkin and created_checkout: %s', async (echo, paths) => {
    await open({ switches: { echo } });
    await subscribe('created_checkin', '/checkin');
    await subscribe('created_checkout', '/checkout');
    const ada = addAda();

    await call(`POST /api/memberships/${ada.id}/work_sessions`);
    await call(`POST /api/memberships/${ada.id}/work_sessions`);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(echo ? 1 : 0));
    await call(`DELETE /api/memberships/${ada.id}/check_ins/current`);

    await vi.waitFor(() => expect(receiver.received.map(({ path }) => path)).toEqual(paths));
    const [checkIn] = cobot.checkIns.keys();
    for (const { text } of receiver.received) expect(text).toBe(`{"url":"${cobot.url}/api/check_ins/${checkIn}"}`);
  });
});
