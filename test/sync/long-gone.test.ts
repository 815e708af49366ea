import { describe, expect, it } from 'vitest';
import { reconcile } from '../../src/sync/reconcile.ts';
import {
  counting,
  createRelayWorld,
  DAY,
  FORBIDDEN,
  HOUR,
  MINUTE,
  type RelayWorld,
  UNAVAILABLE,
  until,
} from '../support/relay.ts';

const ENDED = '2026-11-29';

/** One of three members has ended, and has no grant any more. */
async function gone() {
  const world = await createRelayWorld({ locks: ['Front door', 'Safe'] });
  const plan = world.cobot.addPlan({ name: 'Full' });
  const [member, ...others] = world.addMembers(3, plan);
  if (!member) throw new Error('nobody');
  await world.sweep();
  const user = world.userOf(member);
  world.cobot.cancel(member, ENDED);
  await world.reconcile(member);
  return { world, member, user, others, plan };
}

const isThere = (world: RelayWorld, { id }: { id: string }) => world.locks.users.has(id);

/** Time in which nothing happens, and a sweep at its end. */
async function later(world: RelayWorld, ms: number): Promise<void> {
  await world.pass(ms);
  await world.sweep();
}

describe('a lock user that we made and nobody needs', () => {
  it('is deleted fourteen days after its last grant of ours, and not before', async () => {
    const { world, member, user, others } = await gone();
    await later(world, 14 * DAY - HOUR);
    expect(isThere(world, user)).toBe(true);

    await later(world, 2 * HOUR);

    expect(isThere(world, user)).toBe(false);
    expect(world.openers(others)).toBe(2);
    expect((await world.store.audit.list({ limit: 1 }))[0]).toMatchObject({
      action: 'delete',
      membershipId: member.id,
    });
    expect(await world.store.links.ofLockUser(user.id)).toEqual([]);
  });

  it('is deleted after a fresh read, and once', async () => {
    const { world, member, user } = await gone();
    await world.pass(15 * DAY);
    const reads = counting(world.cobot, 'GET /api/memberships/:id');
    await world.sweep();
    await world.sweep();

    expect([reads(), isThere(world, user)]).toEqual([1, false]);
    expect(world.cobot.requests.some(({ path }) => path.endsWith(member.id))).toBe(true);
    expect(
      world.locks.requests.filter(({ method, path }) => method === 'DELETE' && path.startsWith('/users')),
    ).toHaveLength(1);
  });

  it('is deleted where Cobot has no such membership any more', async () => {
    const { world, member, user } = await gone();
    world.cobot.remove(member);

    await later(world, 15 * DAY);

    expect(isThere(world, user)).toBe(false);
  });

  it('stays while Cobot cannot be asked', async () => {
    const { world, user } = await gone();
    const sabotage = world.cobot.sabotage('GET /api/memberships/:id', UNAVAILABLE);
    await later(world, 15 * DAY);
    expect(isThere(world, user)).toBe(true);
    sabotage.lift();

    await later(world, MINUTE);

    expect(isThere(world, user)).toBe(false);
  });

  it('stays while the lists cannot be read', async () => {
    const { world, user } = await gone();
    await world.pass(15 * DAY);
    world.cobot.sabotage('GET /api/memberships', FORBIDDEN);

    await world.sweep().catch(() => undefined);

    expect(isThere(world, user)).toBe(true);
  });

  it('stays with a grant that others made, however long ago', async () => {
    const { world, user } = await gone();
    const [, safe] = world.doors;
    if (!safe) throw new Error('no lock');
    world.locks.addAccess({ user, lock: safe, note: 'by hand' });

    await later(world, 30 * DAY);

    expect(isThere(world, user)).toBe(true);
    expect(world.locks.access.size).toBe(2 * 2 + 1);
  });

  it('stays where the membership was taken up again', async () => {
    const { world, member, user } = await gone();
    await world.pass(15 * DAY);
    member.canceledTo = null;

    await world.sweep();

    expect([isThere(world, user), world.opens(member).length]).toEqual([true, 2]);
  });

  it('stays for a new membership of the same person that has no pass yet', async () => {
    const { world, member, user } = await gone();
    await world.pass(15 * DAY);
    const again = world.cobot.addMember({
      name: member.name,
      email: member.email,
      plan: world.cobot.addPlan({ name: 'Days', limited: true }),
    });

    await world.sweep();

    expect(isThere(world, user)).toBe(true);
    expect((await world.store.links.of(again.id))?.lockUserId).toBe(user.id);
  });

  it('stays where somebody comes back while the sweep is at it', async () => {
    const { world, member, user } = await gone();
    await world.pass(15 * DAY);
    // The last read before it is deleted.
    const asked = world.cobot.sabotage('GET /api/memberships/:id', { kind: 'hang' }, { times: 1 });
    const sweeping = world.app.sync({ dryRun: false, cause: 'test' });
    await until(() => asked.hits > 0);
    const plan = world.cobot.addPlan({ name: 'New' });
    await reconcile(world.cobot.addMember({ name: member.name, email: member.email, plan }).id, 'test', world.parts);
    asked.lift();
    await sweeping;

    expect(world.opens(member)).toEqual(['Front door', 'Safe']);
    expect(isThere(world, user)).toBe(true);
  });

  it('is counted from the first sweep after a lost database', async () => {
    const { world, user } = await gone();
    await world.pass(15 * DAY);
    await world.loseDatabase();
    await world.sweep();
    expect(isThere(world, user)).toBe(true);

    await later(world, 14 * DAY + HOUR);

    expect(isThere(world, user)).toBe(false);
  });

  it('is not deleted by a preview', async () => {
    const { world, user } = await gone();
    await world.pass(15 * DAY);

    await world.preview();

    expect(isThere(world, user)).toBe(true);
  });
});

