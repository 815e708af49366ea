// Own simulator: what happens at Kisi's doors, as its webhook tells it, and its webhook itself.
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KisiOptions } from '../../src/simulators/kisi/kisi.ts';
import { startReceiver } from './calls.ts';
import { type OpenKisi, openKisi } from './open-kisi.ts';

const HOUR = 60 * 60_000;
const secret = 'a key of the dashboard';

let world: OpenKisi;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let ada = '';

async function open(options: Partial<KisiOptions> = {}): Promise<OpenKisi> {
  await world?.kisi.close();
  world = await openKisi({ callbackUrl: `${receiver.url}/lock_open?key=k`, ...options });
  ada = world.kisi.addPerson({ email: 'ada@example.com', name: 'Ada' });
  world.kisi.addByHand({ lockUserId: ada, lockId: world.front.id });
  return world;
}

beforeEach(async () => {
  receiver = await startReceiver();
  await open();
});
afterEach(async () => {
  await world.kisi.close();
  await receiver.close();
});

const told = (): unknown[] => receiver.received.map(({ text }): unknown => JSON.parse(text));

describe('an opening', () => {
  it('is told with its person and the door, not the group', async () => {
    const { kisi, front } = world;
    const [door] = kisi.locks.values();

    const delivery = await kisi.openLock(ada, front.id);

    expect(delivery?.state).toBe('delivered');
    expect(receiver.received[0]).toMatchObject({
      path: '/lock_open?key=k',
      headers: { 'content-type': 'application/json' },
    });
    expect(receiver.received[0]?.headers['x-signature']).toBeUndefined();
    expect(told()).toEqual([
      {
        uuid: kisi.events[0]?.uuid,
        type: 'lock.unlock',
        actor_type: 'User',
        actor_id: Number(ada),
        actor_name: 'Ada',
        object_type: 'Lock',
        object_id: door?.id,
        object_name: 'Front door',
        organization_id: 77,
        place_id: 101,
        success: true,
        error_code: null,
        error_message: null,
        created_at: '2026-11-30T08:00:00Z',
      },
    ]);
    expect(String(door?.id)).not.toBe(front.id);
  });

  it.each([
    ['sha256=hex', (mac: Buffer) => `sha256=${mac.toString('hex')}`],
    ['hex', (mac: Buffer) => mac.toString('hex')],
    ['base64', (mac: Buffer) => mac.toString('base64')],
  ] as const)('is signed as %s, and the same at every try', async (signature, spell) => {
    const { kisi, clock, front } = await open({ secret, switches: { signature } });
    receiver.answer.status = 500;

    const delivery = await kisi.openLock(ada, front.id);
    receiver.answer.status = 204;
    clock.next();
    await vi.waitFor(() => expect(delivery?.state).toBe('delivered'));

    const [first, second] = receiver.received.map(({ headers }) => headers['x-signature']);
    const mac = createHmac('sha256', secret).update(receiver.received[0]?.text ?? '');
    expect(first).toBe(spell(mac.digest()));
    expect(second).toBe(first);
  });

  it('needs access at that moment, unless it happened anyway', async () => {
    const { kisi, studio, clock } = world;

    await expect(kisi.openLock(ada, studio.id)).rejects.toThrow('cannot open Studio');
    await kisi.openLock(ada, studio.id, { anyway: true, occurredAt: clock.now() - HOUR });

    expect(told()).toMatchObject([{ success: true, created_at: '2026-11-30T07:00:00Z' }]);
  });

  it('may come twice with one uuid, go elsewhere, or get lost', async () => {
    const { kisi, front } = world;

    expect(await kisi.redeliverLast()).toBeNull();
    await kisi.openLock(ada, front.id);
    await kisi.redeliverLast();
    await kisi.redeliverLast({ deliverTo: `${receiver.url}/elsewhere` });
    const lost = await kisi.openLock(ada, front.id, { lose: true });

    const [first, again, elsewhere] = told();
    expect([again, elsewhere]).toEqual([first, first]);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/lock_open?key=k', '/lock_open?key=k', '/elsewhere']);
    expect([lost, kisi.events.length]).toEqual([null, 2]);
  });

  it('is told to nobody where there is no webhook', async () => {
    const { kisi, front } = world;
    kisi.setCallbackUrl(undefined);

    expect(await kisi.openLock(ada, front.id)).toBeNull();
    expect([...kisi.integrations]).toEqual([]);
  });

  it('of others than users, and other events, are told as such', async () => {
    const { kisi, front, call } = world;
    const guest = { type: 'Guest', id: 5, name: 'Visitor', email: null } as const;
    const [integration] = kisi.integrations.values();

    await kisi.happen(front.id);
    await kisi.happen(front.id, { actor: guest });
    const unasked = await kisi.happen(front.id, { type: 'lock.held_open' });
    const body = { integration: { enabled_events: ['lock.held_open'] } };
    await call(`PATCH /integrations/${integration?.id}`, body);
    await kisi.happen(front.id, { type: 'lock.held_open' });

    expect(unasked).toBeNull();
    expect(told()).toMatchObject([
      { type: 'lock.unlock', actor_type: null, actor_id: null },
      { type: 'lock.unlock', actor_type: 'Guest', actor_id: 5 },
      { type: 'lock.held_open', actor_type: null },
    ]);
  });
});

