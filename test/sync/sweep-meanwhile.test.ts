import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import { counting, createRelayWorld, type RelayWorld, UNAVAILABLE, until } from '../support/relay.ts';
import { spaceOf } from '../support/relay-spaces.ts';

describe('reconciles that wait', () => {
  const request = (id: string) => ({
    name: 'reconcile' as const,
    key: id,
    payload: { membershipId: id, cause: 'test' },
  });
  const keys = async (world: RelayWorld) => (await world.jobs('reconcile')).map(({ key }) => key);

  it('are done by a sweep that began after they came, and those that came later are not', async () => {
    const world = await createRelayWorld({ idle: true });
    const [before, repeated, after] = world.addMembers(3);
    if (!before || !repeated || !after) throw new Error('too few');
    await world.parts.queue.add([request(before.id), request(repeated.id)]);
    const list = world.cobot.sabotage('GET /api/memberships', { kind: 'hang', when: 'after' });
    const sweeping = world.app.sync({ dryRun: false, cause: 'test' });
    await until(() => list.hits > 0);
    await world.parts.queue.add([request(repeated.id), request(after.id)]);
    list.lift();

    await sweeping;

    expect((await keys(world)).toSorted()).toEqual([repeated.id, after.id].toSorted());
  });

  it('stay where the sweep was not good', async () => {
    const world = await createRelayWorld({ idle: true });
    const [member] = world.addMembers(1);
    if (!member) throw new Error('nobody');
    await world.parts.queue.add([request(member.id)]);
    world.cobot.sabotage('GET /api/work_sessions', { kind: 'answer', status: 403, json: {} });

    await world.app.sync({ dryRun: false, cause: 'test' }).catch(() => undefined);

    expect(await keys(world)).toEqual([member.id]);
  });

  it('stay for a membership that the sweep has not seen, and for one whose change failed', async () => {
    const world = await createRelayWorld({ idle: true });
    const [unseen, failed, done] = world.addMembers(3);
    if (!unseen || !failed || !done) throw new Error('too few');
    unseen.confirmedAt = null;
    world.giveEverything(done);
    world.locks.sabotage('POST /users', UNAVAILABLE);
    await world.parts.queue.add([unseen, failed, done].map(({ id }) => request(id)));

    await world.app.sync({ dryRun: false, cause: 'test' });

    expect((await keys(world)).toSorted()).toEqual([unseen.id, failed.id].toSorted());
  });

  it('stay where nothing was applied', async () => {
    const world = await createRelayWorld({ idle: true });
    const [member] = world.addMembers(1);
    if (!member) throw new Error('nobody');
    await world.parts.queue.add([request(member.id)]);

    await world.preview();

    expect(await keys(world)).toEqual([member.id]);
  });
});

describe('a lock user that is said to be gone, and is found by its email', () => {
  it('is kept, and nobody waits for it for ever', async () => {
    const { world, members } = await spaceOf(2);
    const [member] = members;
    if (!member) throw new Error('nobody');
    await world.sweep();
    const user = world.userOf(member);
    const lie = world.locks.sabotage('GET /users/:id', { kind: 'answer', status: 404, json: {} });

    await world.reconcile(member);
    lie.lift();
    await world.sweep();

    expect(lie.hits).toBeGreaterThan(0);
    expect(world.userOf(member).id).toBe(user.id);
    expect(world.locks.windows(member.email ?? '', 'Front door')).toHaveLength(1);
  });
});

