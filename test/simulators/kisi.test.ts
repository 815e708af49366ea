// Own simulator: Kisi's callers, users and groups, and what its documents leave open, both ways.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KisiOptions } from '../../src/simulators/kisi/kisi.ts';
import { type Called, caller } from './calls.ts';
import { assigning, type OpenKisi, openKisi } from './open-kisi.ts';

let world: OpenKisi;

async function open(options: Partial<KisiOptions> = {}): Promise<OpenKisi> {
  await world?.kisi.close();
  world = await openKisi(options);
  return world;
}

beforeEach(() => open());
afterEach(() => world.kisi.close());

const field = (answer: Called, name: string): unknown => new Map(Object.entries(answer.json ?? {})).get(name);
const range = (answer: Called): string | null => answer.headers.get('x-collection-range');

describe('a caller', () => {
  it.each([
    ['without a key', { accept: 'application/json' }, 401],
    ['with a bearer of it', { accept: 'application/json', authorization: 'Bearer key' }, 401],
    ['who takes anything', { authorization: 'KISI-LOGIN key' }, 406],
    ['with key and JSON', { accept: 'application/json', authorization: 'KISI-LOGIN key' }, 200],
  ])('%s is answered %s', async (_, headers, status) => {
    const { kisi } = await open({ token: 'key' });

    const answer = await caller(kisi.url, headers)('GET /users');

    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.json).toEqual({ error: expect.any(String), code: expect.any(String) });
  });

  it('has to send JSON, wrapped in its name', async () => {
    const { call, kisi } = world;

    expect((await call('POST /users', new URLSearchParams({ email: 'ada@example.com' }))).status).toBe(415);
    expect((await call('POST /users', { email: 'ada@example.com' })).status).toBe(400);
    expect((await call('POST /nothing', {})).status).toBe(404);
    expect(kisi.people()).toEqual([]);
  });

  it('has five requests in any second, whatever they ask for, and is not told how long to wait', async () => {
    const { call, clock } = await open({ limits: {} });
    for (const path of ['/users', '/locks', '/groups', '/role_assignments']) await call(`GET ${path}`);
    clock.advance(999);
    const fifth = await call('GET /users');
    const sixth = await call('GET /integrations');
    clock.advance(1);
    const later = await call('GET /integrations');

    expect([fifth.status, sixth.status, later.status]).toEqual([200, 429, 200]);
    expect(sixth.json).toEqual({ error: expect.any(String), code: expect.any(String) });
    expect(sixth.headers.get('retry-after')).toBeNull();
  });

  it('may make one event set a second, which counts among the five', async () => {
    const { call, clock } = await open({ limits: {} });
    const statuses: number[] = [];
    const ask = async (methodAndPath: string, body?: unknown) =>
      statuses.push((await call(methodAndPath, body)).status);

    await ask('POST /event_sets', { event_set: {} });
    await ask('POST /event_sets', { event_set: {} });
    for (let n = 0; n < 5; n += 1) await ask('GET /users');
    clock.advance(1000);
    for (let n = 0; n < 5; n += 1) await ask('GET /users');
    await ask('POST /event_sets', { event_set: {} });

    expect(statuses).toEqual([200, 429, 200, 200, 200, 200, 429, 200, 200, 200, 200, 200, 429]);
  });

  it('may never learn that a write was done', async () => {
    const { call, kisi } = world;
    kisi.sabotage('POST /users', { kind: 'reset', when: 'after' }, { times: 1 });

    await expect(call('POST /users', { user: { email: 'ada@example.com' } })).rejects.toThrow();

    expect(kisi.people()).toMatchObject([{ email: 'ada@example.com' }]);
  });
});

