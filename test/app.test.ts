import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';
import { createLog } from '../src/lib/log.ts';
import { counting, createRelayWorld, MINUTE, SECOND, until } from './support/relay.ts';

const KEY = 'the-key-of-the-callbacks-1';
const WRITES = /^(POST|PATCH|PUT|DELETE)/;

describe('the parts put together', () => {
  it('take a webhook and act on it', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });

    const { status } = await request(world.app.http)
      .post('/membership_confirmation')
      .query({ key: KEY })
      .send(world.cobot.confirm(member));
    await world.settle();

    expect(status).toBe(204);
    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('take an opening and check the member in', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    await world.sweep();
    const { id } = world.userOf(member);

    const { status } = await request(world.app.http)
      .post('/lock_open')
      .query({ key: KEY })
      .send({ event: { user: { id } } });
    await world.settle();

    expect([status, world.cobot.checkInsOf(member).length]).toEqual([204, 1]);
  });

  it('are alive at once, and ready once jobs are worked off', async () => {
    const world = await createRelayWorld({ idle: true });
    const statuses = async () => [
      (await request(world.app.http).get('/healthz')).status,
      (await request(world.app.http).get('/readyz')).status,
    ];
    expect(await statuses()).toEqual([200, 503]);

    await world.app.start();
    await world.settle();

    expect(await statuses()).toEqual([200, 200]);
  });

  it('refuse a folder that another relay is at', async () => {
    const world = await createRelayWorld();
    const log = createLog({ level: 'silent', secrets: [] });

    await expect(createApp(world.config, { log, clock: world.clock })).rejects.toThrow(/in use/);
  });

  it('never write a token, a key or an email address into the log', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.cobot.addMember({
      name: 'Twin',
      email: member.email,
      userId: 'another',
      plan: world.cobot.addPlan({ name: 'P' }),
    });
    await world.sweep();
    world.cobot.sabotage(/./, { kind: 'answer', status: 401, json: { error: `${member.email} ${world.cobot.token}` } });
    await world.sweep().catch(() => undefined);
    await world.reconcile(member).catch(() => undefined);
    await world.parts.queue.add([
      { name: 'reconcile', key: member.id, payload: { membershipId: member.id, cause: 'test' } },
    ]);
    await world.settle();

    expect(world.lines.length).toBeGreaterThan(3);
    for (const secret of [world.cobot.token, world.locks.token, KEY, '@example.com']) {
      expect(world.lines.filter((line) => line.includes(secret))).toEqual([]);
    }
  });
});

describe('a sweep that was asked for', () => {
  it('as a preview writes to neither side and changes nothing in the store', async () => {
    const world = await createRelayWorld();
    const [member, other] = world.addMembers(2);
    await world.sweep();
    if (member) world.cobot.cancel(member, '2026-11-29');
    if (other) other.name = 'Renamed';
    world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });
    const written = [counting(world.cobot, WRITES), counting(world.locks, WRITES)];
    const before = await world.store.audit.list();

    const { changes } = await world.preview();

    expect(changes.map(({ action }) => action).toSorted()).toEqual([
      'grant',
      'link',
      'register',
      'remove',
      'unlink',
      'update',
    ]);
    expect(written.map((count) => count())).toEqual([0, 0]);
    expect(await world.store.audit.list()).toEqual(before);
  });

  it('shows beforehand what it then does', async () => {
    const world = await createRelayWorld({ locks: ['Front door', 'Room'] });
    world.addMembers(3);
    const shown = (await world.preview()).changes.filter(({ action }) => action !== 'link');

    const { changes } = await world.sweep();

    expect(changes.map(({ sentence }) => sentence).toSorted()).toEqual(
      shown.map(({ sentence }) => sentence).toSorted(),
    );
  });

  it('twice at the same moment is done one after the other, and gives nothing twice', async () => {
    const world = await createRelayWorld();
    const members = world.addMembers(3);

    await Promise.all([world.sweep(), world.sweep(), world.preview()]);

    expect([world.openers(members), world.locks.users.size, world.locks.access.size]).toEqual([3, 3, 3]);
  });
});

describe('the webhooks on Cobot', () => {
  const environment = { PUBLIC_URL: 'https://relay.example.com' };

  it('that are not registered are shown by a sweep', async () => {
    const world = await createRelayWorld({ environment });

    await world.sweep();

    expect(await world.problemsOf({ id: '' })).toContain('webhooks');
  });

  it('that Cobot has deactivated are made anew by a sweep', async () => {
    const world = await createRelayWorld({ environment });
    await world.parts.cobot.subscribe({
      event: 'confirmed_membership',
      callbackUrl: `https://relay.example.com/membership_confirmation?key=${KEY}`,
    });
    for (const subscription of world.cobot.subscriptions.values()) subscription.active = false;

    await world.sweep();

    expect([...world.cobot.subscriptions.values()].map(({ event, active }) => [event, active])).toEqual([
      ['confirmed_membership', true],
    ]);
  });

  it('that cannot be looked at do not keep a sweep from being good', async () => {
    const world = await createRelayWorld({ environment });
    world.cobot.sabotage('GET /api/subscriptions', { kind: 'answer', status: 403, json: {} });

    await world.sweep();

    expect(await world.store.settings.get('last-good-sweep')).toBe(world.clock.now());
    expect(await world.problemsOf({ id: '' })).toContain('webhooks-unknown');
  });
});

describe('stopping', () => {
  it('waits for what runs', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const slow = world.locks.sabotage('POST /access', { kind: 'hang' }, { times: 1 });
    await world.parts.queue.add([
      { name: 'reconcile', key: member.id, payload: { membershipId: member.id, cause: 'test' } },
    ]);
    await until(() => slow.hits === 1);

    const stopped = world.app.stop();
    slow.lift();
    await stopped;

    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('gives up calls that hang after a few seconds; their jobs go on after the next start', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const hung = world.locks.sabotage('POST /access', { kind: 'hang' }, { times: 1 });
    await world.parts.queue.add([
      { name: 'reconcile', key: member.id, payload: { membershipId: member.id, cause: 'test' } },
    ]);
    await until(() => hung.hits === 1);
    const before = world.clock.now();

    await world.restart();
    expect(world.clock.now() - before).toBeLessThanOrEqual(10 * SECOND);
    await world.pass(MINUTE);

    expect(world.opens(member)).toEqual(['Front door']);
    expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 1]);
  });
});

describe('a quarter of an hour of Cobot being down', () => {
  it('takes nothing away, and is made up for when it is back', async () => {
    const world = await createRelayWorld({ idle: true, environment: { SWEEP_MINUTES: '5' } });
    const [stays, leaves] = world.addMembers(2);
    if (!stays || !leaves) throw new Error('too few');
    await world.app.start();
    await world.settle();
    world.cobot.sabotage(/./, { kind: 'answer', status: 503, headers: { 'retry-after': '60' } });
    for (let minute = 0; minute < 15; minute += 1) await world.pass(MINUTE);
    expect(world.openers([stays, leaves])).toBe(2);
    world.cobot.cancel(leaves, '2026-11-29');
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });
    world.cobot.healAll();

    for (let minute = 0; minute < 5; minute += 1) await world.pass(MINUTE);

    expect([stays, leaves, late].map((member) => world.opens(member).length)).toEqual([1, 0, 1]);
  });
});