describe('a reconcile during a sweep', () => {
  const allGrants = (request: Seen) => request.endpoint === 'GET /access' && request.query['user_id'] === undefined;

  /** A sweep that has read everything from Cobot and waits for the lock system. */
  async function sweepInHand(world: RelayWorld) {
    const list = world.cobot.sabotage('GET /api/check_in_tokens', { kind: 'hang', when: 'after' });
    const read = counting(world.cobot, 'GET /api/work_sessions');
    const grants = counting(world.locks, 'GET /access');
    const sweeping = world.app.sync({ dryRun: false, cause: 'test' });
    await until(() => list.hits > 0 && read() > 0 && grants() > 0);
    // The answers are on their way already; now they are in.
    await world.clock.advance(0);
    return async () => {
      list.lift();
      const report = await sweeping;
      await world.settle();
      return report;
    };
  }

  it('is not undone: who was ended meanwhile is not let in again', async () => {
    const { world, members } = await spaceOf(3);
    const [member] = members;
    if (!member) throw new Error('nobody');
    for (const { id } of world.locks.windows(member.email ?? '', 'Front door')) world.locks.access.delete(id);
    const finish = await sweepInHand(world);
    world.cobot.cancel(member, '2026-11-29');
    await world.reconcile(member);

    await finish();

    expect(world.opens(member)).toEqual([]);
  });

  it('is not repeated: who was registered meanwhile is not registered again', async () => {
    const { world } = await spaceOf(1);
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });
    const finish = await sweepInHand(world);
    await world.reconcile(late);
    const tried = counting(world.locks, 'POST /users');

    await finish();

    expect(tried()).toBe(0);
    expect(world.locks.windows(late.email ?? '', 'Front door')).toHaveLength(1);
    expect(await world.problemsOf(late)).toEqual([]);
  });

  it('gives nothing twice: a sweep that begins while somebody is being registered waits for that', async () => {
    const world = await createRelayWorld();
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });
    const giving = world.locks.sabotage('POST /access', { kind: 'hang', when: 'before' });
    const reconciling = world.reconcile(late);
    await until(() => giving.hits > 0);
    const grants = counting(world.locks, 'GET /access');
    const sweeping = world.app.sync({ dryRun: false, cause: 'test' });
    await until(() => grants() > 0);
    for (let turn = 0; turn < 20; turn += 1) await world.clock.advance(0);
    giving.lift();

    await Promise.all([reconciling, sweeping]);

    expect(world.locks.windows(late.email ?? '', 'Front door')).toHaveLength(1);
  });

  it('gives nothing twice beside a sweep that registers somebody', async () => {
    const world = await createRelayWorld();
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });
    const giving = world.locks.sabotage('POST /access', { kind: 'hang', when: 'before' });
    const sweeping = world.app.sync({ dryRun: false, cause: 'test' });
    await until(() => giving.hits > 0);
    const reads = counting(world.cobot, 'GET /api/memberships/:id');
    const reconciling = world.reconcile(late);
    await until(() => reads() > 0);
    for (let turn = 0; turn < 20; turn += 1) await world.clock.advance(0);
    giving.lift();

    await Promise.all([reconciling, sweeping]);

    expect(world.locks.windows(late.email ?? '', 'Front door')).toHaveLength(1);
  });

  it('is not forgotten: what it read is newer than what the sweep read', async () => {
    const world = await createRelayWorld();
    const [member] = world.addMembers(1, world.cobot.addPlan({ name: 'Days', limited: true }));
    if (!member) throw new Error('nobody');
    await world.sweep();
    const finish = await sweepInHand(world);
    const pass = world.cobot.addPass(member);
    await world.reconcile(member);

    await finish();

    expect(world.opens(member)).toEqual(['Front door']);
    expect((await world.store.evidence.of(member.id))?.passes.map(({ id }) => id)).toEqual([pass.id]);
  });

  it('leaves everybody else to the sweep', async () => {
    const { world, members } = await spaceOf(3);
    const [one, other] = members;
    if (!one || !other) throw new Error('too few');
    world.locks.access.clear();
    const finish = await sweepInHand(world);
    await world.reconcile(one);

    await finish();

    expect(world.openers(members)).toBe(3);
    expect(world.locks.requests.filter(allGrants).length).toBeGreaterThan(0);
  });
});

describe('a sweep during a reconcile', () => {
  it('is not undone by what the reconcile had read before', async () => {
    const { world, members } = await spaceOf(8);
    const [leaver] = members;
    if (!leaver) throw new Error('nobody');
    const answer = world.cobot.sabotage('GET /api/memberships/:id', { kind: 'hang', when: 'after' }, { times: 1 });
    const reconciling = world.reconcile(leaver);
    await until(() => answer.hits > 0);
    world.cobot.cancel(leaver, '2026-11-29');
    await world.app.sync({ dryRun: false, cause: 'test' });
    const afterSweep = world.opens(leaver);

    answer.lift();
    await reconciling;

    expect(afterSweep).toEqual([]);
    expect(world.opens(leaver)).toEqual([]);
  });
});
