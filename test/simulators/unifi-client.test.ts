// The simulated UniFi Access console, driven by a client that others wrote for the real one: the npm package
// unifi-access 2.0.1. Checked by an independent client. The package fixes the port, so this needs 12445 to be free.
import {
  AccessApiError,
  AccessAuthError,
  AccessClient,
  isPrivilegeRefusal,
  verifyWebhookSignature,
} from 'unifi-access';
import { signWebhookDelivery } from 'unifi-access/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { startUnifiSimulator, type UnifiOptions, type UnifiSimulator } from '../../src/simulators/unifi/unifi.ts';
import { signUnifiWebhook } from '../../src/simulators/unifi/webhooks.ts';
import { startReceiver } from './calls.ts';

const PORT = 12445;

let unifi: UnifiSimulator;
let client: AccessClient;

async function open(options: Partial<UnifiOptions> = {}): Promise<AccessClient> {
  unifi = await startUnifiSimulator({ clock: systemClock, random: seededRandom(3), port: PORT, ...options }).catch(
    (cause: unknown) => {
      throw new Error(
        `Port ${PORT} has to be free: the package unifi-access knows no other. Stop what listens there.`,
        {
          cause,
        },
      );
    },
  );
  client = await AccessClient.connect({ host: '127.0.0.1', token: unifi.token, refreshIntervalMs: false });
  return client;
}

