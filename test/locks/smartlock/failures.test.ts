import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
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
import { smartLock, TOKEN, thrownBy, useWire } from './wire.ts';

const newUser = { email: 'ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' };
const newGrant = { lockUserId: 'usr_1', lockId: 'l1', from: null, until: null, note: 'relay:co-up m1 r' };

const calls: [string, string, RegExp, (locks: LockSystem) => Promise<unknown>][] = [
  ['locks', 'GET', /^\/locks/, (locks) => locks.locks()],
  ['users', 'GET', /^\/users\?/, (locks) => locks.users()],
  ['user', 'GET', /^\/users\/usr_1/, (locks) => locks.user('usr_1')],
  ['userByEmail', 'GET', /^\/users\?email/, (locks) => locks.userByEmail('ada@example.com')],
  ['grants', 'GET', /^\/access/, (locks) => locks.grants()],
  ['openingsSince', 'GET', /^\/events/, (locks) => locks.openingsSince(0)],
  ['createUser', 'POST', /^\/users/, (locks) => locks.createUser(newUser)],
  ['updateUser', 'PATCH', /^\/users\/usr_1/, (locks) => locks.updateUser('usr_1', { name: 'A' })],
  ['deleteUser', 'DELETE', /^\/users\/usr_1/, (locks) => locks.deleteUser('usr_1')],
  ['addGrant', 'POST', /^\/access/, (locks) => locks.addGrant(newGrant)],
  ['removeGrant', 'DELETE', /^\/access\/a1/, (locks) => locks.removeGrant('a1')],
];

describe.each(calls)('SmartLock failing on %s', (_name, method, path, call) => {
  const wire = useWire();
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    wire()
      .intercept(path, method)
      .reply(status, typeof body === 'string' ? body : JSON.stringify(body), {
        'content-type': 'application/json',
        ...headers,
      });

  it.each([401, 402, 403])('says that it may not (%d), in words without the token or an email', async (status) => {
    answer(status, { error: { code: 'unauthorized', message: `bad ${TOKEN}` } });

    const error = await thrownBy(call(smartLock()));

    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(describeError(error)).not.toContain(TOKEN);
    expect(describeError(error)).not.toContain('@');
  });

  it('waits as long as SmartLock asks (429), and does not ask again by itself', async () => {
    answer(429, { error: { code: 'rate_limited', message: 'slow down' } }, { 'retry-after': '7' });
    const stop = new AbortController();

    const error = await thrownBy(call(smartLock({ signal: stop.signal })));

    stop.abort();
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ retryAfterMs: 7000, effect: 'none' });
  });

  it('takes a refusal that it has no meaning for as one (418)', async () => {
    answer(418, { error: { code: 'teapot', message: 'short and stout' } });

    const error = await thrownBy(call(smartLock()));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: ['short and stout'] });
  });

  it('does not follow a redirect', async () => {
    answer(302, '', { location: 'https://elsewhere.test/users?token=1' });

    const error = await thrownBy(call(smartLock()));

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(describeError(error)).toContain('SMARTLOCK_URL');
  });

  it.each([
    ['broken JSON', '{"users": [{"id": "us'],
    ['HTML', '<html>Welcome</html>'],
  ])('takes a 200 or 201 with %s for no answer', async (_what, body) => {
    if (method === 'DELETE') return;
    answer(method === 'POST' ? 201 : 200, body);

    expect(await thrownBy(call(smartLock()))).toBeInstanceOf(UnexpectedShapeError);
  });
});

