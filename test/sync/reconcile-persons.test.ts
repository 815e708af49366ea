import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import { createRelayWorld, HOUR, MINUTE, type RelayWorld, SECOND, UNAVAILABLE } from '../support/relay.ts';
import { ENDED, job, oneMember } from './one-member.ts';

describe('two memberships of one person', () => {
  const twins = (world: RelayWorld) => {
    const plan = world.cobot.addPlan({ name: 'Full' });
    const first = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-01' });
    const second = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-15' });
    return { first, second };
  };

  it('that are confirmed at the same moment share one lock user and one grant at each lock', async () => {
    const world = await createRelayWorld({ locks: ['Front door', 'Room'] });
    const { first, second } = twins(world);

    await world.parts.queue.add([job(second), job(first)]);
    await world.pass(MINUTE);

    expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 2]);
    expect([...world.cobot.tokens.values()]).toEqual([first.id]);
    expect((await world.store.links.all()).map(({ membershipId }) => membershipId).toSorted()).toEqual(
      [first.id, second.id].toSorted(),
    );
  });

  it('with two spellings of one address share one, too', async () => {
    const world = await createRelayWorld();
    const { first, second } = twins(world);
    second.email = 'ADA@example.com';

    await Promise.all([world.reconcile(first), world.reconcile(second)]);

    expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 1]);
  });

  it('keep the doors while one of them lasts; mark and token move', async () => {
    const world = await createRelayWorld();
    const { first, second } = twins(world);
    await world.reconcile(first);
    await world.reconcile(second);
    world.cobot.cancel(first, ENDED);

    await world.reconcile(first);

    expect(world.opens(second)).toEqual(['Front door']);
    expect(world.userOf(second).externalId).toBe(`relay:co-up:${second.id}`);
    expect([...world.cobot.tokens.values()]).toEqual([second.id]);
    world.cobot.cancel(second, ENDED);
    await world.reconcile(second);
    expect(world.opens(second)).toEqual([]);
  });

  it('of which one cannot be read keep what both gave', async () => {
    const world = await createRelayWorld();
    const { first, second } = twins(world);
    await world.reconcile(first);
    await world.reconcile(second);
    world.cobot.sabotage({ path: new RegExp(first.id) }, UNAVAILABLE);
    world.cobot.cancel(second, ENDED);

    await world.reconcile(second).catch(() => undefined);

    expect(world.opens(second)).toEqual(['Front door']);
  });
});

describe('a rejoin under a new membership', () => {
  it('takes the lock user over, with mark and token', async () => {
    const { world, member, plan } = await oneMember();
    const user = world.userOf(member);
    world.cobot.cancel(member, ENDED);
    await world.reconcile(member);
    const again = world.cobot.addMember({ name: 'Ada', plan });

    await world.reconcile(again);

    expect(world.locks.users.size).toBe(1);
    expect(world.userOf(again)).toMatchObject({ id: user.id, externalId: `relay:co-up:${again.id}` });
    expect([...world.cobot.tokens]).toEqual([[user.id, again.id]]);
    expect(world.opens(again)).toEqual(['Front door']);
  });

  it('is not undone by a late webhook about the old one', async () => {
    const { world, member, plan } = await oneMember();
    world.cobot.cancel(member, ENDED);
    await world.reconcile(member);
    const again = world.cobot.addMember({ name: 'Ada', plan });
    await world.reconcile(again);

    await world.reconcile(member);
    world.cobot.remove(member);
    await world.reconcile(member);

    expect(world.opens(again)).toEqual(['Front door']);
    expect([...world.cobot.tokens.values()]).toEqual([again.id]);
    expect(world.userOf(again).externalId).toBe(`relay:co-up:${again.id}`);
  });
});

describe('two people with one address', () => {
  async function conflict() {
    const { world, member, plan } = await oneMember();
    const other = world.cobot.addMember({ name: 'Ben', plan, email: 'ADA@example.com', userId: 'somebody-else' });
    await world.reconcile(other);
    return { world, member, other };
  }

  it('do not share a lock user: the second gets nothing and is shown', async () => {
    const { world, other } = await conflict();

    expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 1]);
    expect(await world.problemsOf(other)).toEqual(['email-taken']);
    expect((await world.store.links.of(other.id))?.lockUserId).toBeUndefined();
  });

  it('change places when the first has left', async () => {
    const { world, member, other } = await conflict();
    world.cobot.cancel(member, ENDED);
    await world.reconcile(member);

    await world.reconcile(other);

    expect(world.opens(other)).toEqual(['Front door']);
    expect(await world.problemsOf(other)).toEqual([]);
    expect([...world.cobot.tokens.values()]).toEqual([other.id]);
  });

  it('change places in a sweep as well', async () => {
    const { world, member, other } = await conflict();
    world.cobot.cancel(member, ENDED);
    await world.sweep();

    await world.sweep();

    expect(world.opens(other)).toEqual(['Front door']);
    expect(await world.problemsOf(other)).toEqual([]);
  });

  it('are settled by another address', async () => {
    const { world, other } = await conflict();
    other.email = 'ben@example.com';

    await world.reconcile(other);

    expect(world.opens(other)).toEqual(['Front door']);
    expect(world.locks.users.size).toBe(2);
    expect(await world.problemsOf(other)).toEqual([]);
  });
});