describe('a refusal at the door', () => {
  it.each([
    ['before the window', 'f358de', (at: number) => ({ validFrom: at + HOUR, validUntil: null })],
    ['after the window', 'f35ade', (at: number) => ({ validFrom: null, validUntil: at })],
    ['within the window', '34ffaa', () => ({ validFrom: null, validUntil: null })],
  ])('%s says %s', async (_, code, window) => {
    const { kisi, clock, front } = world;
    for (const assignment of kisi.roleAssignments.values()) Object.assign(assignment, window(clock.now()));

    await kisi.refuseAtLock(ada, front.id);

    expect(told()).toMatchObject([
      { actor_id: Number(ada), success: false, error_code: code, error_message: expect.any(String) },
    ]);
    expect(kisi.users.get(Number(ada))?.lastAccessedAt).toBeNull();
  });

  it('says so where there is no access at all, where it is disabled, and where the door is locked down', async () => {
    const { kisi, front, studio } = world;

    await kisi.refuseAtLock(ada, studio.id);
    for (const door of kisi.locks.values()) door.lockedDown = true;
    await kisi.refuseAtLock(ada, front.id);
    for (const user of kisi.users.values()) user.accessEnabled = false;
    await kisi.refuseAtLock(ada, front.id);

    expect(told()).toMatchObject([{ error_code: 'fcd8ef' }, { error_code: 'fad001' }, { error_code: 'fcd8ff' }]);
  });
});

describe('a webhook that nobody takes', () => {
  it('is tried again, and given up', async () => {
    const { kisi, clock, front } = await open({ webhooks: { retryMs: [1000, 2000], scale: 10 } });
    receiver.answer.status = 500;

    const delivery = await kisi.openLock(ada, front.id);
    clock.advance(10_000);
    await vi.waitFor(() => expect(delivery?.attempts).toHaveLength(2));
    clock.advance(20_000);
    await vi.waitFor(() => expect(delivery?.state).toBe('given up'));

    expect(receiver.received).toHaveLength(3);
  });

  it('is switched off after failures in a row, and told nothing until it is switched on', async () => {
    const { kisi, call, front } = await open({ webhooks: { retryMs: [HOUR], failuresToDisable: 4 } });
    const [id = 0] = kisi.integrations.keys();
    const look = async () => (await call(`GET /integrations/${id}`)).json;
    const openOften = async (times: number) => {
      for (let n = 0; n < times; n += 1) await kisi.openLock(ada, front.id);
    };

    await openOften(1);
    receiver.answer.status = 500;
    await openOften(3);
    receiver.answer.status = 204;
    await openOften(1);
    receiver.answer.status = 500;
    await openOften(3);
    const before = await look();
    await openOften(1);
    const after = await look();
    receiver.answer.status = 204;
    const unheard = await kisi.openLock(ada, front.id);
    const patched = await call(`PATCH /integrations/${id}`, { integration: { enabled: true } });
    receiver.answer.status = 500;
    await openOften(3);
    receiver.answer.status = 204;
    const heard = await kisi.openLock(ada, front.id);

    expect(before).toMatchObject({ enabled: true, disabled_due_to_error: false, disabled_due_to_error_at: null });
    expect(after).toMatchObject({
      enabled: false,
      disabled_due_to_error: true,
      disabled_due_to_error_at: '2026-11-30T08:00:00Z',
    });
    expect([unheard, patched.status, heard?.state]).toEqual([null, 204, 'delivered']);
    expect(await look()).toMatchObject({ enabled: true, disabled_due_to_error: false });
    expect((await call('GET /integrations?enabled=true')).json).toMatchObject([{ id, enabled: true }]);
  });

  it('tells nothing any more of what still waited when it was switched off', async () => {
    const { kisi, clock, front } = await open({ webhooks: { retryMs: [1000, 1000], failuresToDisable: 2 } });
    receiver.answer.status = 500;

    const first = await kisi.openLock(ada, front.id);
    const second = await kisi.openLock(ada, front.id);
    receiver.answer.status = 204;
    clock.advance(1000);

    await vi.waitFor(() => expect([first?.state, second?.state]).toEqual(['stopped', 'stopped']));
    expect(receiver.received).toHaveLength(2);
    expect(kisi.events.map(({ type }) => type)).toContain('integration.warn_due_to_error');
    expect(kisi.events.map(({ type }) => type)).toContain('integration.disable_due_to_error');
  });
});

describe('an integration', () => {
  it('that a call made is told what it asked for, signed with its own key, until it is deleted', async () => {
    const { kisi, call, front } = world;
    kisi.setCallbackUrl(undefined);
    const made = await call('POST /integrations', {
      integration: {
        name: 'Relay',
        type: 'event_webhook',
        url: `${receiver.url}/made`,
        enabled_events: ['lock.unlock'],
        signature_key: 'own key',
      },
    });
    const [id] = kisi.integrations.keys();

    await kisi.openLock(ada, front.id);
    const deleted = await call(`DELETE /integrations/${id}`);
    await kisi.openLock(ada, front.id);

    const [only, ...more] = receiver.received;
    const mac = createHmac('sha256', 'own key')
      .update(only?.text ?? '')
      .digest('hex');
    expect([made.status, deleted.status, more.length]).toEqual([200, 204, 0]);
    expect(only).toMatchObject({ path: '/made', headers: { 'x-signature': `sha256=${mac}` } });
    expect(made.text).not.toContain('own key');
  });

  it.each([
    ['no name', { name: '' }],
    ['another type', { type: 'webhook' }],
    ['no address', { url: 'nowhere' }],
  ])('with %s is refused', async (_, more) => {
    const integration = { name: 'Relay', type: 'event_webhook', url: 'https://example.com/', ...more };

    expect(await world.call('POST /integrations', { integration })).toMatchObject({
      status: 422,
      json: { errors: expect.any(Object) },
    });
    expect(world.kisi.integrations.size).toBe(1);
  });
});