describe('users', () => {
  it('are made, changed in what may change, and removed with their assignments', async () => {
    const { call, kisi, front } = world;

    const made = await call('POST /users', {
      user: { email: 'Ada@example.com', name: 'Ada', metadata: { cobot_access_relay: 'mine' }, send_emails: false },
    });
    const id = String(field(made, 'id'));
    kisi.addByHand({ lockUserId: id, lockId: front.id });
    const patched = await call(`PATCH /users/${id}`, { user: { name: 'Countess', email: 'new@example.com' } });

    expect([made.status, patched.status, patched.text]).toEqual([200, 204, '']);
    expect(kisi.people()).toEqual([{ id, email: 'Ada@example.com', name: 'Countess', externalId: 'mine' }]);
    expect((await call(`DELETE /users/${id}`)).status).toBe(204);
    expect((await call(`DELETE /users/${id}`)).status).toBe(404);
    expect([kisi.people(), kisi.grants()]).toEqual([[], []]);
  });

  it.each([
    ['no email', { name: 'Ada' }, 'email'],
    ['an email that is none', { email: 'ada' }, 'email'],
    ['metadata that nests', { email: 'ada@example.com', metadata: { a: { b: 1 } } }, 'metadata'],
    ['a value above 500 characters', { email: 'ada@example.com', metadata: { a: 'x'.repeat(501) } }, 'metadata'],
    ['a key above 50 characters', { email: 'ada@example.com', metadata: { ['x'.repeat(51)]: 1 } }, 'metadata'],
    [
      'more than 50 keys',
      { email: 'ada@example.com', metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, n])) },
      'metadata',
    ],
  ])('with %s are refused, field by field', async (_, user, name) => {
    const answer = await world.call('POST /users', { user });

    expect(answer).toMatchObject({ status: 422, json: { errors: { [name]: [expect.any(String)] } } });
    expect(world.kisi.people()).toEqual([]);
  });

  it.each([
    ['422', { errors: { email: ['has already been taken'] } }],
    ['409', { error: expect.any(String), code: expect.any(String) }],
  ] as const)('with a taken email in another case may be refused with %s', async (emailTaken, json) => {
    const { call, kisi } = await open({ switches: { emailTaken } });
    kisi.addPerson({ email: 'ada@example.com' });

    const answer = await call('POST /users', { user: { email: 'ADA@example.com' } });

    expect(answer).toMatchObject({ status: Number(emailTaken), json });
    expect(kisi.people()).toHaveLength(1);
  });

  it.each([
    ['merges', { mine: 1, theirs: 2, cobot_access_relay: 'new' }],
    ['replaces', { mine: 1, cobot_access_relay: 'new' }],
  ] as const)('keep other metadata where a patch %s', async (metadataPatch, metadata) => {
    const { call, kisi } = await open({ switches: { metadataPatch } });
    const id = kisi.addPerson({ email: 'ada@example.com', mark: 'old' });
    Object.assign(kisi.users.get(Number(id))?.metadata ?? {}, { theirs: 2 });

    await call(`PATCH /users/${id}`, { user: { metadata: { mine: 1, cobot_access_relay: 'new' } } });

    expect(kisi.users.get(Number(id))?.metadata).toEqual(metadata);
    expect(kisi.people()).toMatchObject([{ externalId: 'new' }]);
  });

  it.each([
    ['any case', 1],
    ['exact', 0],
  ] as const)('are found by the whole email, in %s', async (emailFilter, found) => {
    const { call, kisi } = await open({ switches: { emailFilter } });
    kisi.addPerson({ email: "Ada.o'Door+lab@example.com" });
    const at = (email: string) => call(`GET /users?email=${encodeURIComponent(email)}`);

    expect((await at("Ada.o'Door+lab@example.com")).json).toHaveLength(1);
    expect((await at("ada.o'door+lab@example.com")).json).toHaveLength(found);
    expect((await at('Ada')).json).toEqual([]);
    expect((await call('GET /users?ids=1,2')).json).toEqual([]);
  });

  it('come in pages of 50, at most 100, with the range that was asked for', async () => {
    const { call, kisi } = world;
    for (let n = 0; n < 60; n += 1) kisi.addPerson({ email: `u${n}@example.com` });

    const [first, second] = [await call('GET /users'), await call('GET /users?offset=50&limit=100')];

    expect([first.json, second.json]).toMatchObject([{ length: 50 }, { length: 10 }]);
    expect([range(first), range(second)]).toEqual(['0-49/60', '50-149/60']);
    for (const query of ['limit=101', 'limit=0', 'limit=x', 'offset=20001', 'offset=-1'])
      expect((await call(`GET /users?${query}`)).status).toBe(400);
  });

  it.each([
    ['*/0', '*/0'],
    ['none', null],
  ] as const)('have the range "%s" where there are none', async (emptyRange, expected) => {
    const { call } = await open({ switches: { emptyRange } });

    expect(range(await call('GET /users'))).toBe(expected);
    expect(range(await call('GET /groups'))).toBe('0-9/2');
  });

  it('get mail unless it is declined', async () => {
    const { call, kisi, front } = world;
    const quiet = await call('POST /users', { user: { email: 'quiet@example.com', send_emails: false } });
    const loud = await call('POST /users', { user: { email: 'loud@example.com' } });

    await call('POST /role_assignments', assigning(String(field(quiet, 'id')), front.id));
    await call('POST /role_assignments', assigning(String(field(loud, 'id')), front.id));

    expect(kisi.mails).toEqual([
      { to: 'loud@example.com', about: 'invitation' },
      { to: 'loud@example.com', about: 'access to Front door' },
    ]);
  });
});

describe('groups', () => {
  it('are those of a place, if asked, and name their doors', async () => {
    const { call, kisi, front } = world;
    const [door] = kisi.locks.values();
    const elsewhere = kisi.addGroup('Elsewhere', door ? [door] : [], { id: 5, name: 'Other house' });

    expect((await call('GET /groups?place_id=5')).json).toMatchObject([{ id: elsewhere.id, locks_count: 1 }]);
    expect((await call(`GET /groups/${front.id}`)).json).toMatchObject({ name: 'Front door' });
    expect((await call('GET /group_locks')).status).toBe(400);
    expect((await call(`GET /group_locks?group_id=${elsewhere.id}`)).json).toMatchObject([{ lock_id: door?.id }]);
  });

  it('get and lose doors', async () => {
    const { call, kisi, front, studio } = world;
    const [, door] = kisi.locks.values();
    const body = { group_id: Number(front.id), lock_id: door?.id };

    const added = await call('POST /group_locks', { group_lock: body });
    const ada = kisi.addPerson({ email: 'ada@example.com' });
    kisi.addByHand({ lockUserId: ada, lockId: front.id });

    expect(added.json).toMatchObject({ ...body, lock: { name: 'Studio' } });
    await kisi.openLock(ada, studio.id);
    expect((await call(`DELETE /group_locks/${field(added, 'id')}`)).status).toBe(204);
    await expect(kisi.openLock(ada, studio.id)).rejects.toThrow('cannot open');
    expect((await call('POST /group_locks', { group_lock: { ...body, lock_id: 1 } })).status).toBe(422);
  });
});

describe('the relay', () => {
  it('is started with its address and key, and with the secret where there is one', async () => {
    expect(world.kisi.env()).toEqual({
      LOCK_SYSTEM: 'kisi',
      KISI_URL: world.kisi.url,
      KISI_API_KEY: world.kisi.token,
    });

    const { kisi } = await open({ secret: 'sesame' });

    expect(kisi.env()).toMatchObject({ KISI_WEBHOOK_SECRET: 'sesame' });
  });
});
