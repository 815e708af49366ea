import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../src/simulators/chance.ts';
import type { SmartLockLock } from '../../src/simulators/smartlock/account.ts';
import {
  type SmartLockOptions,
  type SmartLockSimulator,
  startSmartLockSimulator,
} from '../../src/simulators/smartlock/smartlock.ts';
import { type Called, caller, startReceiver } from './calls.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const HOUR = 60 * 60_000;

let clock: VirtualClock;
let smartlock: SmartLockSimulator;
let call: (methodAndPath: string, body?: unknown) => Promise<Called>;
let door: SmartLockLock;

async function open(options: Partial<SmartLockOptions> = {}): Promise<void> {
  await smartlock?.close();
  clock = createVirtualClock('2026-11-30T08:00:00Z');
  smartlock = await startSmartLockSimulator({ clock, random: seededRandom(7), ...options });
  call = caller(smartlock.url, { 'x-api-token': smartlock.token });
  const [first] = smartlock.addLocks('Front door', 'Studio');
  if (first) door = first;
}

beforeEach(() => open());
afterEach(async () => {
  vi.useRealTimers();
  await smartlock.close();
});

const field = (answer: Called, name: string): unknown => new Map(Object.entries(answer.json ?? {})).get(name);

describe('users', () => {
  it('are registered, found without case, changed and removed with all of their access', async () => {
    const made = await call('POST /users', { email: 'Ada@example.com', name: 'Ada', external_id: 'mine' });
    const id = String(field(made, 'id'));
    await call('POST /access', { user_id: id, lock_id: door.id });

    expect(made.status).toBe(201);
    expect((await call('GET /users?email=ada@EXAMPLE.com')).json).toMatchObject({ users: [{ id }], next_cursor: null });
    expect((await call('GET /users?email=ada')).json).toMatchObject({ users: [] });
    expect((await call('GET /users?external_id=mine')).json).toMatchObject({ users: [{ id }] });
    expect((await call(`PATCH /users/${id}`, { name: null, email: 'ada@example.org' })).json).toEqual({
      id,
      email: 'ada@example.org',
      name: null,
      external_id: 'mine',
      created_at: '2026-11-30T08:00:00Z',
    });
    expect((await call(`DELETE /users/${id}`)).status).toBe(204);
    expect((await call(`DELETE /users/${id}`)).status).toBe(404);
    expect(smartlock.access.size).toBe(0);
  });

  it.each([
    ['a taken email in another case', 'POST /users', { email: 'BEN@example.com' }, 409],
    ['no email', 'POST /users', { name: 'Ada' }, 422],
    ['no email at all in it', 'POST /users', { email: 'ada' }, 422],
    ['an email that another has', 'PATCH /users/ada', { email: 'ben@example.com' }, 409],
    ["one's own email", 'PATCH /users/ada', { email: 'ADA@example.com' }, 200],
    ['nobody', 'PATCH /users/nobody', {}, 404],
    ['nobody', 'GET /users/nobody', undefined, 404],
    ['no such call', 'GET /nothing', undefined, 404],
  ])('answer to %s: %s', async (_, methodAndPath, body, status) => {
    smartlock.addUser({ id: 'ada', email: 'ada@example.com' });
    smartlock.addUser({ id: 'ben', email: 'ben@example.com' });

    const answer = await call(methodAndPath, body);

    expect(answer.status).toBe(status);
    if (status === 409) {
      expect(answer.json).toMatchObject({ error: { code: 'email_taken', existing_user_id: 'ben' } });
    }
  });

  it('come in pages, oldest first, none twice and none left out though others are removed meanwhile', async () => {
    const users = Array.from({ length: 150 }, (_, n) => smartlock.addUser({ email: `u${n}@example.com` }));
    const ids = (answer: Called) => (field(answer, 'users') as { id: string }[]).map(({ id }) => id);

    const first = await call('GET /users');
    const tenth = users[9];
    const last = users[99];
    if (tenth) smartlock.removeUser(tenth);
    if (last) smartlock.removeUser(last);
    const second = await call(`GET /users?cursor=${field(first, 'next_cursor')}`);

    expect(ids(first)).toHaveLength(100);
    expect(field(second, 'next_cursor')).toBeNull();
    expect([...ids(first), ...ids(second)]).toEqual(users.map(({ id }) => id));
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=bm9wZQ'])('refuse %s', async (query) => {
    expect((await call(`GET /users?${query}`)).status).toBe(422);
  });
});

