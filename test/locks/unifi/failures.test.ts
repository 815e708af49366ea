import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import {
  describeError,
  RefusedError,
  TransientError,
  UnauthorizedError,
  UnexpectedShapeError,
} from '../../../src/lib/errors.ts';
import type { CallInfo } from '../../../src/lib/http.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { failureOf, guardTheNetwork } from '../../support/nock-guard.ts';
import { ada, dialects, no, ok, own, TOKEN, unifi, wire } from './wire.ts';

const newUser = { email: 'ada@example.com', name: 'Ada L.', externalId: 'relay:co-up:m1' };
const newGrant = { lockUserId: 'u1', lockId: 'p1', from: null, until: null, note: 'relay:co-up m1 r' };

const UNAUTHORIZED = ['CODE_AUTH_FAILED', 'CODE_ACCESS_TOKEN_INVALID', 'CODE_UNAUTHORIZED', 'CODE_OPERATION_FORBIDDEN'];

/** Each with the first call that it makes. */
const calls: [string, string, string, (locks: LockSystem) => Promise<unknown>][] = [
  ['locks', 'GET', '/access_policies', (locks) => locks.locks()],
  ['users', 'GET', '/users', (locks) => locks.users()],
  ['user', 'GET', '/users/u1', (locks) => locks.user('u1')],
  ['userByEmail', 'GET', '/users', (locks) => locks.userByEmail('ada@example.com')],
  ['grants', 'GET', '/users', (locks) => locks.grants()],
  ['grants of one', 'GET', '/users/u1/access_policies', (locks) => locks.grants({ lockUserId: 'u1' })],
  ['openingsSince', 'POST', '/system/logs', (locks) => locks.openingsSince(0)],
  ['createUser', 'GET', '/users', (locks) => locks.createUser(newUser)],
  ['updateUser', 'PUT', '/users/u1', (locks) => locks.updateUser('u1', { name: 'A' })],
  ['deleteUser', 'GET', '/users/u1/access_policies', (locks) => locks.deleteUser('u1')],
  ['addGrant', 'GET', '/users/u1', (locks) => locks.addGrant(newGrant)],
  ['removeGrant', 'GET', '/users/u1/access_policies', (locks) => locks.removeGrant('u1:p1')],
];

guardTheNetwork();

describe.each(calls)('UniFi Access failing on %s', (_name, method, path, call) => {
  const answer = (status: number, body: object | string, headers: Record<string, string> = {}) =>
    wire()
      .intercept(path, method)
      .query(true)
      .reply(status, typeof body === 'string' ? body : JSON.stringify(body), {
        'content-type': 'application/json',
        ...headers,
      });

  it.each(dialects.flatMap((dialect) => UNAUTHORIZED.map((code) => [code, dialect] as const)))(
    'says that it may not (%s as a %s), in words without the token',
    async (code, dialect) => {
      answer(200, no(code, `bad ${TOKEN}`, dialect) as object);

      const error = await failureOf(call(unifi()));

      expect(error).toBeInstanceOf(UnauthorizedError);
      expect(describeError(error)).not.toContain(TOKEN);
    },
  );

  it.each([401, 403])('says that it may not (HTTP %d)', async (status) => {
    answer(status, 'no');

    expect(await failureOf(call(unifi()))).toBeInstanceOf(UnauthorizedError);
  });

  it.each(dialects)('hands on the words of a refusal, without secrets (code as a %s)', async (dialect) => {
    answer(200, no('CODE_OTHERS', `not ${TOKEN} of ada@example.com\u0000`, dialect) as object);

    const error = await failureOf(call(unifi()));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: [expect.stringMatching(/not \[hidden\] of \[email\] ?\(CODE_OTHERS\)$/)] });
  });

  it('takes a refusal with HTTP 400 for one, with or without words', async () => {
    answer(400, no('CODE_PARAMS_INVALID', 'because') as object);
    answer(400, '<html>bad</html>');

    expect(await failureOf(call(unifi()))).toMatchObject({ words: ['because (CODE_PARAMS_INVALID)'] });
    expect(await failureOf(call(unifi()))).toBeInstanceOf(RefusedError);
  });

  it.each(dialects)('does not know what was done where the console fails (code as a %s)', async (dialect) => {
    answer(200, no('CODE_SYSTEM_ERROR', '', dialect) as object);

    const error = await failureOf(call(unifi()));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ effect: 'unknown' });
  });

  it('waits as long as it is asked to (429)', async () => {
    answer(429, 'slow down', { 'retry-after': '7' });
    const stop = new AbortController();

    const error = await failureOf(call(unifi({ signal: stop.signal })));

    stop.abort();
    expect(error).toMatchObject({ name: 'TransientError', retryAfterMs: 7000, effect: 'none' });
  });

  it.each([
    ['broken JSON', '{"code": "SUCC'],
    ['HTML', '<html>Welcome</html>'],
    ['nothing', ''],
    ['no code', { data: [] }],
  ])('takes a 200 with %s for no answer', async (_what, body) => {
    answer(200, body);

    expect(await failureOf(call(unifi()))).toBeInstanceOf(UnexpectedShapeError);
  });

  it('does not follow a redirect', async () => {
    answer(302, '', { location: 'https://elsewhere.test/?token=1' });

    expect(await failureOf(call(unifi()))).toBeInstanceOf(UnexpectedShapeError);
  });
});

