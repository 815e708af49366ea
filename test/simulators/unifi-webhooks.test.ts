// Own simulator: UniFi Access's webhooks, their endpoints and signatures.
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { UnifiOptions } from '../../src/simulators/unifi/unifi.ts';
import { startReceiver } from './calls.ts';
import { dataOf, idOf, idsOf, type OpenUnifi, openUnifi } from './open-unifi.ts';

const secret = '6601f1243d2ff70f';

let clock: OpenUnifi['clock'];
let unifi: OpenUnifi['unifi'];
let call: OpenUnifi['call'];
let front: string;
let studio: string;
let ada: string;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

async function open(options: Partial<UnifiOptions> = {}): Promise<void> {
  await unifi?.close();
  const callbackUrl = `${receiver.url}/lock_open?key=k`;
  ({ clock, unifi, call, front, studio, ada } = await openUnifi({ secret, callbackUrl, ...options }));
  unifi.addByHand({ lockUserId: ada, lockId: front });
}

beforeEach(async () => {
  receiver = await startReceiver();
  await open();
});
afterEach(async () => {
  await unifi.close();
  await receiver.close();
});

const told = z.object({ event_object_id: z.string(), data: z.object({ actor: z.unknown(), object: z.unknown() }) });
const bodies = () => receiver.received.map(({ text }) => told.parse(JSON.parse(text)));

describe('a webhook', () => {
  it('tells who opened which door, signed over time and raw body', async () => {
    const delivery = await unifi.openLock(ada, front);

    const [door] = unifi.doors.values();
    const [{ text, headers, path } = { text: '', headers: {}, path: '' }] = receiver.received;
    const t = Math.floor(clock.now() / 1000);
    const v1 = createHmac('sha256', secret).update(`${t}.`).update(Buffer.from(text)).digest('hex');
    expect(delivery?.state).toBe('delivered');
    expect([path, headers['content-type'], headers['signature']]).toEqual([
      '/lock_open?key=k',
      'application/json',
      `t=${t},v1=${v1}`,
    ]);
    expect(JSON.parse(text)).toEqual({
      event: 'access.door.unlock',
      event_object_id: expect.any(String),
      data: {
        location: {
          id: door?.id,
          location_type: 'door',
          name: 'Front door',
          up_id: expect.any(String),
          extras: {},
          device_ids: null,
        },
        device: null,
        actor: { id: ada, name: 'Ada Lovelace', type: 'user' },
        object: {
          authentication_type: 'NFC',
          authentication_value: '',
          policy_id: front,
          policy_name: 'Front door',
          reader_id: '',
          result: 'ACCESS',
          time: String(t),
        },
      },
    });
  });

  it.each([
    ['anew', 2],
    ['kept', 1],
  ] as const)('comes twice with an id that is "%s", signed afresh', async (eventIds, different) => {
    unifi.switches.eventIds = eventIds;

    await unifi.openLock(ada, front);
    clock.advance(1000);
    await unifi.redeliverLast();

    expect(bodies()).toHaveLength(2);
    expect(new Set(bodies().map(({ event_object_id }) => event_object_id)).size).toBe(different);
    expect(new Set(receiver.received.map(({ headers }) => headers['signature'])).size).toBe(2);
  });

  it('is tried again only where that is asked for', async () => {
    receiver.answer.status = 500;
    const once = await unifi.openLock(ada, front);
    await open({ webhooks: { retryMs: [5000] } });
    const twice = await unifi.openLock(ada, front);
    receiver.answer.status = 204;
    clock.next();
    await vi.waitFor(() => expect(twice?.state).toBe('delivered'));

    expect(once?.state).toBe('given up');
    expect(new Set(receiver.received.slice(1).map(({ headers }) => headers['signature'])).size).toBe(2);
  });

  it('is lost, goes elsewhere, or to nobody', async () => {
    expect(await unifi.openLock(ada, front, { lose: true })).toBeNull();
    await unifi.openLock(ada, front, { deliverTo: `${receiver.url}/elsewhere` });
    unifi.setCallbackUrl(undefined);
    expect(await unifi.openLock(ada, front)).toBeNull();

    expect(receiver.received.map(({ path }) => path)).toEqual(['/elsewhere']);
    expect(unifi.openings).toHaveLength(3);
  });

  it('tells of no refusal, and of openings by nobody or by a program', async () => {
    expect(await unifi.refuseAtLock(ada, studio)).toBeNull();
    await unifi.openUnattributed(front, 'nobody');
    await unifi.openUnattributed(front, 'program');

    expect(bodies().map(({ data }) => data.actor)).toEqual([
      null,
      { id: 'token-1', name: 'A program', type: 'open-api' },
    ]);
  });

  it.each([
    ['a time', { times: 'milliseconds' }, { time: '1796025600250' }],
    ['a time', { times: 'iso' }, { time: '2026-11-30T08:00:00Z' }],
    ['the result', { granted: 'Access Granted' }, { result: 'Access Granted' }],
  ] as const)('may spell %s as with %j', async (_, switches, object) => {
    await open({ switches });

    await unifi.openLock(ada, front);

    expect(bodies()).toMatchObject([{ data: { object } }]);
  });

  it('needs access, unless the door opened anyway', async () => {
    await expect(unifi.openLock(ada, studio)).rejects.toThrow('cannot open');
    expect((await unifi.openLock(ada, studio, { anyway: true }))?.state).toBe('delivered');
  });
});

