import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CobotOptions } from '../../src/simulators/cobot/cobot.ts';
import { caller } from './calls.ts';
import { type OpenCobot, openCobot } from './open-cobot.ts';

let { clock, cobot, call }: OpenCobot = await openCobot();

async function open(options: Partial<CobotOptions> = {}): Promise<void> {
  await cobot.close();
  ({ clock, cobot, call } = await openCobot(options));
}

beforeEach(() => open());
afterEach(() => cobot.close());

describe('who is asked for and answered', () => {
  it('tells the environment that the relay needs to meet it', async () => {
    expect(cobot.env()).toEqual({
      COBOT_SUBDOMAIN: 'co-up',
      COBOT_ACCESS_TOKEN: cobot.token,
      COBOT_URL: cobot.url,
      COBOT_WWW_URL: cobot.url,
      COBOT_API2_URL: cobot.api2Url,
    });
  });

  it.each([
    ['no token', {}, 'GET /api/memberships', 401],
    ['a wrong token', { authorization: 'Bearer nobody' }, 'GET /api/memberships', 401],
    ['no token, for what is public', {}, 'GET /api/plans', 200],
    ['no token, for the space', {}, 'GET /api/spaces/co-up', 200],
    ['another space', {}, 'GET /api/spaces/elsewhere', 404],
  ])('answers %s', async (_, headers, methodAndPath, status) => {
    const answer = await caller(cobot.url, headers as Record<string, string>)(methodAndPath);

    expect(answer.status).toBe(status);
  });

  it('takes the token in the query too', async () => {
    const answer = await caller(cobot.url, {})(`GET /api/memberships?access_token=${cobot.token}`);

    expect(answer.status).toBe(200);
  });

  it('refuses with 403 what the scopes of the token do not cover, and tells the scopes', async () => {
    await open({ scopes: ['read_memberships'] });

    expect((await call('GET /api/memberships')).status).toBe(200);
    expect((await call('GET /api/bookings?from=x&to=y')).status).toBe(403);
    expect((await call(`GET /api/access_tokens/${cobot.token}`)).json).toEqual({ scope: ['read_memberships'] });
  });

  it.each([
    ['json', 'application/json; charset=utf-8'],
    ['html', 'text/html; charset=utf-8'],
    ['empty', null],
  ] as const)('answers 404 for what is not there, as %s', async (notFoundBody, type) => {
    await open({ switches: { notFoundBody } });

    const answer = await call('GET /api/memberships/nobody');

    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe(type);
  });

  it('logs each request with its endpoint, query, body and status', async () => {
    await call('POST /api/check_ins', { token: 'unknown' });
    await call('GET /api/memberships/nobody?x=1');

    expect(cobot.requests).toMatchObject([
      { method: 'POST', endpoint: 'POST /api/check_ins', body: { token: 'unknown' }, status: 204, at: clock.now() },
      { path: '/api/memberships/nobody', endpoint: 'GET /api/memberships/:id', query: { x: '1' }, status: 404 },
    ]);
  });
});

describe('rate limits', () => {
  it.each([
    ['the membership list', 'GET /api/memberships', 6],
    ['any other endpoint, whatever the id', 'GET /api/memberships/nobody', 60],
  ])('of %s', async (_, endpoint, most) => {
    await open({ limits: {} });
    for (let n = 0; n < most; n += 1) {
      const { status } = await call(endpoint.replace('nobody', `nobody${n}`));
      expect(status).not.toBe(429);
      clock.advance(100);
    }

    const over = await call(endpoint);
    const elsewhere = await call('GET /api/resources');
    const wait = Number(over.headers.get('retry-after'));
    clock.advance(wait * 1000);
    const afterwards = await call(endpoint);

    expect(over).toMatchObject({ status: 429, json: { error: expect.any(String) } });
    expect(wait).toBe(60 - Math.floor((most * 100) / 1000));
    expect(elsewhere.status).toBe(200);
    expect(afterwards.status).not.toBe(429);
  });

  it('can be scaled, and spend nothing of a stranger', async () => {
    await open({ limits: { perEndpoint: 1, windowMs: 2000 } });
    await caller(cobot.url, {})('GET /api/resources');

    const statuses = [await call('GET /api/resources'), await call('GET /api/resources')].map(({ status }) => status);

    expect(statuses).toEqual([200, 429]);
  });
});
