import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import { lacking } from '../../src/simulators/sabotage.ts';
import {
  counting,
  createRelayWorld,
  DAY,
  FORBIDDEN,
  HOUR,
  MINUTE,
  type RelayWorld,
  SECOND,
  UNAVAILABLE,
  until,
} from '../support/relay.ts';

const ENDED = '2026-11-29';

async function oneMember(options: Parameters<typeof createRelayWorld>[0] = {}) {
  const world = await createRelayWorld(options);
  const plan = world.cobot.addPlan({ name: 'Full' });
  const member = world.cobot.addMember({ name: 'Ada', plan });
  await world.reconcile(member);
  return { world, member, plan };
}

const job = ({ id }: { id: string }) => ({
  name: 'reconcile' as const,
  key: id,
  payload: { membershipId: id, cause: 'test' },
});
const actions = async ({ store }: RelayWorld) => (await store.audit.list()).map(({ action }) => action).toReversed();

describe('a membership', () => {
  it('that is confirmed gets a lock user, its doors and a check-in token, and says so', async () => {
    const { world, member } = await oneMember({ locks: ['Front door', 'Room'] });

    expect(world.opens(member)).toEqual(['Front door', 'Room']);
    expect(world.userOf(member)).toMatchObject({ name: 'Ada', externalId: `relay:co-up:${member.id}` });
    expect(world.cobot.tokensOf(member)).toEqual([world.userOf(member).id]);
    expect(await actions(world)).toEqual(['register', 'grant', 'grant', 'link']);
  });

  it('that is looked at again costs one read of Cobot and changes nothing', async () => {
    const { world, member } = await oneMember();
    const [calls, written] = [counting(world.cobot), counting(world.locks, /^(POST|PATCH|DELETE)/)];

    await world.reconcile(member);

    expect([calls(), written()]).toEqual([1, 0]);
  });

  it('of a limited plan costs three', async () => {
    const { world, member } = await oneMember();
    world.cobot.changePlan(member, world.cobot.addPlan({ name: 'Days', limited: true }));
    const calls = counting(world.cobot);

    await world.reconcile(member);

    expect(calls()).toBe(3);
    expect(world.opens(member)).toEqual([]);
  });

  it('that is not confirmed gets nothing', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, confirmed: false });

    await world.reconcile(member);

    expect(world.locks.users.size).toBe(0);
  });

  it('that starts later is let in from that day on', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-12-03' });

    await world.reconcile(member);

    const from = Date.parse('2026-12-02T23:00:00Z');
    expect(world.opens(member)).toEqual([]);
    expect(world.locks.can(member.email ?? '', 'Front door', from - SECOND)).toBe(false);
    expect(world.locks.can(member.email ?? '', 'Front door', from)).toBe(true);
  });

  it.each([
    ['in' as const, undefined, Date.parse('2026-12-05T23:00:00Z')],
    ['out' as const, 'cancellation_date: first day out', Date.parse('2026-12-04T23:00:00Z')],
  ])('with a cancellation date ends with it by itself (%s)', async (canceledToDay, line, end) => {
    const policy = `version: 1\nrules: [{ name: All, locks: [all], members: all }]\n${line ?? ''}\n`;
    const { world, member } = await oneMember({ policy, cobot: { switches: { canceledToDay } } });
    world.cobot.cancel(member, '2026-12-05');
    await world.reconcile(member);

    expect(world.locks.windows(member.email ?? '', 'Front door')).toMatchObject([{ until: end }]);
    expect(world.locks.can(member.email ?? '', 'Front door', end - SECOND)).toBe(true);
  });

  it('whose cancellation is undone goes on without an end', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, '2026-12-05');
    await world.reconcile(member);
    member.canceledTo = null;

    await world.reconcile(member);

    expect(world.locks.windows(member.email ?? '', 'Front door')).toMatchObject([{ until: null }]);
  });

  it('that ended loses doors and token, and keeps its lock user', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, ENDED);

    await world.reconcile(member);

    expect(world.locks.access.size).toBe(0);
    expect(world.cobot.tokens.size).toBe(0);
    expect(world.locks.users.size).toBe(1);
    expect(await actions(world)).toEqual(['register', 'grant', 'link', 'remove', 'unlink']);
  });

  it('without an email address is shown, and gets in when it has one', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, email: null });
    await world.reconcile(member);
    expect(await world.problemsOf(member)).toEqual(['no-email']);
    member.email = 'ada@example.com';

    await world.reconcile(member);

    expect(world.opens(member)).toEqual(['Front door']);
    expect(await world.problemsOf(member)).toEqual([]);
  });

  it('that Cobot never heard of changes nothing and costs no list', async () => {
    const { world, member } = await oneMember();
    const lists = counting(world.cobot, 'GET /api/memberships');

    await world.reconcile({ id: 'no-such-membership' });

    expect(lists()).toBe(0);
    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('that was there before us keeps its own grants and never changes', async () => {
    const world = await createRelayWorld({ locks: ['Front door', 'Safe'] });
    const [, safe] = world.doors;
    if (!safe) throw new Error('no lock');
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, email: 'Ada@Example.com' });
    const user = world.locks.addUser({ email: 'ada@example.com', name: 'The owner', externalId: 'payroll-7' });
    const own = world.locks.addAccess({ user, lock: safe, note: 'by hand' });
    const before = { ...user };
    await world.reconcile(member);
    expect(world.opens(member)).toEqual(['Front door', 'Safe']);
    world.cobot.cancel(member, ENDED);

    await world.reconcile(member);

    expect(world.locks.users.get(user.id)).toEqual(before);
    expect([...world.locks.access.values()]).toEqual([own]);
    expect(await actions(world)).toContain('adopt');
  });
});