describe('SmartLock, failing for a moment', () => {
  const wire = useWire();

  it.each([
    ['GET', '/users/usr_1', (locks: LockSystem) => locks.user('usr_1')],
    ['PATCH', '/users/usr_1', (locks: LockSystem) => locks.updateUser('usr_1', { name: 'A' })],
    ['DELETE', '/access/a1', (locks: LockSystem) => locks.removeGrant('a1')],
  ])('is asked again at once where that is harmless: %s %s', async (method, path, call) => {
    wire().intercept(path, method).reply(500, 'oops').intercept(path, method).reply(503, '<html>busy</html>');
    wire().intercept(path, method).reply(404);

    await call(smartLock());
  });

  it.each([
    ['/users', (locks: LockSystem) => locks.createUser(newUser)],
    ['/access', (locks: LockSystem) => locks.addGrant(newGrant)],
  ])('is never sent a POST %s again', async (path, call) => {
    wire().post(path).reply(500, 'oops');

    expect(await thrownBy(call(smartLock()))).toMatchObject({ name: 'TransientError', effect: 'unknown' });
  });
});

describe('SmartLock, one budget', () => {
  const wire = useWire();

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
    const locks = smartLock({ clock });
    wire().post('/users').reply(429, {}, { 'retry-after': '7' });
    wire().get('/locks').twice().reply(200, { locks: [] });
    await thrownBy(locks.createUser(newUser));

    const order: string[] = [];
    const read = locks.locks().then(() => order.push('read'));
    // Whoever has another token need not wait: by its answer the held one would have its own.
    await smartLock().locks();
    order.push('awake');
    awake.resolve();
    await read;

    expect(slept).toEqual([7000]);
    expect(order).toEqual(['awake', 'read']);
  });

  it('tells every call by its endpoint and outcome, without ids', async () => {
    const calls: CallInfo[] = [];
    wire().get('/users/usr_1').reply(404);
    wire().get('/locks').reply(200, { locks: [] });
    const locks = smartLock({ onCall: (call) => calls.push(call) });

    await locks.user('usr_1');
    await locks.locks();

    expect(calls.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`)).toEqual([
      'GET /users/:id 404',
      'GET /locks 200',
    ]);
  });
});

describe('SmartLock, without an answer', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A hundred times faster, so that ten seconds do not take ten seconds. */
  const hasty = { ...systemClock, after: (ms: number, work: () => void) => systemClock.after(ms / 100, work) };

  async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  it('ends a call that hangs, after which it may still land', async () => {
    let requests = 0;
    const url = await serve(() => {
      requests += 1;
    });

    const error = await thrownBy(smartLock({ url, clock: hasty }).addGrant(newGrant));

    expect(error).toMatchObject({ code: 'smartlock_timeout', effect: 'later' });
    expect(requests).toBe(1);
  });

  it('ends a list whose body never ends', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"users": [');
    });

    expect(await thrownBy(smartLock({ url, clock: hasty }).users())).toMatchObject({ code: 'smartlock_timeout' });
  });

  it('sends a POST once and a DELETE again where the connection breaks', async () => {
    const seen: string[] = [];
    const url = await serve((request) => {
      seen.push(request.method ?? '');
      request.socket.destroy();
    });

    const created = await thrownBy(smartLock({ url }).createUser(newUser));
    const removed = await thrownBy(smartLock({ url }).removeGrant('a1'));

    expect(created).toMatchObject({ effect: 'unknown' });
    expect(removed).toBeInstanceOf(TransientError);
    expect(seen).toEqual(['POST', 'DELETE', 'DELETE', 'DELETE']);
  });

  it.each([
    ['empty', [], 10],
    ['full', [{ id: 'u1', email: 'ada@example.com' }], 5000],
  ])('ends a list whose pages never end, and are %s', { timeout: 60_000 }, async (_what, users, most) => {
    let page = 0;
    const url = await serve((_request, response) => {
      page += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ users, next_cursor: `c${page}` }));
    });

    expect(await thrownBy(smartLock({ url, callsPerMinute: 100_000 }).users())).toBeInstanceOf(UnexpectedShapeError);
    expect(page).toBe(most);
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const url = await serve(() => undefined);
    servers[0]?.close();

    expect(await thrownBy(smartLock({ url }).createUser(newUser))).toMatchObject({ effect: 'none' });
  });

  it('gives up when the relay stops', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());

    expect(await thrownBy(smartLock({ url, signal: stop.signal }).createUser(newUser))).toMatchObject({
      code: 'smartlock_stopped',
      effect: 'unknown',
    });
  });
});
