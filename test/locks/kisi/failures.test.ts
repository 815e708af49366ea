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
import { failureOf } from '../../support/nock-guard.ts';
import { rawServer } from '../../support/raw-server.ts';
import { kisi, TOKEN, useWire } from './wire.ts';

const newUser = { email: 'ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' };
const newGrant = { lockUserId: '11', lockId: '21', from: null, until: null, note: 'relay:co-up m1 r' };
const HOUR = 3_600_000;

const calls: [string, string, RegExp, (locks: LockSystem) => Promise<unknown>][] = [
  ['locks', 'GET', /^\/groups\?/, (locks) => locks.locks()],
  ['users', 'GET', /^\/users\?/, (locks) => locks.users()],
  ['user', 'GET', /^\/users\/11/, (locks) => locks.user('11')],
  ['userByEmail', 'GET', /^\/users\?email/, (locks) => locks.userByEmail('ada@example.com')],
  ['grants', 'GET', /^\/role_assignments\?/, (locks) => locks.grants()],
  ['openingsSince', 'POST', /^\/event_sets/, (locks) => locks.openingsSince(Date.now() - HOUR)],
  ['createUser', 'POST', /^\/users/, (locks) => locks.createUser(newUser)],
  ['updateUser', 'PATCH', /^\/users\/11/, (locks) => locks.updateUser('11', { name: 'A' })],
  ['deleteUser', 'GET', /^\/role_assignments\?/, (locks) => locks.deleteUser('11')],
  ['addGrant', 'POST', /^\/role_assignments/, (locks) => locks.addGrant(newGrant)],
  ['moveGrant', 'PATCH', /^\/role_assignments\/1/, (locks) => locks.moveGrant('1', { from: null, until: null })],
  ['removeGrant', 'DELETE', /^\/role_assignments\/1/, (locks) => locks.removeGrant('1')],
];

describe.each(calls)('Kisi failing on %s', (name, method, path, call) => {
  const wire = useWire();
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    wire()
      .intercept(path, method)
      .reply(status, typeof body === 'string' ? body : JSON.stringify(body), {
        'content-type': 'application/json',
        ...headers,
      });

  it.each([401, 402, 403])('says that it may not (%d), in words without the key or an email', async (status) => {
    answer(status, { error: `bad ${TOKEN}`, code: 'x' });

    const error = await failureOf(call(kisi()));

    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(describeError(error)).not.toContain(TOKEN);
    expect(describeError(error)).not.toContain('@');
  });

  it('waits as long as Kisi asks (429), and does not ask again by itself', async () => {
    answer(429, { error: 'slow down', code: 'x' }, { 'retry-after': '7' });
    const stop = new AbortController();

    const error = await failureOf(call(kisi({ signal: stop.signal })));

    stop.abort();
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ retryAfterMs: 7000, effect: 'none' });
  });

  it('takes a refusal that it has no meaning for as one (418)', async () => {
    // A window that cannot be moved for whatever reason is given anew.
    if (name === 'moveGrant') return;
    answer(418, { error: `short, stout and ${TOKEN}`, code: 'x' });

    const error = await failureOf(call(kisi()));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: ['short, stout and [hidden]'] });
  });

  it('does not follow a redirect', async () => {
    answer(302, '', { location: 'https://elsewhere.test/users?token=1' });

    const error = await failureOf(call(kisi()));

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(describeError(error)).toContain('KISI_URL');
  });

  it.each([
    ['broken JSON', '[{"id": 1'],
    ['HTML', '<html>Welcome</html>'],
  ])('takes a 200 with %s for no answer', async (_what, body) => {
    if (method === 'DELETE') return;
    answer(200, body);

    expect(await failureOf(call(kisi()))).toBeInstanceOf(UnexpectedShapeError);
  });

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['another thing', '{"message": "ok"}'],
  ])('takes a 200 with %s for no answer where one is due', async (_what, body) => {
    if (method === 'DELETE' || method === 'PATCH') return;
    answer(200, body);

    expect(await failureOf(call(kisi()))).toBeInstanceOf(UnexpectedShapeError);
  });
});

describe('Kisi, failing for a moment', () => {
  const wire = useWire();

  it.each([
    ['GET', '/users/11', (locks: LockSystem) => locks.user('11')],
    ['PATCH', '/users/11', (locks: LockSystem) => locks.updateUser('11', { name: 'A' })],
    ['DELETE', '/role_assignments/1', (locks: LockSystem) => locks.removeGrant('1')],
  ])('is asked again at once where that is harmless: %s %s', async (method, path, call) => {
    wire().intercept(path, method).reply(500, 'oops').intercept(path, method).reply(503, '<html>busy</html>');
    wire().intercept(path, method).reply(404);

    await call(kisi());
  });

  it.each([
    ['/users', (locks: LockSystem) => locks.createUser(newUser)],
    ['/role_assignments', (locks: LockSystem) => locks.addGrant(newGrant)],
  ])('is never sent a POST %s again', async (path, call) => {
    wire().post(path).reply(500, 'oops');

    expect(await failureOf(call(kisi()))).toMatchObject({ name: 'TransientError', effect: 'unknown' });
  });
});