describe('UniFi Access, failing for a moment', () => {
  it.each([
    ['GET', '/users/u1', (locks: LockSystem) => locks.user('u1')],
    ['PUT', '/users/u1', (locks: LockSystem) => locks.updateUser('u1', { name: 'A' })],
    ['POST', '/system/logs', (locks: LockSystem) => locks.openingsSince(0)],
  ])('is asked again at once where that is harmless: %s %s', async (method, path, call) => {
    wire().intercept(path, method).query(true).reply(500, 'oops');
    wire()
      .intercept(path, method)
      .query(true)
      .reply(200, path === '/system/logs' ? ok({ hits: [] }, 0) : ok(ada));

    await call(unifi());
  });

  it('is never sent a new user, or a set of policies, again', async () => {
    wire().get('/users').query(true).reply(200, ok([], 0)).post('/users').reply(500, 'oops');
    own('u1', 'p1');
    wire().put('/users/u1/access_policies').reply(503, 'oops');

    expect(await failureOf(unifi().createUser(newUser))).toMatchObject({ effect: 'unknown' });
    expect(await failureOf(unifi().removeGrant('u1:p1'))).toMatchObject({ effect: 'unknown' });
  });

  it('holds every call back after a 429 on one endpoint', async () => {
    const slept: number[] = [];
    const awake = Promise.withResolvers<void>();
    let now = Date.now();
    const clock = {
      ...systemClock,
      now: () => now,
      sleep: async (ms: number) => {
        slept.push(ms);
        await awake.promise;
        now += ms;
      },
    };
    const locks = unifi({ clock });
    wire().get('/users/u1').reply(429, '', { 'retry-after': '7' });
    await failureOf(locks.user('u1'));
    own('u1');
    own('u1');

    const order: string[] = [];
    const held = locks.grants({ lockUserId: 'u1' }).then(() => order.push('held'));
    await unifi().grants({ lockUserId: 'u1' });
    order.push('awake');
    awake.resolve();
    await held;

    expect(slept).toEqual([7000]);
    expect(order).toEqual(['awake', 'held']);
  });

  it('tells every call by its endpoint and outcome, without ids', async () => {
    const seen: CallInfo[] = [];
    own('u1', 'p1');
    wire().put('/users/u1/access_policies').reply(200, ok());

    await unifi({ onCall: (info) => seen.push(info) }).removeGrant('u1:p1');

    expect(seen.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`)).toEqual([
      'GET /users/:id/access_policies 200',
      'PUT /users/:id/access_policies 200',
    ]);
  });
});

it('a pinned certificate needs an address with https', () => {
  expect(() => unifi({ url: 'http://console.test', certificate: 'AB:CD' })).toThrow('UNIFI_URL');
});