describe('endpoints', () => {
  const endpoint = () => ({ name: 'mine', endpoint: `${receiver.url}/mine`, events: ['access.door.unlock'] });

  it('are told of unlocks where they want them, each signed with its own secret', async () => {
    const made = z.object({ secret: z.string() }).parse(dataOf(await call('POST /webhooks/endpoints', endpoint())));
    await call('POST /webhooks/endpoints', {
      ...endpoint(),
      endpoint: `${receiver.url}/bell`,
      events: ['access.doorbell.incoming'],
    });

    await unifi.openLock(ada, front);

    const secrets = { '/lock_open?key=k': secret, '/mine': made.secret };
    const t = Math.floor(clock.now() / 1000);
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(Object.keys(secrets));
    for (const [path, key] of Object.entries(secrets)) {
      const [one] = receiver.received.filter((received) => received.path === path);
      const v1 = createHmac('sha256', key).update(`${t}.${one?.text}`).digest('hex');
      expect(one?.headers['signature']).toBe(`t=${t},v1=${v1}`);
    }
  });

  it('are written whole, keep their secret, and stand once for each address', async () => {
    const made = await call('POST /webhooks/endpoints', endpoint());
    const id = idOf(made);
    const change = { ...endpoint(), events: ['access.doorbell.incoming'], headers: { 'x-mine': 'yes' } };

    const answers = {
      changed: await call(`PUT /webhooks/endpoints/${id}`, change),
      doubled: await call('POST /webhooks/endpoints', endpoint()),
      partial: await call(`PUT /webhooks/endpoints/${id}`, { name: 'x' }),
      listed: await call('GET /webhooks/endpoints'),
      deleted: await call(`DELETE /webhooks/endpoints/${id}`),
      again: await call(`DELETE /webhooks/endpoints/${id}`),
    };

    expect(dataOf(answers.changed)).toEqual({ ...z.looseObject({}).parse(dataOf(made)), ...change });
    expect(answers.doubled.json).toMatchObject({ code: 'CODE_DEVICE_WEBHOOK_ENDPOINT_DUPLICATED' });
    expect(answers.partial.json).toMatchObject({ code: 'CODE_PARAMS_INVALID' });
    expect(idsOf(answers.listed)).toHaveLength(2);
    expect(answers.deleted.json).toMatchObject({ code: 'SUCCESS' });
    expect(answers.again.json).toMatchObject({ code: 'CODE_NOT_EXISTS' });
  });
});