describe('access', () => {
  it('is given within a window, listed by user and lock, and taken back', async () => {
    const ada = smartlock.addUser({ email: 'ada@example.com' });
    const window = { from: '2026-11-30T09:00:00+01:00', until: '2026-11-30T10:00:00Z' };

    const given = await call('POST /access', { user_id: ada.id, lock_id: door.id, ...window, note: 'relay' });
    const id = String(field(given, 'id'));
    const mayOpen = [-1, 0, 2 * HOUR - 1, 2 * HOUR].map((ms) =>
      smartlock.can(ada.email, 'Front door', clock.now() + ms),
    );

    expect(given).toMatchObject({
      status: 201,
      json: { from: '2026-11-30T08:00:00Z', until: window.until, note: 'relay' },
    });
    expect(mayOpen).toEqual([false, true, true, false]);
    expect([smartlock.opens(ada.email), smartlock.canEver(ada.email, 'Studio')]).toEqual([['Front door'], false]);
    expect((await call(`GET /access?user_id=${ada.id}&lock_id=${door.id}`)).json).toMatchObject({ access: [{ id }] });
    expect((await call('GET /access?user_id=nobody')).json).toMatchObject({ access: [] });
    expect((await call(`DELETE /access/${id}`)).status).toBe(204);
    expect((await call(`DELETE /access/${id}`)).status).toBe(404);
    expect(smartlock.can(ada.email, 'Front door')).toBe(false);
  });

  it.each([
    ['no user', { user_id: 'nobody' }, 404],
    ['no lock', { lock_id: 'nothing' }, 404],
    ['a lock left out', { lock_id: undefined }, 422],
    ['an end at its start', { from: '2026-11-30T09:00:00Z', until: '2026-11-30T09:00:00Z' }, 422],
    ['a time without an offset', { from: '2026-11-30T09:00:00' }, 422],
    ['a time that is none', { until: 'soon' }, 422],
    ['a fraction of a second', { from: '2026-11-30T09:00:00.5Z' }, 422],
    ['a note above 200 characters', { note: 'x'.repeat(201) }, 422],
    ['times of null', { from: null, until: null }, 201],
  ])('is judged with %s', async (_, more, status) => {
    const ada = smartlock.addUser({ email: 'ada@example.com' });

    const answer = await call('POST /access', { user_id: ada.id, lock_id: door.id, ...more });

    expect(answer.status).toBe(status);
    expect(smartlock.access.size).toBe(status === 201 ? 1 : 0);
  });

  it('may cut fractions and notes', async () => {
    await open({ switches: { fractions: 'cut', longNotes: 'cut' } });
    const ada = smartlock.addUser({ email: 'ada@example.com' });
    const body = { user_id: ada.id, lock_id: door.id, until: '2026-11-30T09:00:00.9Z', note: 'x'.repeat(300) };

    expect((await call('POST /access', body)).json).toMatchObject({
      until: '2026-11-30T09:00:00Z',
      note: 'x'.repeat(200),
    });
  });

  it('cannot be asked of a lock that there is not', () => {
    expect(() => smartlock.can('ada@example.com', 'Fornt door')).toThrow('There is no lock');
  });
});

describe('the token and its limit', () => {
  it('is asked for, and allows 600 requests a minute', async () => {
    expect((await caller(smartlock.url, {})('GET /locks')).json).toMatchObject({ error: { code: 'unauthorized' } });
    for (let n = 0; n < 600; n += 1) await call(n % 2 === 0 ? 'GET /locks' : 'GET /users');

    const over = await call('GET /locks');
    clock.advance(60_000);

    expect(over).toMatchObject({ status: 429, json: { error: { code: 'rate_limited' } } });
    expect(over.headers.get('retry-after')).toBe('60');
    expect((await call('GET /locks')).json).toMatchObject({ locks: [{ name: 'Front door' }, { name: 'Studio' }] });
  });
});