describe('a lock user that was there before us', () => {
  it('is never deleted', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Full' });
    const [member] = world.addMembers(2, plan);
    if (!member) throw new Error('nobody');
    const user = world.locks.addUser({ email: member.email ?? '' });
    await world.sweep();
    world.cobot.cancel(member, ENDED);
    await world.sweep();

    await later(world, 60 * DAY);

    expect(isThere(world, user)).toBe(true);
    expect(world.opens(member)).toEqual([]);
  });

  it('or a stranger is never touched', async () => {
    const { world } = await gone();
    const [front] = world.doors;
    if (!front) throw new Error('no lock');
    const stranger = world.locks.addUser({ email: 'stranger@example.com', externalId: 'relay:another-space:1' });

    await later(world, 60 * DAY);

    expect(isThere(world, stranger)).toBe(true);
  });
});

describe('who has no membership any more and a grant that others made', () => {
  it('is shown, with the lock, until the grant is gone', async () => {
    const { world, member, user } = await gone();
    const [, safe] = world.doors;
    if (!safe) throw new Error('no lock');
    const own = world.locks.addAccess({ user, lock: safe, note: 'by hand' });

    await world.sweep();

    expect(await world.problemsOf(member)).toEqual(['foreign-access']);
    const [problem] = (await world.store.problems.all()).filter(({ subject }) => subject === member.id);
    expect(problem?.sentence).toContain('Safe');
    world.locks.access.delete(own.id);
    await world.sweep();
    expect(await world.problemsOf(member)).toEqual([]);
  });

  it('is not shown while a membership lasts, nor for a grant that is over', async () => {
    const { world, member, user, others } = await gone();
    const [, safe] = world.doors;
    const [other] = others;
    if (!safe || !other) throw new Error('no lock');
    world.locks.addAccess({ user: world.userOf(other), lock: safe, note: 'by hand' });
    world.locks.addAccess({ user, lock: safe, until: world.clock.now() - MINUTE, note: 'by hand' });

    await world.sweep();

    expect([await world.problemsOf(member), await world.problemsOf(other)]).toEqual([[], []]);
  });
});