async function close(): Promise<void> {
  await client?.[Symbol.asyncDispose]();
  await unifi?.close();
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The facade of the published API, which a client with a token has. */
function api() {
  if (!client.official) throw new Error('The client found no published API.');
  return client.official;
}

describe('a client that others wrote', () => {
  beforeEach(() => open().then(() => undefined));
  afterEach(close);

  it('starts: it reads doors and devices, opens the socket and stays connected', async () => {
    await close();
    await open();

    expect(client.capabilities.official).toBe(true);
    expect(
      unifi.requests.map(({ method, path, status }) => [method, path.replace(/^.*developer/, ''), status]),
    ).toEqual([
      ['GET', '/doors', 200],
      ['GET', '/devices', 200],
      ['GET', '/devices/notifications', 101],
    ]);
  });

  it('makes a user, gives it policies, changes it and reads all of it back', async () => {
    const [front] = unifi.addLocks('Front door', 'Studio');
    const made = await api().users.create({
      first_name: 'Ada',
      last_name: 'Lovelace',
      user_email: 'ada@example.com',
      employee_number: 'relay:space:1',
    });

    await api().users.assignAccessPolicies(made.id, [front?.id ?? '']);
    await api().users.update(made.id, { last_name: 'King' });

    expect(await api().users.fetch(made.id, { expand: ['access_policy'] })).toMatchObject({
      full_name: 'Ada King',
      user_email: 'ada@example.com',
      employee_number: 'relay:space:1',
      status: 'ACTIVE',
      access_policies: [{ id: front?.id, name: 'Front door', resources: [{ type: 'door' }] }],
    });
    expect(await api().users.fetchAccessPolicies(made.id, { only_user_policies: true })).toMatchObject([
      { id: front?.id },
    ]);
    expect(unifi.opens('ada@example.com')).toEqual(['Front door']);
  });

  it('walks every page of users, none twice', async () => {
    const ids = Array.from({ length: 61 }, (_, n) => unifi.addPerson({ email: `u${n}@example.com` }));

    const users = await collected(api().users.iterateAll({ pageSize: 25 }));

    expect(users.map(({ id }) => id)).toEqual(ids);
    expect(unifi.requests.filter(({ endpoint }) => endpoint.endsWith('/users'))).toHaveLength(3);
  });

  it('is refused the deletion of an active user inside a 200, and deletes a deactivated one', async () => {
    const id = unifi.addPerson({ email: 'ada@example.com' });

    const refused = await api()
      .users.delete(id)
      .catch((error: unknown) => error);
    await api().users.update(id, { status: 'DEACTIVATED' });
    await api().users.delete(id);

    expect(refused).toBeInstanceOf(AccessApiError);
    expect(refused).toMatchObject({
      code: 'CODE_OPERATION_FORBIDDEN',
      message: expect.stringContaining('deactivated'),
    });
    expect(unifi.people()).toEqual([]);
  });

  it('lists policies, doors, door groups and user groups, and puts somebody into one', async () => {
    const [front] = unifi.addLocks('Front door');
    const door = unifi.addDoor('Studio');
    const doors = unifi.addDoorGroup('Upstairs', [door.id]);
    const group = unifi.addUserGroup('Team', [front?.id ?? '']);
    const ada = unifi.addPerson({ email: 'ada@example.com' });

    await api().users.assignToGroup(group.id, [ada]);

    expect(await api().policies.fetchAll()).toMatchObject([{ name: 'Front door' }]);
    expect(await api().spaces.fetchAll()).toMatchObject([{ name: 'Front door' }, { name: 'Studio' }]);
    const topologies = await api().request<unknown>('/door_groups/topology');
    expect(topologies.data).toMatchObject([
      { type: 'building' },
      { id: doors.id, type: 'access', resource_topologies: [{ resources: [{ id: door.id, name: 'Studio' }] }] },
    ]);
    expect(await api().users.fetchAllGroups()).toMatchObject([{ id: group.id, name: 'Team' }]);
    expect(unifi.opens('ada@example.com')).toEqual(['Front door']);

    await api().users.unassignFromGroup(group.id, [ada]);
    expect(unifi.opens('ada@example.com')).toEqual([]);
  });

  it('reads the log of openings, page by page', async () => {
    const [front] = unifi.addLocks('Front door');
    const ada = unifi.addPerson({ email: 'ada@example.com', name: 'Ada Lovelace' });
    for (let n = 0; n < 5; n += 1) await unifi.refuseAtLock(ada, front?.id ?? '');

    const hits = await collected(api().logs.iterate({ topic: 'door_openings', actor_id: ada, pageSize: 2 }));

    expect(hits).toHaveLength(5);
    expect(hits[0]?._source).toMatchObject({
      actor: { id: ada, display_name: 'Ada Lovelace', type: 'user' },
      event: { type: 'access.door.unlock', result: 'BLOCKED' },
    });
    expect(hits[0]?._source.target.find(({ type }) => type === 'door')?.display_name).toBe('Front door');
  });

  it.each(['name', 'number', 'mixed'] as const)(
    'reads an answer and a refusal in the dialect "%s"',
    async (dialect) => {
      await close();
      await open({ switches: { dialect } });

      expect(await api().users.fetchAll()).toMatchObject({ data: [], pagination: { total: 0 } });
      await expect(api().users.fetch('nobody')).rejects.toMatchObject({ code: 'CODE_USER_ACCOUNT_NOT_EXIST' });
    },
  );
});

describe('a token', () => {
  afterEach(close);

  it('that is not the right one is an AccessAuthError', async () => {
    await open();

    await expect(AccessClient.connect({ host: '127.0.0.1', token: 'wrong' })).rejects.toBeInstanceOf(AccessAuthError);
  });

  it('without the permission to make users is refused that inside a 200, and makes none', async () => {
    await open({ scopes: ['view:space', 'view:device', 'view:user'] });

    const refused = await api()
      .users.create({ first_name: 'Ada', last_name: 'Lovelace' })
      .catch((error: unknown) => error);

    expect(refused).toBeInstanceOf(AccessApiError);
    expect(isPrivilegeRefusal(refused)).toBe(true);
    expect(unifi.people()).toEqual([]);
  });
});

describe('webhooks', () => {
  let receiver: Awaited<ReturnType<typeof startReceiver>>;

  beforeAll(async () => {
    receiver = await startReceiver();
    await open();
  });
  afterAll(async () => {
    await close();
    await receiver.close();
  });

  it('are registered by that client, and what is delivered to them verifies with its own check', async () => {
    const [front] = unifi.addLocks('Front door');
    const ada = unifi.addPerson({ email: 'ada@example.com', name: 'Ada Lovelace' });
    unifi.addByHand({ lockUserId: ada, lockId: front?.id ?? '' });
    const endpoint = await api().webhooks.createEndpoint({
      name: 'test',
      endpoint: `${receiver.url}/lock_open`,
      events: ['access.door.unlock'],
      headers: { 'x-mine': 'yes' },
    });

    const delivery = await unifi.openLock(ada, front?.id ?? '');

    const [received] = receiver.received;
    const check = { body: received?.text ?? '', header: String(received?.headers['signature']) };
    expect(delivery?.state).toBe('delivered');
    expect(received?.headers['x-mine']).toBe('yes');
    expect(verifyWebhookSignature({ ...check, secret: endpoint.secret })).toEqual({ timestamp: expect.any(Number) });
    expect(verifyWebhookSignature({ ...check, secret: 'another' })).toBeNull();
    expect(await api().webhooks.fetchAllEndpoints()).toEqual([endpoint]);

    await api().webhooks.deleteEndpoint(endpoint.id);
    expect(await unifi.openLock(ada, front?.id ?? '')).toBeNull();
  });

  it('are signed as that client signs', () => {
    const [secret, timestamp, body] = ['6601f1243d2ff70f', 1_695_902_233, '{"event":"access.door.unlock","n":"ü"}'];

    expect(signUnifiWebhook(secret, timestamp, body)).toBe(signWebhookDelivery({ secret, timestamp, body }));
  });
});
