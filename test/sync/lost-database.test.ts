import { describe, expect, it } from 'vitest';
import { counting, createRelayWorld, DAY, HOUR, MINUTE, type RelayWorld } from '../support/relay.ts';

const ENDED = '2026-11-29';
const WRITES = /^(POST|PATCH|DELETE)/;

/** Both sides as a relay leaves them; afterwards its memory is gone. */
async function house() {
  const world = await createRelayWorld({ locks: ['Front door', 'Safe'] });
  const [front, safe] = world.doors;
  if (!front || !safe) throw new Error('no lock');
  const full = world.cobot.addPlan({ name: 'Full' });
  const made = world.cobot.addMember({ name: 'Made', plan: full });
  const adopted = world.cobot.addMember({ name: 'Adopted', plan: full });
  const limited = world.cobot.addMember({
    name: 'Limited',
    plan: world.cobot.addPlan({ name: 'Days', limited: true }),
  });
  world.cobot.addPass(limited);
  const user = world.locks.addUser({ email: adopted.email ?? '', name: 'There before', externalId: 'payroll-7' });
  const own = world.locks.addAccess({ user, lock: safe, note: 'by hand' });
  await world.sweep();
  expect(world.openers([made, adopted, limited])).toBe(3);
  return { world, made, adopted, limited, own, full, front };
}

const things = ({ cobot, locks }: RelayWorld) => ({
  users: [...locks.users.values()].map((user) => ({ ...user })),
  access: [...locks.access.values()].map((access) => ({ ...access })),
  tokens: [...cobot.tokens],
});

describe('a sweep after the database was lost', () => {
  it('finds everything as it is and writes nothing', async () => {
    const { world } = await house();
    const before = things(world);
    await world.loseDatabase();
    const written = counting(world.locks, WRITES);
    const told = counting(world.cobot, WRITES);

    const report = await world.sweep();

    expect(report.changes.map(({ action }) => action)).toEqual(['adopt']);
    expect([written(), told()]).toEqual([0, 0]);
    expect(things(world)).toEqual(before);
  });

  it('asks nobody singly twice: what is there is remembered again', async () => {
    const { world } = await house();
    await world.loseDatabase();
    await world.sweep();
    const calls = counting(world.cobot);

    await world.sweep();

    expect(calls()).toBeLessThanOrEqual(8);
  });

  it('takes from who ended meanwhile what the relay gave, and no more', async () => {
    const { world, made, adopted, own, full } = await house();
    const others = world.addMembers(3, full);
    await world.sweep();
    for (const member of [made, adopted]) world.cobot.cancel(member, ENDED);
    await world.loseDatabase();

    await world.sweep();

    expect([world.opens(made), world.opens(adopted), world.openers(others)]).toEqual([[], ['Safe'], 3]);
    expect(world.locks.users.get(own.userId)?.externalId).toBe('payroll-7');
    expect(world.locks.access.get(own.id)).toEqual(own);
    expect(world.cobot.tokens.size).toBe(4);
  });

  it('takes from a member whom Cobot has deleted, known by the mark alone', async () => {
    const { world, made } = await house();
    world.cobot.remove(made);
    await world.loseDatabase();

    await world.sweep();

    expect(world.opens(made)).toEqual([]);
  });

  it('takes from an adopted one whom Cobot has deleted, known by the notes alone', async () => {
    const { world, adopted, own } = await house();
    world.cobot.remove(adopted);
    await world.loseDatabase();

    await world.sweep();

    expect(world.opens(adopted)).toEqual(['Safe']);
    expect(world.locks.access.get(own.id)).toEqual(own);
  });

  it('takes nothing from those whom the list lacks but who are there', async () => {
    const { world, made, adopted, limited } = await house();
    await world.loseDatabase();
    world.cobot.sabotage('GET /api/memberships', {
      kind: 'replace',
      data: (list) => (Array.isArray(list) ? list.filter(({ id }) => id !== made.id) : list),
    });

    await world.sweep();

    expect(world.openers([made, adopted, limited])).toBe(3);
  });

  it('takes nothing from whose pass the list lacks, although nobody remembers it', async () => {
    const { world, limited } = await house();
    await world.loseDatabase();
    world.cobot.sabotage('GET /api/time_passes/unused', { kind: 'replace', data: () => [] });

    await world.sweep();

    expect(world.opens(limited)).toEqual(['Front door', 'Safe']);
  });

  it('knows by the tokens whose an adopted lock user without grants is', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const user = world.locks.addUser({ email: 'another.address@example.com' });
    world.cobot.tokens.set(user.id, member.id);

    await world.sweep();

    expect(world.locks.users.size).toBe(1);
    expect(world.locks.opens(user.email)).toEqual(['Front door']);
  });

  it('keeps a person with two memberships one person', async () => {
    const { world, made, full } = await house();
    const second = world.cobot.addMember({ name: 'Made', plan: full, userId: null });
    await world.sweep();
    await world.loseDatabase();
    await world.sweep();
    world.cobot.cancel(made, ENDED);

    await world.sweep();

    expect(world.opens(second)).toEqual(['Front door', 'Safe']);
    expect(world.locks.users.size).toBe(3);
    expect([...world.cobot.tokens.values()]).toContain(second.id);
  });
});

describe('a reconcile after the database was lost, before any sweep', () => {
  it('gives nothing twice', async () => {
    const { world, made, adopted, limited } = await house();
    const before = things(world);
    await world.loseDatabase();

    for (const member of [made, adopted, limited]) await world.reconcile(member);

    expect(things(world)).toEqual(before);
  });

  it('takes from who has ended', async () => {
    const { world, made } = await house();
    world.cobot.cancel(made, ENDED);
    await world.loseDatabase();

    await world.reconcile(made);

    expect(world.opens(made)).toEqual([]);
  });

  it('at the same moment as the sweep ends in the same state', async () => {
    const { world, made, adopted, limited } = await house();
    const before = things(world);
    await world.loseDatabase();

    await Promise.all([world.sweep(), ...[made, adopted, limited].map((member) => world.reconcile(member))]);
    await world.sweep();

    expect(things(world)).toEqual(before);
  });
});

describe('bookings after the database was lost', () => {
  it.each(['a sweep', 'a reconcile'])(
    'are asked for where v1 lacks them, in the list that only API 2 has (%s)',
    async (way) => {
      const world = await createRelayWorld({
        locks: ['Room'],
        policy: 'version: 1\nrules: [{ name: Room, locks: [Room], booking: { resource: Room } }]\n',
      });
      const resource = world.cobot.addResource('Room');
      const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
      const from = world.clock.now() - MINUTE;
      world.cobot.addBooking({ resource, member, from, to: from + HOUR });
      await world.sweep();
      await world.loseDatabase();
      world.cobot.sabotage('GET /api/bookings', { kind: 'replace', data: () => [] });

      if (way === 'a sweep') await world.sweep();
      else await world.reconcile(member);

      expect(world.opens(member)).toEqual(['Room']);
    },
  );
});

describe('openings after the database was lost', () => {
  it('of before are not judged again', async () => {
    const { world, made, front } = await house();
    await world.locks.openLock(world.userOf(made), front, { lose: true });
    await world.pass(DAY / 24);
    await world.loseDatabase();
    await world.sweep();

    await world.parts.queue.add([{ name: 'catch-up', key: 'space', payload: { cause: 'test' } }]);
    await world.settle();

    expect(await world.store.openings.list()).toEqual([]);
    expect(world.cobot.checkIns.size).toBe(0);
  });
});