describe('a membership that Cobot answers 404 for', () => {
  it('is gone once the list that answers lacks it too', async () => {
    const { world, member } = await oneMember();
    world.cobot.remove(member);

    await world.reconcile(member);

    expect(world.opens(member)).toEqual([]);
    expect((await world.store.audit.list()).map(({ sentence }) => sentence)).toContain(
      'may no longer open Front door: membership deleted on Cobot',
    );
  });

  it('keeps its access while the list holds it, and ends as a job for a person', async () => {
    const { world, member } = await oneMember();
    world.cobot.sabotage('GET /api/memberships/:id', { kind: 'answer', status: 404, json: {} });
    await world.parts.queue.add([job(member)]);

    await world.pass(HOUR);

    expect(world.opens(member)).toEqual(['Front door']);
    expect(await world.jobs('reconcile', 'dead')).toMatchObject([{ key: member.id }]);
  });

  it('keeps its access while the list does not answer', async () => {
    const { world, member } = await oneMember();
    world.cobot.remove(member);
    world.cobot.sabotage('GET /api/memberships', FORBIDDEN);

    await expect(world.reconcile(member)).rejects.toThrow('403');
    expect(world.opens(member)).toEqual(['Front door']);
    world.cobot.healAll();
    await world.reconcile(member);

    expect(world.opens(member)).toEqual([]);
  });
});

describe('a kind of fact that cannot be read', () => {
  async function threeRules() {
    const world = await createRelayWorld({
      locks: ['Front door', 'Lounge', 'Room'],
      policy: `
version: 1
rules:
  - { name: Pass, locks: [Front door], members: all }
  - { name: Free, locks: [Lounge], members: all, passes: ignore }
  - { name: Booked, locks: [Room], booking: { resource: Room } }
`,
    });
    const resource = world.cobot.addResource('Room');
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Days', limited: true }) });
    const from = world.clock.now() - MINUTE;
    const pass = world.cobot.addPass(member);
    const booking = world.cobot.addBooking({ resource, member, from, to: from + HOUR });
    return { world, member, pass, booking };
  }
  const kinds = {
    passes: ['GET /api/memberships/:id/time_passes/unused', 'Front door'],
    'check-ins': ['GET /api/memberships/:id/check_ins', 'Front door'],
    bookings: ['GET /api/bookings', 'Room'],
  } as const;

  it.each(Object.entries(kinds))(
    '%s: keeps what rests on it, serves the rest, and is tried again',
    async (_, [read]) => {
      const { world, member, pass, booking } = await threeRules();
      await world.reconcile(member);
      expect(world.opens(member)).toEqual(['Front door', 'Lounge', 'Room']);
      world.cobot.passes.delete(pass.id);
      world.cobot.removeBooking(booking);
      const sabotage = world.cobot.sabotage(read, UNAVAILABLE);
      await world.parts.queue.add([job(member)]);
      await world.settle();

      const kept = Object.values(kinds).find(([endpoint]) => endpoint === read)?.[1];
      expect(world.opens(member)).toEqual(
        ['Front door', 'Lounge', 'Room'].filter((name) => name === 'Lounge' || name === kept),
      );
      expect(await world.jobs('reconcile')).toMatchObject([{ key: member.id }]);
      sabotage.lift();
      await world.pass(MINUTE);
      expect(world.opens(member)).toEqual(['Lounge']);
    },
  );

  it.each(Object.entries(kinds))('%s: gives what rests on something else to somebody new', async (_, [read, lock]) => {
    const { world, member } = await threeRules();
    world.cobot.sabotage(read, UNAVAILABLE);

    await expect(world.reconcile(member)).rejects.toThrow('503');

    expect(world.opens(member)).toEqual(
      expect.arrayContaining(['Front door', 'Lounge', 'Room'].filter((name) => name !== lock)),
    );
  });

  it('never forgets what was there: later reads still ask for it', async () => {
    const { world, member, pass } = await threeRules();
    await world.reconcile(member);
    const broken = world.cobot.sabotage('GET /api/memberships/:id/time_passes/unused', UNAVAILABLE);
    await world.reconcile(member).catch(() => undefined);
    broken.lift();
    world.cobot.sabotage('GET /api/memberships/:id/time_passes/unused', {
      kind: 'replace',
      data: lacking(() => true),
    });

    await world.reconcile(member);

    expect(world.opens(member)).toContain('Front door');
    expect((await world.store.evidence.of(member.id))?.passes.map(({ id }) => id)).toEqual([pass.id]);
  });
});

