import { describe, expect, it } from 'vitest';
import {
  describeError,
  RefusedError,
  TransientError,
  UnauthorizedError,
  UnexpectedShapeError,
} from '../../../src/lib/errors.ts';
import type { LockSystem } from '../../../src/locks/lock-system.ts';
import { seam, TOKEN, thrownBy, useWire } from './wire.ts';

const PIN = '471100';
const newGrant = { lockUserId: 'u1', lockId: 'l1', from: null, until: null, note: 'relay:co-up m1 r' };
const newUser = { email: 'ada@example.com', name: 'Ada', externalId: 'relay:co-up:m1' };
const lineage = 'relay:co-up:u1:0123456789ab';

/** Each with the first call that it makes. */
const calls: [string, string, (locks: LockSystem) => Promise<unknown>][] = [
  ['locks', '/acs/entrances/list', (locks) => locks.locks()],
  ['users', '/user_identities/list', (locks) => locks.users()],
  ['user', '/user_identities/get', (locks) => locks.user('u1')],
  ['userByEmail', '/user_identities/list', (locks) => locks.userByEmail('ada@example.com')],
  ['grants', '/acs/entrances/list', (locks) => locks.grants()],
  ['grants of one', '/access_grants/list', (locks) => locks.grants({ lockUserId: 'u1' })],
  ['createUser', '/user_identities/create', (locks) => locks.createUser(newUser)],
  ['updateUser', '/user_identities/update', (locks) => locks.updateUser('u1', { name: 'A' })],
  ['updateUser, the mark', '/user_identities/update', (locks) => locks.updateUser('u1', { externalId: 'x' })],
  ['deleteUser', '/access_grants/list', (locks) => locks.deleteUser('u1')],
  ['addGrant', '/acs/entrances/list', (locks) => locks.addGrant(newGrant)],
  ['moveGrant', '/access_grants/list', (locks) => locks.moveGrant(`${lineage}/e1`, { from: null, until: null })],
  ['moveGrant, a code', '/access_codes/get', (locks) => locks.moveGrant('code:c1', { from: null, until: null })],
  ['removeGrant', '/access_grants/list', (locks) => locks.removeGrant(`${lineage}/e1`)],
  ['removeGrant by others', '/access_grants/get', (locks) => locks.removeGrant('g1/e1')],
  ['removeGrant, a code', '/access_codes/get', (locks) => locks.removeGrant('code:c1')],
  ['openingsSince', '/events/list', (locks) => locks.openingsSince(0)],
  ['holderOf', '/access_codes/get', (locks) => locks.holderOf('code:c1')],
  ['codesOf', '/acs/entrances/list', (locks) => locks.codesOf('u1')],
];

describe.each(calls)('Seam failing on %s', (_name, path, call) => {
  const on = useWire();
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    on(path).reply(status, text, { 'content-type': 'application/json', ...headers });
    if (path === '/acs/entrances/list') on('/devices/list').optionally().reply(200, { devices: [] });
  };

  it.each([401, 403])('says that it may not (%d), in words without the key or an email', async (status) => {
    answer(status, { error: { type: 'unauthorized', message: `bad ${TOKEN}` } });

    const error = await thrownBy(call(seam()));

    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(describeError(error)).not.toContain(TOKEN);
    expect(describeError(error)).not.toContain('@');
  });

  it('waits as long as Seam asks (429)', async () => {
    answer(429, { error: { type: 'rate_limit_exceeded', message: 'slow down' } }, { 'retry-after': '7' });
    const stop = new AbortController();

    const error = await thrownBy(call(seam({ signal: stop.signal })));

    stop.abort();
    expect(error).toMatchObject({ name: 'TransientError', retryAfterMs: 7000, effect: 'none' });
  });

  it('takes a refusal that it has no meaning for as one (418), without a code or the key in its words', async () => {
    answer(418, { error: { type: 'teapot', message: `short and stout: ${PIN} of ${TOKEN}` } });

    const error = await thrownBy(call(seam()));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ words: ['short and stout: [hidden] of [hidden]'] });
    expect(describeError(error)).not.toContain(PIN);
  });

  it.each([
    ['a redirect', 302, ''],
    ['a 404 of somebody in between', 404, '<html>not here</html>'],
    ['a 404 without words', 404, '404'],
    ['broken JSON', 200, '{"ok": tr'],
    ['HTML', 200, '<html>Welcome</html>'],
  ])('takes %s for no answer', async (_what, status, body) => {
    answer(status, body, status === 302 ? { location: 'https://elsewhere.test/' } : {});

    expect(await thrownBy(call(seam()))).toSatisfy(
      (error) => error instanceof UnexpectedShapeError || (status === 404 && error instanceof RefusedError),
    );
  });
});

describe('Seam, failing for a moment', () => {
  const on = useWire();

  it.each(calls.filter(([name]) => !/^(createUser|addGrant)$/.test(name)))(
    'is asked again at once where that is harmless: %s',
    async (_name, path, call) => {
      on(path).reply(500, 'oops');
      on(path).reply(503, '<html>busy</html>');
      on(path).reply(401, '{}');
      if (path === '/acs/entrances/list') on('/devices/list').optionally().reply(200, { devices: [] });

      expect(await thrownBy(call(seam()))).toBeInstanceOf(UnauthorizedError);
    },
  );

  it('is never sent a creation again', async () => {
    on('/user_identities/create').reply(500, 'oops');

    const error = await thrownBy(seam().createUser(newUser));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ effect: 'unknown' });
  });
});
