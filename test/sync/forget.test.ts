import { describe, expect, it } from 'vitest';
import { findTraces, forget } from '../../src/sync/forget.ts';
import { createRelayWorld, DAY, type RelayWorld } from '../support/relay.ts';

const YESTERDAY = '2026-11-29';

/** Ada was a member until yesterday and has left traces everywhere; Ben is one now. */
async function withTraces() {
  const world = await createRelayWorld();
  const [ada, ben] = world.addMembers(2);
  if (!ada || !ben) throw new Error('no members');
  for (const [member, name] of [
    [ada, 'Ada Lovelace'],
    [ben, 'Ben'],
  ] as const)
    Object.assign(member, { name, email: `${name.split(' ')[0]?.toLowerCase()}@example.com` });
  await world.sweep();
  const user = world.userOf(ada);
  for (const [id, body, subject] of [
    ['d1', `{"url":"https://co.example/api/memberships/${ada.id}"}`, ada.id],
    ['d2', `{"user":{"id":"${user.id}","email":"ada.old@example.com"}}`, user.id],
    ['d3', '{"from":"Ada@Example.com"}', 'no JSON that is known'],
    ['d4', `{"url":"https://co.example/api/memberships/${ben.id}"}`, ben.id],
  ] as const) {
    await world.store.inbox.accept({
      delivery: { id, receivedAt: world.clock.now(), source: 'cobot', event: 'e', body, understood: true, subject },
      jobs: [],
    });
  }
  world.cobot.cancel(ada, YESTERDAY);
  await world.sweep();
  return { world, ada, ben, user };
}

async function forgetNow(world: RelayWorld, text: string) {
  const found = await findTraces(text, world.parts);
  if (!found.ok) return found.why;
  return forget(found.traces, world.parts);
}

async function everythingKept({ store }: RelayWorld): Promise<string> {
  const kept = [await store.audit.list(), await store.inbox.list(), [...(await store.evidence.all())]];
  return JSON.stringify([...kept, await store.problems.all(), await store.openings.list()]);
}

describe('forgetting', () => {
  it.each([
    ['by the email address', () => 'ADA@example.com'],
    ['by the id of the membership', (id: string) => id],
  ])('%s takes out name, address and ids, and keeps what happened and how often', async (_, named) => {
    const { world, ada, user } = await withTraces();
    const [entries, deliveries] = [await world.store.audit.list(), await world.store.inbox.list()];

    const forgotten = await forgetNow(world, named(ada.id));

    const left = await everythingKept(world);
    expect(forgotten).toEqual({ memberships: 1, entries: 5, deliveries: 3 });
    for (const trace of ['Ada Lovelace', 'ada@example.com', 'ada.old@example.com', ada.id, user.id])
      expect(left.toLowerCase()).not.toContain(trace.toLowerCase());
    expect((await world.store.audit.list()).map(({ action }) => action)).toEqual(entries.map(({ action }) => action));
    expect((await world.store.inbox.list()).map(({ id }) => id)).toEqual(deliveries.map(({ id }) => id));
  });

  it('leaves everybody else as they are', async () => {
    const { world, ben } = await withTraces();

    await forgetNow(world, 'ada@example.com');

    expect(await world.store.evidence.of(ben.id)).toMatchObject({ membership: { name: 'Ben' } });
    expect((await world.store.audit.list({ membershipId: ben.id })).length).toBeGreaterThan(0);
    expect((await world.store.inbox.list()).find(({ id }) => id === 'd4')?.body).toContain(ben.id);
  });

  it('keeps the lock system right: the next sweeps change nothing, and bring nothing back', async () => {
    const { world, ada } = await withTraces();
    await forgetNow(world, 'ada@example.com');

    const { changes } = await world.sweep();
    await world.pass(15 * DAY);
    await world.sweep();

    expect(changes).toEqual([]);
    expect(await everythingKept(world)).not.toContain('Ada Lovelace');
    expect(world.locks.userByEmail(ada.email ?? '')).toBeUndefined();
  });

  it('is refused for a current member, also of one that nothing but a link is known of', async () => {
    const { world, ben } = await withTraces();

    const byEmail = await forgetNow(world, 'ben@example.com');
    await world.store.evidence.remove(ben.id);
    const byLink = await forgetNow(world, ben.id);

    expect([byEmail, byLink]).toEqual(['still a member', 'still a member']);
    expect((await world.store.audit.list({ membershipId: ben.id })).length).toBeGreaterThan(0);
  });

  it('is refused where one of several memberships of the address goes on', async () => {
    const { world, ada } = await withTraces();
    world.cobot.addMember({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      plan: world.cobot.addPlan({ name: 'New' }),
    });
    await world.sweep();

    expect(await forgetNow(world, 'ada@example.com')).toBe('still a member');
    expect(await world.store.evidence.of(ada.id)).toBeDefined();
  });

  it('says so where nobody is known', async () => {
    const { world } = await withTraces();

    expect(await forgetNow(world, 'nobody@example.com')).toBe('nobody known by it');
  });
});
