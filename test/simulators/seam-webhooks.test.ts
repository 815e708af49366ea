// Openings, the list of events and webhooks of the simulated Seam. The signatures are checked by an independent client:
// Svix's own package. It signs with the package that the simulator uses, so node:crypto checks them by the formula, too.
import { createHmac } from 'node:crypto';
import { Webhook } from 'svix';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SeamOptions } from '../../src/simulators/seam/seam.ts';
import { startReceiver } from './calls.ts';
import { at, HOUR, ids, iso, NOW, type OpenSeam, openSeam } from './open-seam.ts';

const EMAIL = 'ada@example.com';
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let world: OpenSeam;
let ada: string;
let front: string;
let studio: string;

async function open(options: Partial<SeamOptions> = {}): Promise<OpenSeam> {
  await world?.seam.close();
  world = await openSeam({ keypads: ['Studio'], secret, ...options });
  const [one, two] = world.seam.addLocks('Front door', 'Studio');
  [front, studio] = [one?.id ?? '', two?.id ?? ''];
  ada = world.seam.addPerson({ email: EMAIL });
  for (const lockId of [front, studio]) world.seam.addByHand({ lockUserId: ada, lockId });
  return world;
}
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  receiver = await startReceiver();
  await open({ callbackUrl: `${receiver.url}/lock_open?key=k` });
  await vi.waitFor(() => expect(world.seam.deliveries.every(({ state }) => state === 'delivered')).toBe(true));
  receiver.received.length = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await world.seam.close();
  await receiver.close();
});

type Headers = Record<string, string>;
function last(): { text: string; headers: Headers; json: { json: unknown; text: string; status: number } } {
  const received = receiver.received.at(-1);
  if (!received) throw new Error('Nothing arrived.');
  const headers = Object.fromEntries(Object.entries(received.headers).map(([name, value]) => [name, String(value)]));
  return { text: received.text, headers, json: { json: JSON.parse(received.text), text: received.text, status: 0 } };
}
const body = () => JSON.parse(last().text);
const pinOf = () => world.seam.accessCodes.all.values().next().value;