describe('openings', () => {
  const secret = `whsec_${Buffer.from('a secret of some length').toString('base64')}`;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;

  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  function addAda() {
    const ada = smartlock.addUser({ email: 'ada@example.com' });
    smartlock.addAccess({ user: ada, lock: door });
    return ada;
  }

  it.each([
    [
      'form',
      'application/x-www-form-urlencoded',
      (text: string) => JSON.parse(new URLSearchParams(text).get('event') ?? ''),
    ],
    ['json', 'application/json', (text: string) => JSON.parse(text).event],
    ['text in json', 'application/json', (text: string) => JSON.parse(JSON.parse(text).event)],
  ] as const)('are told in the spelling "%s"', async (spelling, type, read) => {
    await open({ callbackUrl: `${receiver.url}/lock_open?key=k` });
    const ada = addAda();

    const { event, delivery } = await smartlock.openLock(ada, door, { spelling });

    expect(delivery?.state).toBe('delivered');
    expect(receiver.received[0]).toMatchObject({ path: '/lock_open?key=k', headers: { 'content-type': type } });
    expect(receiver.received[0]?.headers['webhook-id']).toBeUndefined();
    expect(read(receiver.received[0]?.text ?? '')).toEqual({
      id: event.id,
      type: 'lock.opened',
      occurred_at: '2026-11-30T08:00:00Z',
      user: { id: ada.id, email: ada.email },
      lock: { id: door.id, name: 'Front door' },
    });
  });

  it('are signed afresh at every try, under the same id', async () => {
    await open({ secret });
    vi.setSystemTime(clock.now());
    const deliverTo = `${receiver.url}/lock_open`;
    receiver.answer.status = 500;

    const { delivery } = await smartlock.openLock(addAda(), door, { deliverTo });
    receiver.answer.status = 204;
    clock.next();
    await vi.waitFor(() => expect(delivery?.state).toBe('delivered'));

    const [first, second] = receiver.received.map(({ headers, text }) => {
      const signed = Object.entries(headers).filter(([name]) => name.startsWith('webhook-'));
      const all = Object.fromEntries(signed.map(([name, value]) => [name, String(value)]));
      vi.setSystemTime(Number(all['webhook-timestamp']) * 1000);
      expect(() => new Webhook(secret).verify(text, all)).not.toThrow();
      return all;
    });
    expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
    expect(second?.['webhook-signature']).not.toBe(first?.['webhook-signature']);
    expect(smartlock.env()).toMatchObject({ SMARTLOCK_URL: smartlock.url, SMARTLOCK_WEBHOOK_SECRET: secret });
  });

  it('may be lost on the way, and stand in the list of events, oldest first', async () => {
    await open({ callbackUrl: receiver.url });
    const ada = addAda();
    const now = clock.now();

    const late = await smartlock.openLock(ada, door, { lose: true });
    const early = await smartlock.openLock(ada, door, { lose: true, occurredAt: now - HOUR });
    await smartlock.openLock(ada, door, { lose: true, occurredAt: now - 31 * 24 * HOUR });
    const since = new URLSearchParams({ since: '2026-01-01T00:00:00Z', limit: '1' });
    const first = await call(`GET /events?${since}`);
    const second = await call(`GET /events?${since}&cursor=${field(first, 'next_cursor')}`);

    expect([late.delivery, receiver.received]).toEqual([null, []]);
    expect([first.json, second.json]).toMatchObject([
      { events: [{ id: early.event.id }] },
      { events: [{ id: late.event.id }], next_cursor: null },
    ]);
    expect((await call('GET /events?since=2026-11-30T07:30:00Z')).json).toMatchObject({
      events: [{ id: late.event.id }],
    });
    expect((await call('GET /events')).status).toBe(422);
  });

  it('may tell no more than the user, and come twice', async () => {
    await open({ callbackUrl: receiver.url });
    const ada = addAda();

    const { event } = await smartlock.openLock(ada, door, { bare: true });
    await smartlock.redeliver(event);

    const [bare = '', again = ''] = receiver.received.map(({ text }) => text);
    expect(JSON.parse(bare)).toEqual({ event: { user: { id: ada.id } } });
    expect(JSON.parse(again)).toMatchObject({ event: { id: event.id } });
  });

  it('need access, unless they happened anyway', async () => {
    const ben = smartlock.addUser({ email: 'ben@example.com' });

    await expect(smartlock.openLock(ben, door)).rejects.toThrow('cannot open');
    await smartlock.openLock(ben, door, { anyway: true });

    expect(smartlock.events).toHaveLength(1);
  });

  it('are tried eight times again, and then given up', async () => {
    await open({ callbackUrl: receiver.url });
    receiver.answer.status = 410;

    const { delivery } = await smartlock.openLock(addAda(), door);
    for (let tries = 2; tries <= 9; tries += 1) {
      clock.next();
      await vi.waitFor(() => expect(delivery?.attempts).toHaveLength(tries));
    }

    await vi.waitFor(() => expect(delivery?.state).toBe('given up'));
    expect(receiver.received).toHaveLength(9);
  });
});
