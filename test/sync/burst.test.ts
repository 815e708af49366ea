import { describe, expect, it } from 'vitest';
import { COBOT_EVENTS } from '../../src/lib/callback-path.ts';
import type { JobRequest } from '../../src/queue/queue.ts';
import {
  counting,
  createRelayWorld,
  MINUTE,
  type RelayOptions,
  type RelayWorld,
  SECOND,
  UNAVAILABLE,
  until,
} from '../support/relay.ts';

const LIST = 'GET /api/memberships';
const SINGLE = 'GET /api/memberships/:id';

const request = ({ id }: { id: string }, cause = COBOT_EVENTS[0] ?? ''): JobRequest => ({
  name: 'reconcile',
  key: id,
  payload: { membershipId: id, cause: `webhook ${cause}` },
});

/** Members with everything that they should have: what is done for them are reads alone. */
async function spaceOf(count: number, options: RelayOptions = {}) {
  const world = await createRelayWorld(options);
  const members = world.addMembers(count);
  for (const member of members) world.giveEverything(member);
  await world.sweep();
  // The budgets of the client begin afresh.
  await world.pass(2 * MINUTE);
  return { world, members };
}

const waiting = async (world: RelayWorld) => (await world.jobs('reconcile')).length;

describe('a few reconciles', () => {
  it('are done singly, within a moment', async () => {
    const { world, members } = await spaceOf(20);
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];

    await world.parts.queue.add(members.slice(0, 4).map((member) => request(member)));
    await world.pass(SECOND);

    expect([lists(), singly(), await waiting(world)]).toEqual([0, 4, 0]);
  });
});

describe('an event soon after another', () => {
  it('waits a moment, since it may be the second of hundreds, and the first does not', async () => {
    const { world, members } = await spaceOf(20);
    const [one, other] = members;
    if (!one || !other) throw new Error('nobody');
    const singly = counting(world.cobot, SINGLE);

    await world.parts.queue.add([request(one)]);
    await world.settle();
    await world.parts.queue.add([request(other)]);
    await world.settle();

    expect([singly(), await waiting(world)]).toEqual([1, 1]);
    await world.pass(150);
    expect([singly(), await waiting(world)]).toEqual([2, 0]);
  });

  it('waits for nothing where Cobot allows more, nor do fifty become a sweep', async () => {
    const { world, members } = await spaceOf(50, { environment: { COBOT_CALLS_PER_MINUTE: '6000' } });
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];

    await world.parts.queue.add(members.map((member) => request(member)));
    await world.settle();

    expect([lists(), singly(), await waiting(world)]).toEqual([0, 50, 0]);
  });
});

describe('the sweep of a burst', () => {
  const calls = ({ cobot }: RelayWorld, from: number) => cobot.requests.slice(from).map(({ endpoint }) => endpoint);
  const LOOKED_AFTER = ['GET /api/check_in_tokens', 'GET /api/subscriptions'];

  it('reads members alone, and leaves said what a whole sweep has found', async () => {
    const { world, members } = await spaceOf(30, {
      environment: { PUBLIC_URL: 'https://relay.example.com' },
      policy: 'version: 1\nrules: [{ name: Everywhere, locks: [all], members: all }]\n',
    });
    world.cobot.sabotage('GET /api/check_in_tokens', UNAVAILABLE, { times: 1 });
    await world.sweep();
    const before = (await world.store.problems.all()).map(({ kind }) => kind).toSorted();
    const from = world.cobot.requests.length;

    await world.parts.queue.add(members.map((member) => request(member)));
    await world.pass(5 * SECOND);

    expect(calls(world, from)).toEqual([LIST]);
    expect(before).toEqual(['tokens-unread', 'webhooks']);
    expect((await world.store.problems.all()).map(({ kind }) => kind).toSorted()).toEqual(before);
  });

  it('reads passes and check-ins as well, where one of them needs a pass', async () => {
    const { world, members } = await spaceOf(30);
    const limited = world.cobot.addMember({ name: 'Dora', plan: world.cobot.addPlan({ name: 'Days', limited: true }) });
    world.cobot.addPass(limited);
    const from = world.cobot.requests.length;

    await world.parts.queue.add([...members, limited].map((member) => request(member)));
    await world.pass(5 * SECOND);

    expect(calls(world, from).slice(0, 3).toSorted()).toEqual([
      LIST,
      'GET /api/time_passes/unused',
      'GET /api/work_sessions',
    ]);
    expect(world.opens(limited)).toEqual(['Front door']);
  });

  it('is a whole one where the last of those is long ago, since it may have taken the place of one', async () => {
    const { world, members } = await spaceOf(30, { environment: { PUBLIC_URL: 'https://relay.example.com' } });
    await world.pass(61 * MINUTE);
    const from = world.cobot.requests.length;

    await world.parts.queue.add(members.map((member) => request(member)));
    await world.pass(5 * SECOND);

    expect(calls(world, from)).toEqual(expect.arrayContaining([LIST, ...LOOKED_AFTER]));
  });
});

