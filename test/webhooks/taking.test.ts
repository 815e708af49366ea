import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COBOT_EVENTS, callbackPath } from '../../src/lib/callback-path.ts';
import { KEY, NOW, type RelayUnderTest, startRelay } from './relay-under-test.ts';

const membershipUrl = 'https://co-up.cobot.me/api/memberships/m1';

let relay: RelayUnderTest;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.stop());

const post = (path: string, body: object | string) => request(relay.app).post(path).query({ key: KEY }).send(body);

describe('a webhook of Cobot', () => {
  it.each(COBOT_EVENTS)('%s arrives at the path that stands in its callback URL', async (event) => {
    const { status } = await post(callbackPath(event), { url: membershipUrl });

    expect(status).toBe(204);
    expect(relay.accepted).toEqual([
      {
        delivery: {
          id: 'delivery-1',
          receivedAt: NOW,
          source: 'cobot',
          event,
          body: JSON.stringify({ url: membershipUrl }),
          understood: true,
          subject: 'm1',
        },
        jobs: [{ name: 'reconcile', key: 'm1', payload: { membershipId: 'm1', cause: `webhook ${event}` } }],
      },
    ]);
  });

  it.each([
    '{}',
    '[]',
    '42',
    '"text"',
    'null',
    '{"foo":1}',
    '{"url":42}',
    '{"url":null}',
    '{"url":"not a url"}',
    '{"url":"https://co-up.cobot.me/api/unheard_of/1"}',
  ])('that is not understood is kept and answered 204, and has no job: %s', async (body) => {
    const { status } = await post('/cobot/canceled_membership', body).type('json');

    expect(status).toBe(204);
    expect(relay.accepted).toMatchObject([
      { delivery: { event: 'canceled_membership', body, understood: false }, jobs: [] },
    ]);
  });

  it('of an event that nobody knows is kept under its name, and has no job', async () => {
    const { status } = await post('/cobot/no_such_event', { url: membershipUrl });

    expect(status).toBe(204);
    expect(relay.accepted).toMatchObject([{ delivery: { event: 'no_such_event', understood: false }, jobs: [] }]);
  });

  it('keeps the name of an unknown event short and readable', async () => {
    await post(`/cobot/%00%0a..%2f..%2fetc${'x'.repeat(500)}`, { url: membershipUrl });

    const event = relay.accepted[0]?.delivery.event;
    expect(event).toMatch(/^\?\?\.\.\/\.\.\/etcx+$/);
    expect(event).toHaveLength(100);
  });

  it('is stored with the moment in whole seconds', async () => {
    relay.state.now = NOW + 700;

    await post('/cobot/created_checkin', { url: 'https://co-up.cobot.me/api/check_ins/c1' });

    expect(relay.accepted).toMatchObject([
      { delivery: { receivedAt: NOW }, jobs: [{ name: 'cobot-check-in', key: 'c1', runAt: NOW + 1000 }] },
    ]);
  });
});

describe('a webhook of the lock system', () => {
  const event = {
    id: 'e1',
    occurred_at: '2026-11-24T08:59:00Z',
    user: { id: 'u1' },
    lock: { id: 'l1', name: 'Front door' },
  };

  it.each([
    ['JSON', 'application/json', JSON.stringify({ event })],
    ['JSON in JSON', 'application/json', JSON.stringify({ event: JSON.stringify(event) })],
    ['a form', 'application/x-www-form-urlencoded', new URLSearchParams({ event: JSON.stringify(event) }).toString()],
  ])('as %s is stored with its opening and the job that judges it', async (_what, type, body) => {
    const { status } = await post('/lock_open', body).type(type);

    expect(status).toBe(204);
    expect(relay.accepted).toEqual([
      {
        delivery: {
          id: 'delivery-1',
          receivedAt: NOW,
          source: 'lock',
          event: 'lock_open',
          // What was read of it alone: what came may hold a code that opens a door.
          body: expect.stringMatching(/^\{"id":"e1","lockUserId":"u1","lockId":"l1"/),
          understood: true,
          subject: 'u1',
        },
        opening: expect.objectContaining({
          lockUserId: 'u1',
          lockId: 'l1',
          lockName: 'Front door',
          occurredAt: NOW - 60_000,
        }),
        jobs: [{ name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } }],
      },
    ]);
  });
});

describe('what is told about webhooks', () => {
  it('logs each with its delivery, and never its key, body or email', async () => {
    await post('/membership_confirmation', { url: membershipUrl, membership: { email: 'ada@example.com' } });
    await request(relay.app).post('/lock_open').query({ key: 'some-key-of-a-stranger' }).send({});

    expect(relay.lines).toEqual([
      expect.objectContaining({
        level: 'info',
        delivery: 'delivery-1',
        event: 'confirmed_membership',
        subject: 'm1',
        status: 204,
      }),
      expect.objectContaining({
        level: 'warn',
        delivery: 'delivery-2',
        event: 'lock_open',
        status: 401,
        code: 'wrong_key',
      }),
    ]);
    expect(JSON.stringify(relay.lines)).not.toMatch(/ada@|key-of-/);
  });

  it('counts each by route and status; what a stranger puts into the path is no label', async () => {
    await post('/cobot/created_booking', { url: membershipUrl });
    await post('/cobot/some_stranger', { url: membershipUrl });
    await request(relay.app).post('/cobot/another_stranger');

    const text = await relay.metrics.text();

    expect(text).toContain('relay_webhooks_total{route="/cobot/created_booking",status="204"} 1');
    expect(text).toContain('relay_webhooks_total{route="/cobot/unknown",status="204"} 1');
    expect(text).toContain('relay_webhooks_total{route="/cobot/unknown",status="401"} 1');
    expect(text).not.toContain('stranger');
  });
});