describe('Kisi, without an answer', () => {
  /** A hundred times faster, so that ten seconds do not take ten seconds. */
  const hasty = { ...systemClock, after: (ms: number, work: () => void) => systemClock.after(ms / 100, work) };

  it('ends a call that hangs, after which it may still land', async () => {
    const { url, seen } = await rawServer(() => undefined);

    const error = await failureOf(kisi({ url, clock: hasty }).addGrant(newGrant));

    expect(error).toMatchObject({ code: 'kisi_timeout', effect: 'later' });
    expect(seen).toHaveLength(1);
  });

  it('ends a list whose body never ends', async () => {
    const { url } = await rawServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[{"id": 1');
    });

    expect(await failureOf(kisi({ url, clock: hasty }).users())).toMatchObject({ code: 'kisi_timeout' });
  });

  it('sends a POST once and a DELETE again where the connection breaks', async () => {
    const { url, seen } = await rawServer((request) => request.socket.destroy());

    const created = await failureOf(kisi({ url }).createUser(newUser));
    const removed = await failureOf(kisi({ url }).removeGrant('1'));

    expect(created).toMatchObject({ effect: 'unknown' });
    expect(removed).toBeInstanceOf(TransientError);
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'DELETE', 'DELETE']);
  });

  it('gives up when the relay stops, and so does whoever waits', async () => {
    const stop = new AbortController();
    const { url } = await rawServer(() => stop.abort());
    const locks = kisi({ url, signal: stop.signal });

    const [first, second] = await Promise.all([failureOf(locks.createUser(newUser)), failureOf(locks.users())]);

    expect(first).toMatchObject({ code: 'kisi_stopped', effect: 'unknown' });
    expect(second).toMatchObject({ code: 'kisi_stopped', effect: 'none' });
  });
});

describe("Kisi's budget", () => {
  it('is used by one call at a time', async () => {
    let open = 0;
    let most = 0;
    const { url } = await rawServer((_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end('{}');
      });
    });
    const locks = kisi({ url });

    await Promise.all(['1', '2', '3', '4', '5', '6'].map((id) => locks.user(id)));

    expect(most).toBe(1);
  });

  it('is five calls in a window, of which one may fail; the sixth waits', async () => {
    const stop = new AbortController();
    const { url, seen } = await rawServer(({ url: path }, response) => {
      response.writeHead(path === '/users/1' ? 401 : 404, { 'content-type': 'application/json' }).end('{}');
    });
    const locks = kisi({ url, windowMs: HOUR, signal: stop.signal });
    const first = Promise.allSettled(['1', '2', '3', '4', '5'].map((id) => locks.user(id)));
    const sixth = failureOf(locks.user('6'));

    const results = await first;
    stop.abort();

    expect(results.map(({ status }) => status)).toEqual(['rejected', ...Array.from({ length: 4 }, () => 'fulfilled')]);
    expect(await sixth).toMatchObject({ code: 'kisi_stopped', effect: 'none' });
    expect(seen).toHaveLength(5);
  });

  it('is one event set in a window, and a second that waits holds nobody up', async () => {
    const stop = new AbortController();
    const { url, seen } = await rawServer((_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    const locks = kisi({ url, windowMs: HOUR, signal: stop.signal });
    const since = Date.now() - HOUR;
    await failureOf(locks.openingsSince(since));

    const second = failureOf(locks.openingsSince(since));
    await locks.user('1');
    stop.abort();

    expect(await second).toMatchObject({ code: 'kisi_stopped', effect: 'none' });
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });
});

describe("Kisi's budget, where it was overdrawn", () => {
  const wire = useWire();

  /** Whoever is told to wait does so until woken. */
  function sleepy() {
    const slept: number[] = [];
    const awake = Promise.withResolvers<void>();
    let now = Date.now();
    const sleep = async (ms: number) => {
      slept.push(ms);
      await awake.promise;
      now += ms;
    };
    return { clock: { ...systemClock, now: () => now, sleep }, slept, wake: awake.resolve };
  }

  it('holds every call back after a 429 on one endpoint', async () => {
    const { clock, slept, wake } = sleepy();
    const locks = kisi({ clock });
    wire().post('/users').reply(429, {}, { 'retry-after': '7' });
    wire().get('/users/11').twice().reply(404);
    await failureOf(locks.createUser(newUser));

    const order: string[] = [];
    const read = locks.user('11').then(() => order.push('read'));
    // Whoever has another key need not wait: by its answer the held one would have its own.
    await kisi().user('11');
    order.push('awake');
    wake();
    await read;

    expect(slept).toEqual([7000]);
    expect(order).toEqual(['awake', 'read']);
  });

  it('holds back event sets alone where only those were too many', async () => {
    const { clock, slept, wake } = sleepy();
    const locks = kisi({ clock });
    wire().post('/event_sets').reply(429, {}, { 'retry-after': '7' });
    wire().get('/users/11').reply(404);
    wire().post('/event_sets').reply(403);
    await failureOf(locks.openingsSince(Date.now() - HOUR));

    const order: string[] = [];
    const openings = failureOf(locks.openingsSince(Date.now() - HOUR)).then(() => order.push('openings'));
    await locks.user('11');
    order.push('user');
    wake();
    await openings;

    expect(slept.filter((ms) => ms > 1)).toEqual([7000]);
    expect(order).toEqual(['user', 'openings']);
  });

  it('tells every call by its endpoint and outcome, without ids', async () => {
    const calls: CallInfo[] = [];
    wire().get('/users/11').reply(404);
    wire().delete('/role_assignments/1').reply(204);
    const locks = kisi({ onCall: (call) => calls.push(call) });

    await locks.user('11');
    await locks.removeGrant('1');

    expect(calls.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`)).toEqual([
      'GET /users/:id 404',
      'DELETE /role_assignments/:id 204',
    ]);
  });
});