describe('a changed email address', () => {
  it('goes to the lock user and changes no link', async () => {
    const { world, member } = await oneMember();
    const { id } = world.userOf(member);
    member.email = 'ada.new@example.com';
    member.name = 'Ada New';

    await world.reconcile(member);

    expect(world.userOf(member)).toMatchObject({ id, name: 'Ada New' });
    expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 1]);
  });

  it('that another lock user has is left as it is and shown, until it is free', async () => {
    const { world, member } = await oneMember();
    const before = { ...member };
    const other = world.locks.addUser({ email: 'ada.new@example.com' });
    member.email = 'ada.new@example.com';
    member.name = 'Ada New';

    await world.reconcile(member);

    expect(world.userOf(before)).toMatchObject({ name: 'Ada New' });
    expect(world.opens(before)).toEqual(['Front door']);
    expect(await world.problemsOf(member)).toEqual(['email-taken']);
    world.locks.removeUser(other);
    await world.reconcile(member);
    expect(world.opens(member)).toEqual(['Front door']);
    expect(await world.problemsOf(member)).toEqual([]);
  });

  it('of an adopted lock user is left as it is and shown', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const user = world.locks.addUser({ email: member.email ?? '' });
    await world.reconcile(member);
    member.email = 'ada.new@example.com';

    await world.reconcile(member);

    expect(world.locks.users.get(user.id)?.email).toBe('ada@example.com');
    expect(world.locks.users.size).toBe(1);
    expect(await world.problemsOf(member)).toEqual(['email-differs']);
  });
});

describe('a lock user that somebody removed in the lock system', () => {
  it('is made anew, with its doors and a token', async () => {
    const { world, member } = await oneMember();
    const gone = world.userOf(member);
    world.locks.removeUser(gone);

    await world.reconcile(member);

    const made = world.userOf(member);
    expect(made.id).not.toBe(gone.id);
    expect(world.opens(member)).toEqual(['Front door']);
    expect(world.cobot.tokens.get(made.id)).toBe(member.id);
  });

  it('in the middle of it is made anew as well', async () => {
    const world = await createRelayWorld({ locks: ['Front door', 'Room'] });
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    let isGone = false;
    world.locks.sabotage((request: Seen) => {
      if (request.endpoint === 'POST /access' && !isGone) {
        isGone = true;
        world.locks.removeUser(world.userOf(member));
      }
      return false;
    }, UNAVAILABLE);
    await world.parts.queue.add([job(member)]);

    await world.pass(MINUTE);

    expect(isGone).toBe(true);
    expect(world.opens(member)).toEqual(['Front door', 'Room']);
    expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 2]);
  });
});

describe('passes of a team', () => {
  it('that are spent by the check-in of one close the doors of the others, and the brake lets it be', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Days', limited: true });
    const [host, ...mates] = ['Host', 'One', 'Two', 'Three'].map((name) =>
      world.cobot.addMember({ name, plan, teamId: 'team' }),
    );
    if (!host) throw new Error('nobody');
    world.cobot.addPass(host);
    await world.sweep();
    expect(world.openers([host, ...mates])).toBe(4);

    await world.opened(world.userOf(host), world.doors[0] ?? null);
    await world.pass(SECOND);

    expect([world.openers([host]), world.openers(mates)]).toEqual([1, 0]);
    expect(await world.store.holds.open()).toBeUndefined();
  });

  it('that are spent by the check-in of one are no loss of the others in a sweep either', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Days', limited: true });
    const [host, ...mates] = ['Host', 'One', 'Two', 'Three'].map((name) =>
      world.cobot.addMember({ name, plan, teamId: 'team' }),
    );
    if (!host) throw new Error('nobody');
    const pass = world.cobot.addPass(host);
    await world.sweep();
    const from = world.clock.now();
    world.cobot.addCheckIn(host, { from, until: from + HOUR, pass });

    const report = await world.sweep();

    expect([report.held, world.openers([host]), world.openers(mates)]).toEqual([0, 1, 0]);
  });

  it('open the doors of a mate who was never seen before', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Days', limited: true });
    const host = world.cobot.addMember({ name: 'Host', plan, teamId: 'team' });
    world.cobot.addPass(host);
    await world.sweep();
    const mate = world.cobot.addMember({ name: 'Mate', plan, teamId: 'team' });

    await world.reconcile(mate);

    expect(world.opens(mate)).toEqual(['Front door']);
  });
});

it('an address that changed to one on never_touch is not followed, and shown', async () => {
  const policy = `
version: 1
rules: [{ name: Everybody, locks: [all], members: all }]
never_touch: [cleaner@example.com]
`;
  const world = await createRelayWorld({ policy });
  const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
  await world.reconcile(member);
  const before = member.email;
  member.email = 'cleaner@example.com';

  await world.reconcile(member);

  expect(world.locks.userByEmail(before ?? '')).toBeDefined();
  expect(await world.problemsOf(member)).toEqual(['email-differs']);
  expect(world.locks.opens(before ?? '')).toEqual(['Front door']);
});
