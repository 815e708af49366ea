// Checked by an independent client: Kisi's own reads and writes the simulator.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKisiClient } from './kisi-client.ts';
import { type OpenKisi, openKisi } from './open-kisi.ts';

let world: OpenKisi;
let client: ReturnType<typeof createKisiClient>;

beforeEach(async () => {
  world = await openKisi();
  client = createKisiClient(world.kisi.url, world.kisi.token);
});
afterEach(() => world.kisi.close());

const ada = { email: 'ada@example.com', name: 'Ada', confirm: true, sendEmails: false };

async function post(path: string, data: Record<string, unknown>): Promise<{ id: number }> {
  const made = await client.post(path, data);
  expect(made).toMatchObject({ id: expect.any(Number) });
  return made as { id: number };
}

async function assign(userId: number, window: Record<string, unknown> = {}): Promise<{ id: number }> {
  return await post('role_assignments', {
    roleAssignment: {
      appliesToType: 'Group',
      appliesToId: Number(world.front.id),
      assigneeType: 'User',
      assigneeId: userId,
      roleId: 'group_basic',
      ...window,
    },
  });
}

describe("Kisi's own client", () => {
  it('makes a managed user, finds it by email, and removes it', async () => {
    const made = await post('users', { user: { ...ada, metadata: { note: 'mine' } } });
    const listed = await client.get('users', { email: ada.email });
    const read = await client.get(`users/${made.id}`);
    const gone = await client.delete(`users/${made.id}`);

    expect(listed).toEqual({ pagination: { offset: 0, limit: 50, count: 1 }, data: [read] });
    expect(read).toMatchObject({
      id: made.id,
      resourceType: 'User',
      name: 'Ada',
      email: ada.email,
      createdAt: '2026-11-30T08:00:00Z',
      metadata: { note: 'mine' },
      accessEnabled: true,
      lastAccessedAt: null,
      confirmed: true,
      groupsCount: 0,
    });
    expect(gone).toBe('');
    expect([...world.kisi.users]).toEqual([]);
    expect(world.kisi.mails).toEqual([]);
  });

  it('opens a group to a user for a while, reads that back, and takes it away', async () => {
    const { id } = await post('users', { user: ada });
    const window = { validFrom: '2026-11-30T09:00:00+01:00', validUntil: '2026-11-30T10:00:00Z' };

    const given = await assign(id, window);
    const listed = await client.get('role_assignments', { assigneeType: 'User', assigneeId: id });
    const mayOpen = [-1, 0, 7_199_999, 7_200_000].map((ms) =>
      world.kisi.can(ada.email, 'Front door', world.clock.now() + ms),
    );
    const taken = await client.delete(`role_assignments/${given.id}`);

    expect(listed).toEqual([given]);
    expect(given).toMatchObject({
      resourceType: 'RoleAssignment',
      roleId: 'group_basic',
      appliesTo: { id: Number(world.front.id), resourceType: 'Group', name: 'Front door' },
      assignee: { id, resourceType: 'User', email: ada.email, name: 'Ada' },
      validFrom: '2026-11-30T08:00:00Z',
      validUntil: '2026-11-30T10:00:00Z',
    });
    expect(mayOpen).toEqual([false, true, true, false]);
    expect(taken).toBe('');
    expect(world.kisi.grants()).toEqual([]);
  });

  it('reads groups, the doors behind them, and all doors', async () => {
    const groups = await client.get('groups', { limit: 1, offset: 1 });
    const behind = await client.get('group_locks', { groupId: Number(world.studio.id) });
    const doors = await client.get('locks');

    expect(groups).toMatchObject({
      pagination: { offset: 1, limit: 1, count: 2 },
      data: [{ id: Number(world.studio.id), name: 'Studio', locksCount: 1, usersCount: 0 }],
    });
    expect(behind).toMatchObject({
      pagination: { count: 1 },
      data: [{ groupId: Number(world.studio.id), lock: { name: 'Studio' } }],
    });
    expect(doors).toMatchObject({
      pagination: { offset: 0, limit: 10, count: 2 },
      data: [{ name: 'Front door', lockedDown: false }, { name: 'Studio' }],
    });
  });

  it('reads a list of nothing', async () => {
    expect(await client.get('users')).toEqual({ pagination: { offset: 0, limit: 0, count: 0 }, data: [] });
    expect(await client.get('role_assignments')).toEqual([]);
  });

  it('searches what happened, waits for it, and reads it page by page', async () => {
    const { id } = await post('users', { user: ada });
    await assign(id);
    await world.kisi.openLock(String(id), world.front.id);
    world.clock.advance(60_000);
    await world.kisi.openLock(String(id), world.front.id);

    const set = await post('event_sets', {
      eventSet: { interval: '2026-11-30T00:00:00Z/2026-12-01T00:00:00Z', eventType: 'lock.unlock', eventSuccess: true },
    });
    const waiting = await client.get(`event_sets/${set.id}`, { limit: 1 });
    const first = await client.get(`event_sets/${set.id}`, { limit: 1 });
    const { cursor } = first as { cursor: string };
    const second = await client.get(`event_sets/${set.id}`, { limit: 1, cursor });

    expect(waiting).toMatchObject({ status: 'in_progress', events: null, cursor: null });
    expect(first).toMatchObject({
      status: 'finished',
      eventType: 'lock.unlock',
      events: [
        { type: 'lock.unlock', action: 'unlock', actorId: id, createdAt: '2026-11-30T08:01:00Z', success: true },
      ],
      cursor: expect.any(String),
    });
    expect(second).toMatchObject({ events: [{ createdAt: '2026-11-30T08:00:00Z' }], cursor: null });
  });

  it('is told why not', async () => {
    const stranger = createKisiClient(world.kisi.url, 'another key');
    await post('users', { user: ada });

    await expect(stranger.get('users')).rejects.toMatchObject({
      status: 401,
      code: 'afc496',
      reason: 'API key missing or wrong',
    });
    await expect(client.get('locks/1')).rejects.toMatchObject({ status: 404, code: 'fad10e' });
    await expect(client.post('users', { user: ada })).rejects.toMatchObject({
      status: 422,
      reason: { email: ['has already been taken'] },
    });
  });

  it('makes a webhook that is told', async () => {
    const made = await post('integrations', {
      integration: { name: 'Relay', type: 'event_webhook', url: 'http://127.0.0.1:1/', enabledEvents: ['lock.unlock'] },
    });
    const listed = await client.get('integrations');

    expect(await client.get(`integrations/${made.id}`)).toEqual(made);
    expect(listed).toMatchObject({ data: [{ id: made.id, type: 'event_webhook', disabledDueToError: false }] });
  });
});