describe('a burst of reconciles', () => {
  it('becomes one sweep a moment later, and no single read', async () => {
    const { world, members } = await spaceOf(100);
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];

    await world.parts.queue.add(members.map((member) => request(member)));
    await world.pass(5 * SECOND);

    expect([lists(), singly(), await waiting(world)]).toEqual([1, 0, 0]);
  });

  it('that comes in one by one becomes a sweep as well', async () => {
    const { world, members } = await spaceOf(100);
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];

    for (const member of members) {
      await world.parts.queue.add([request(member)]);
      await world.pass(20);
    }
    await world.pass(30 * SECOND);

    expect(singly()).toBeLessThan(40);
    expect(lists()).toBeLessThanOrEqual(3);
    expect(await waiting(world)).toBe(0);
  });

  it('waits for the sweep, however long it takes, and is not done singly meanwhile', async () => {
    const { world, members } = await spaceOf(100);
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];
    const held = world.locks.sabotage('GET /users', { kind: 'hang' }, { times: 1 });

    await world.parts.queue.add(members.map((member) => request(member)));
    for (let second = 0; second < 2; second += 1) await world.clock.advance(SECOND);
    await until(() => held.hits > 0);
    for (let second = 0; second < 6; second += 1) await world.clock.advance(SECOND);
    held.lift();
    await world.pass(MINUTE);

    expect(singly()).toBe(0);
    expect(lists()).toBeLessThanOrEqual(2);
    expect(await waiting(world)).toBe(0);
  });

  it('is done singly where the sweep fails, and asks for no sweep again', async () => {
    const { world, members } = await spaceOf(20);
    world.cobot.sabotage(LIST, UNAVAILABLE);
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];

    await world.parts.queue.add(members.map((member) => request(member)));
    await world.pass(20 * SECOND);

    expect(singly()).toBe(20);
    expect(await waiting(world)).toBe(0);
    // The failed sweep alone is tried again, after growing pauses.
    expect(lists()).toBeLessThanOrEqual(6);
  });

  it('finds what is not in the list of memberships singly, after the sweep', async () => {
    const { world, members } = await spaceOf(40);
    const pending = world.cobot.addMember({
      name: 'Pending',
      plan: world.cobot.addPlan({ name: 'New' }),
      confirmed: false,
    });
    const singly = counting(world.cobot, SINGLE);

    await world.parts.queue.add([...members, pending].map((member) => request(member)));
    await world.pass(10 * SECOND);

    expect(singly()).toBe(1);
    expect(await waiting(world)).toBe(0);
  });

  it('that goes on and on does not spend the budget of the list', async () => {
    const { world, members } = await spaceOf(30);
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];

    for (let round = 0; round < 13; round += 1) {
      await world.parts.queue.add(members.map((member) => request(member)));
      await world.pass(3 * SECOND);
    }

    expect(lists()).toBeLessThanOrEqual(6);
    expect(singly()).toBe(0);
  });

  it('is one sweep for what came before it, and another for what came during it', async () => {
    const { world, members } = await spaceOf(40);
    const lists = counting(world.cobot, LIST);
    const held = world.locks.sabotage('GET /users', { kind: 'hang' }, { times: 1 });
    await world.parts.queue.add(members.map((member) => request(member)));
    for (let second = 0; second < 2; second += 1) await world.clock.advance(SECOND);
    await until(() => held.hits > 0);
    const [late] = members;
    if (!late) throw new Error('nobody');
    world.cobot.cancel(late, '2026-11-29');
    await world.parts.queue.add(members.map((member) => request(member)));
    held.lift();

    await world.pass(MINUTE);

    expect(world.opens(late)).toEqual([]);
    expect(lists()).toBeLessThanOrEqual(3);
    expect(await waiting(world)).toBe(0);
  });
});

describe('single reads that are nearly used up', () => {
  it('are spared: what waits becomes a sweep', async () => {
    const { world, members } = await spaceOf(70);
    const [lists, singly] = [counting(world.cobot, LIST), counting(world.cobot, SINGLE)];

    // One by one and slowly, so that it is no burst at any time.
    for (const member of members) {
      await world.parts.queue.add([request(member)]);
      await world.pass(0.6 * SECOND);
    }
    await world.pass(10 * SECOND);

    expect(lists()).toBeGreaterThanOrEqual(1);
    expect(singly()).toBeLessThanOrEqual(55);
    expect(await waiting(world)).toBe(0);
  });
});