describe('a delivery (checked by an independent client)', () => {
  it("passes Svix's check, and one that was forged or is stale does not", async () => {
    vi.setSystemTime(NOW);
    await world.seam.openLock(ada, studio);
    const { text, headers } = last();
    const check =
      (payload: string, with_: Headers = headers, key = secret) =>
      () =>
        new Webhook(key).verify(payload, with_);

    expect(check(text)).not.toThrow();
    expect(check(text.replace('lock.unlocked', 'lock.locked'))).toThrow('No matching signature');
    expect(check(text, { ...headers, 'svix-id': 'msg_other' })).toThrow('No matching signature');
    expect(check(text, { ...headers, 'svix-timestamp': String(Date.now() / 1000 + 1) })).toThrow('No matching');
    expect(check(text, { ...headers, 'svix-signature': 'v1,AAAA' })).toThrow('No matching signature');
    expect(check(text, {})).toThrow('Missing required headers');
    expect(check(text, headers, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toThrow('No matching signature');
    vi.setSystemTime(Date.parse(NOW) + 5 * 60_000);
    expect(check(text)).not.toThrow();
    vi.setSystemTime(Date.parse(NOW) + 5 * 60_000 + 1000);
    expect(check(text)).toThrow('timestamp too old');
  });

  it('is signed by the formula: base64 of HMAC-SHA256 over id, seconds and body, with the decoded secret', async () => {
    await world.seam.openLock(ada, front);

    const { text, headers } = last();
    const signed = `${headers['svix-id']}.${headers['svix-timestamp']}.${text}`;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    expect(headers['svix-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(headers['content-type']).toBe('application/json');
  });

  it('is signed afresh at every try, under the same id, and given up after the eighth', async () => {
    receiver.answer.status = 500;

    const delivery = await world.seam.openLock(ada, studio);
    for (let tries = 2; tries <= 8; tries += 1) {
      world.clock.next();
      await vi.waitFor(() => expect(delivery?.attempts).toHaveLength(tries));
    }

    await vi.waitFor(() => expect(delivery?.state).toBe('given up'));
    const seen = receiver.received.map(({ headers }) => headers);
    const waits = delivery?.attempts.map(({ at: when }, n, all) => when - (all[n - 1]?.at ?? when));
    expect(waits).toEqual([0, 5000, 5 * 60_000, HOUR / 2, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]);
    expect(new Set(seen.map((headers) => headers['svix-id'])).size).toBe(1);
    expect(new Set(seen.map((headers) => headers['svix-signature'])).size).toBe(8);
    const [, second] = receiver.received;
    vi.setSystemTime(Number(second?.headers['svix-timestamp']) * 1000);
    expect(() => new Webhook(secret).verify(second?.text ?? '', { ...second?.headers } as Headers)).not.toThrow();
  });

  it('comes to webhooks that were made by the API, with their own secret and their own events', async () => {
    await open();
    const wanted = { url: receiver.url, event_types: ['lock.access_denied'] };
    const made = await world.call('webhooks/create', wanted);
    const own = String(at(made, 'webhook.secret'));

    await world.seam.openLock(ada, studio);
    await world.seam.refuseAtLock(ada, studio);

    vi.setSystemTime(world.clock.now());
    expect(receiver.received).toHaveLength(1);
    expect(() => new Webhook(own).verify(last().text, last().headers)).not.toThrow();
    expect(() => new Webhook(secret).verify(last().text, last().headers)).toThrow('No matching signature');
    const id = at(made, 'webhook.webhook_id');
    expect(at(await world.call('webhooks/get', { webhook_id: id }), 'webhook')).toMatchObject(wanted);
    expect((await world.call('webhooks/delete', { webhook_id: id })).json).toEqual({ ok: true });
    expect([await world.seam.openLock(ada, studio), receiver.received.length]).toEqual([null, 1]);
    expect((await world.call('webhooks/get', { webhook_id: id })).status).toBe(404);
    expect((await world.call('webhooks/create', { url: 'nowhere' })).status).toBe(400);
  });

  it('tells access grants and codes, too, and the console can have it elsewhere or nowhere', async () => {
    const grant = world.seam.grants()[0]?.id ?? '';

    world.seam.removeByHand(grant);
    await vi.waitFor(() =>
      expect(receiver.received.map(({ text }) => JSON.parse(text).event_type)).toContain('access_grant.deleted'),
    );
    const listed = await world.call('webhooks/list');
    world.seam.setCallbackUrl(undefined);
    const untold = await world.seam.openLock(ada, studio);
    world.seam.setCallbackUrl(`${receiver.url}/other`);
    const told = await world.seam.openLock(ada, studio);

    expect(ids(listed, 'webhooks', 'url')).toEqual([`${receiver.url}/lock_open?key=k`]);
    expect([untold, told?.to]).toEqual([null, `${receiver.url}/other`]);
    expect(ids(await world.call('webhooks/list'), 'webhooks', 'secret')).toEqual([secret]);
  });
});

describe('an opening', () => {
  it.each([
    ['code', true, false],
    ['identity', true, true],
    ['nobody', false, false],
  ] as const)('names a %s', async (unlockNames, code, person) => {
    await open({ switches: { unlockNames }, callbackUrl: receiver.url });

    await world.seam.openLock(ada, studio);
    const atKeypad = body();
    await world.seam.openLock(ada, front);
    const atDoor = body();

    expect(atKeypad).toMatchObject({
      event_type: 'lock.unlocked',
      device_id: studio,
      method: 'keycode',
      occurred_at: NOW,
    });
    expect(atKeypad.access_code_id).toBe(code ? pinOf()?.id : undefined);
    expect([atKeypad.user_identity_id, atDoor.user_identity_id]).toEqual(person ? [ada, ada] : [undefined, undefined]);
    expect(atDoor).toMatchObject({ event_type: 'lock.unlocked', acs_entrance_id: front });
    expect([atDoor.access_code_id, atDoor.device_id]).toEqual([undefined, undefined]);
  });

  it("leads from the code to the person, by the access grant's filter", async () => {
    await world.seam.openLock(ada, studio);

    const grants = await world.call('access_grants/list', { access_code_id: body().access_code_id });

    expect(ids(grants, 'access_grants', 'user_identity_id')).toEqual([ada]);
  });

  it('needs access, unless it happened anyway; without it somebody may be refused', async () => {
    const ben = world.seam.addPerson({ email: 'ben@example.com' });

    await expect(world.seam.openLock(ben, studio)).rejects.toThrow('cannot open');
    await expect(world.seam.openLock(ada, 'nowhere')).rejects.toThrow('no lock');
    await world.seam.openLock(ben, studio, { anyway: true });
    const anyway = body();
    await world.seam.refuseAtLock(ada, studio);

    expect([anyway.device_id, anyway.access_code_id]).toEqual([studio, undefined]);
    expect(body()).toMatchObject({ event_type: 'lock.access_denied', access_code_id: pinOf()?.id });
  });

  it('may be lost, come late, come elsewhere, and come twice under the same id', async () => {
    await world.seam.openLock(ada, studio, { lose: true });
    const lost = receiver.received.length;
    await world.seam.openLock(ada, studio, { occurredAt: world.clock.now() - HOUR });
    await world.seam.redeliverLast({ deliverTo: `${receiver.url}/elsewhere` });

    const [first, second] = receiver.received;
    expect([lost, receiver.received.length, second?.path]).toEqual([0, 2, '/elsewhere']);
    expect(second?.text).toBe(first?.text);
    expect(second?.headers['svix-id']).toBe(first?.headers['svix-id']);
    expect(body()).toMatchObject({ occurred_at: iso(world.clock.now() - HOUR), created_at: NOW });
  });
});

describe('the list of events', () => {
  const openings = { event_types: ['lock.unlocked'] };
  const list = (filter: object) => world.call('events/list', { ...openings, ...filter });
  const whens = async (filter: object) => ids(await list(filter), 'events', 'occurred_at');

  it.each([
    ['created_at', 'oldest first', [0, -2]],
    ['occurred_at', 'oldest first', [0]],
    ['occurred_at', 'newest first', [0]],
    ['created_at', 'newest first', [-2, 0]],
  ] as const)('goes by %s, %s', async (eventsSince, eventOrder, hours) => {
    await open({ switches: { eventsSince, eventOrder } });
    const now = world.clock.now();
    await world.seam.openLock(ada, studio, { lose: true });
    world.clock.advance(1);
    await world.seam.openLock(ada, front, { occurredAt: now - 2 * HOUR });

    expect(await whens({ since: iso(now - HOUR) })).toEqual(hours.map((hour) => iso(now + hour * HOUR)));
  });

  it('wants a border, knows filters, and stops at the limit', async () => {
    const now = world.clock.now();
    for (let n = 0; n < 3; n += 1) {
      await world.seam.openLock(ada, n === 1 ? front : studio, { lose: true });
      world.clock.advance(1000);
    }

    expect((await list({})).status).toBe(400);
    expect((await list({ since: iso(now), between: [iso(now), iso(now)] })).status).toBe(400);
    expect(await whens({ since: iso(now) })).toEqual([iso(now + 1000), iso(now + 2000)]);
    expect(await whens({ between: [iso(now - 1), iso(now + 2000)] })).toEqual([iso(now), iso(now + 1000)]);
    expect(await whens({ since: iso(now - 1), limit: 1 })).toEqual([iso(now)]);
    expect(await whens({ since: iso(now - 1), device_id: studio })).toEqual([iso(now), iso(now + 2000)]);
    expect(await whens({ since: iso(now - 1), acs_entrance_ids: [front] })).toEqual([iso(now + 1000)]);
    expect(await whens({ since: iso(now - 1), event_types: undefined, event_type: 'lock.locked' })).toEqual([]);
  });

  it('has no pages: that is how Seam and its fake have it', async () => {
    expect(at(await list({ since: NOW }), 'pagination')).toBeUndefined();
  });
});

describe('env()', () => {
  it('is what the relay has to be started with', async () => {
    expect(world.seam.env()).toEqual({
      LOCK_SYSTEM: 'seam',
      SEAM_URL: world.seam.url,
      SEAM_API_KEY: world.seam.token,
      SEAM_ACCESS_METHODS: 'mobile_key',
      SEAM_WEBHOOK_SECRET: secret,
    });
  });
});