describe('an answer of the lock system that never comes', () => {
  const lost = {
    'a reset': { kind: 'reset', when: 'after' },
    'a bad gateway': { kind: 'answer', status: 502, when: 'after', headers: { 'retry-after': '1' } },
    'an HTML page': { kind: 'answer', status: 201, html: '<html></html>', when: 'after' },
    half: { kind: 'truncate' },
  } as const;

  it.each(Object.entries(lost))('to POST /users (%s) makes no second user', async (_, action) => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.locks.sabotage('POST /users', action, { times: 1 });
    await world.parts.queue.add([job(member)]);

    await world.pass(5 * MINUTE);

    expect(world.locks.users.size).toBe(1);
    expect(world.opens(member)).toEqual(['Front door']);
    expect(world.cobot.tokensOf(member)).toEqual([world.userOf(member).id]);
  });

  it.each(Object.entries(lost))('to POST /access (%s) leaves no grant twice', async (_, action) => {
    const world = await createRelayWorld({ locks: ['Front door', 'Room'] });
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.locks.sabotage('POST /access', action, { times: 2 });
    await world.parts.queue.add([job(member)]);

    await world.pass(5 * MINUTE);

    expect(world.opens(member)).toEqual(['Front door', 'Room']);
    expect(world.locks.access.size).toBe(2);
  });

  it.each(Object.entries(lost))('to DELETE /access (%s) ends with the grant gone', async (_, action) => {
    const { world, member } = await oneMember({ locks: ['Front door', 'Room'] });
    world.cobot.cancel(member, ENDED);
    world.locks.sabotage('DELETE /access/:id', action, { times: 1 });
    await world.parts.queue.add([job(member)]);

    await world.pass(5 * MINUTE);

    expect(world.locks.access.size).toBe(0);
    expect(await world.jobs('reconcile', 'dead')).toEqual([]);
  });

  it('to PATCH /users (a reset) ends with the new address, once', async () => {
    const { world, member } = await oneMember();
    member.email = 'ada.new@example.com';
    world.locks.sabotage('PATCH /users/:id', { kind: 'reset', when: 'after' }, { times: 1 });
    await world.parts.queue.add([job(member)]);

    await world.pass(MINUTE);

    expect([...world.locks.users.values()].map(({ email }) => email)).toEqual(['ada.new@example.com']);
  });

  it.each(['POST /users', 'POST /access'])(
    'to %s (a time-out) that lands late leaves nothing twice',
    async (endpoint) => {
      const world = await createRelayWorld();
      const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
      const late = world.locks.sabotage(endpoint, { kind: 'hang', lands: true }, { times: 1 });
      await world.parts.queue.add([job(member)]);
      await until(() => late.hits === 1);
      await world.clock.advance(10 * SECOND);
      await world.settle();
      late.lift();

      await world.pass(5 * MINUTE);
      await world.sweep();

      expect([world.locks.users.size, world.locks.access.size]).toEqual([1, 1]);
      expect(world.opens(member)).toEqual(['Front door']);
    },
  );
});

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

describe('a window that moves', () => {
  it('is added before the old one is removed, so that nobody is locked out in between', async () => {
    const { world, member } = await oneMember({ locks: ['Front door', 'Room'] });
    world.cobot.cancel(member, '2026-12-05');
    const from = world.locks.requests.length;
    let lockedOut = 0;
    world.locks.sabotage(() => {
      if (world.opens(member).length < 2) lockedOut += 1;
      return false;
    }, UNAVAILABLE);

    await world.reconcile(member);

    const writes = world.locks.requests.slice(from).filter(({ method }) => method !== 'GET');
    expect(writes.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE', 'DELETE']);
    expect(lockedOut).toBe(0);
    expect((await actions(world)).slice(-2)).toEqual(['move', 'move']);
  });

  it('keeps the old window where the new one is refused', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, '2026-12-05');
    world.locks.sabotage('POST /access', {
      kind: 'answer',
      status: 422,
      json: { error: { code: 'no', message: 'No.' } },
    });

    await expect(world.reconcile(member)).rejects.toThrow('422');

    expect(world.opens(member)).toEqual(['Front door']);
    expect(await world.problemsOf(member)).toEqual(['refused']);
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
    await world.settle();

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

describe('who is over since long', () => {
  it('is not asked for again by later sweeps', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, ENDED);
    await world.reconcile(member);
    await world.sweep();
    const singly = counting(world.cobot, 'GET /api/memberships/:id');

    await world.pass(DAY);
    await world.sweep();

    expect(singly()).toBe(0);
  });
});
