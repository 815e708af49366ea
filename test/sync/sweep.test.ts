import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import { counting, createRelayWorld, MINUTE, UNAVAILABLE } from '../support/relay.ts';
import { lastGood, spaceOf } from '../support/relay-spaces.ts';

describe('a sweep', () => {
  it('registers, gives access and links, and finds nothing to do the second time', async () => {
    const world = await createRelayWorld({ locks: ['Front door', 'Room'] });
    const members = world.addMembers(3);

    const first = await world.sweep();
    const written = counting(world.locks, /^(POST|PATCH|DELETE)/);
    const second = await world.sweep();

    expect(first.changes.map(({ action }) => action).toSorted()).toEqual([
      ...['grant', 'grant', 'grant', 'grant', 'grant', 'grant'],
      ...['register', 'register', 'register'],
    ]);
    expect(members.map(world.opens)).toEqual(members.map(() => ['Front door', 'Room']));
    expect(members.map((member) => world.cobot.tokensOf(member))).toEqual(
      members.map((member) => [world.userOf(member).id]),
    );
    expect([second.changes, written()]).toEqual([[], 0]);
  });

  it.each([3, 300])(
    'takes about six calls to Cobot for %i members, and nothing depends on their number',
    async (count) => {
      const world = await createRelayWorld({
        policy: `
version: 1
rules:
  - { name: Everybody, locks: [all], members: all }
  - { name: Room, locks: [all], booking: { resources: all } }
`,
      });
      const plans = [
        world.cobot.addPlan({ name: 'Full' }),
        world.cobot.addPlan({ name: 'Days', limited: true }),
      ] as const;
      const members = world.addMembers(count, plans[0]);
      for (const [index, member] of members.entries()) {
        if (index % 2 === 1) {
          world.cobot.changePlan(member, plans[1]);
          world.cobot.addPass(member);
        }
        world.giveEverything(member);
      }
      await world.sweep();
      const calls = counting(world.cobot);

      const again = await world.sweep();

      expect(again.changes).toEqual([]);
      expect(calls()).toBeLessThanOrEqual(8);
      expect(world.openers(members)).toBe(count);
    },
  );

  it('costs about as little after the database was lost', async () => {
    const { world } = await spaceOf(100);
    await world.loseDatabase();
    const calls = counting(world.cobot);
    const written = counting(world.locks, /^(POST|PATCH|DELETE)/);

    await world.sweep();

    expect(calls()).toBeLessThanOrEqual(8);
    expect(written()).toBe(0);
  });

  it('brings right what was changed by hand in the lock system', async () => {
    const { world, members } = await spaceOf(3);
    const [first, second] = members;
    if (!first || !second) throw new Error('too few');
    for (const { id } of world.locks.windows(first.email ?? '', 'Front door')) world.locks.access.delete(id);
    const [lock] = world.doors;
    if (!lock) throw new Error('no lock');
    world.locks.addAccess({ user: world.userOf(second), lock, note: `relay:co-up ${second.id} once more` });

    await world.sweep();

    expect(members.map((member) => world.locks.windows(member.email ?? '', 'Front door').length)).toEqual([1, 1, 1]);
  });

  it('says who is the last that it was good for', async () => {
    const { world } = await spaceOf(1);
    await world.clock.advance(MINUTE);
    world.cobot.sabotage('GET /api/memberships', UNAVAILABLE);

    await world.sweep().catch(() => undefined);

    expect(await lastGood(world)).toBe(world.clock.now() - MINUTE);
    expect(await world.problemsOf({ id: '' })).toContain('sweep');
  });
});

describe('a change that fails for one person', () => {
  const bodyOf = ({ body }: Seen) => JSON.stringify(body);

  it('does not stop the others, is shown, and is tried again by itself', async () => {
    const world = await createRelayWorld();
    const members = world.addMembers(4);
    const [unlucky] = members;
    if (!unlucky) throw new Error('nobody');
    const sabotage = world.locks.sabotage(
      (request) => request.endpoint === 'POST /users' && bodyOf(request).includes(unlucky.email ?? ''),
      UNAVAILABLE,
    );

    await world.sweep();

    expect(members.map((member) => world.opens(member).length)).toEqual([0, 1, 1, 1]);
    expect(await world.jobs('reconcile')).toMatchObject([{ key: unlucky.id }]);
    sabotage.lift();
    await world.pass(MINUTE);
    expect(world.openers(members)).toBe(4);
    expect(await world.problemsOf(unlucky)).toEqual([]);
  });

  it('does not stop the others where the lock system refuses it for good', async () => {
    const world = await createRelayWorld();
    const members = world.addMembers(4);
    const [unlucky] = members;
    if (!unlucky) throw new Error('nobody');
    world.locks.sabotage(
      (request) => request.endpoint === 'POST /users' && bodyOf(request).includes(unlucky.email ?? ''),
      { kind: 'answer', status: 422, json: { error: { code: 'invalid', message: 'We do not like it.' } } },
    );

    await world.sweep();

    expect(members.map((member) => world.opens(member).length)).toEqual([0, 1, 1, 1]);
    expect(await world.problemsOf(unlucky)).toEqual(['refused']);
    expect(await lastGood(world)).toBe(world.clock.now());
  });

  it('does not stop the others where a new address is on never_touch', async () => {
    const world = await createRelayWorld({
      policy: `
version: 1
rules:
  - { name: Everybody, locks: [all], members: all }
never_touch: [cleaner@example.com]
`,
    });
    const members = world.addMembers(3);
    await world.sweep();
    const [renamed] = members;
    if (!renamed) throw new Error('nobody');
    const before = { ...renamed };
    renamed.email = 'cleaner@example.com';
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });

    await world.sweep();

    expect(world.opens(late)).toEqual(['Front door']);
    expect(world.opens(before)).toEqual(['Front door']);
    expect(world.locks.userByEmail('cleaner@example.com')).toBeUndefined();
  });

  it('repeats the whole sweep where it fails for more than five', async () => {
    const world = await createRelayWorld();
    const members = world.addMembers(8);
    const [lucky] = members;
    const sabotage = world.locks.sabotage(
      (request) => request.endpoint === 'POST /users' && !bodyOf(request).includes(lucky?.email ?? ''),
      UNAVAILABLE,
    );

    await expect(world.sweep()).rejects.toThrow('503');

    expect(world.openers(members)).toBe(1);
    expect(await lastGood(world)).toBeUndefined();
    expect(await world.jobs('reconcile')).toEqual([]);
    sabotage.lift();
    await world.sweep();
    expect(world.openers(members)).toBe(8);
  });
});

describe('much at once', () => {
  it('is applied in its order: what opens within the hour, removals, the rest by its start, expired ones', async () => {
    const world = await createRelayWorld();
    const [now, gone] = world.addMembers(4);
    if (!now || !gone) throw new Error('too few');
    const coming = [5, 2].map((days) => {
      const startsOn = `2026-12-0${days}`;
      return world.cobot.addMember({
        name: `Starts on ${startsOn}`,
        startsOn,
        plan: world.cobot.addPlan({ name: 'New' }),
      });
    });
    world.cobot.switches.listHoldsFuture = true;
    const leaver = world.giveEverything(gone);
    const [lock] = world.doors;
    if (!lock) throw new Error('no lock');
    const expired = world.locks.addAccess({
      user: leaver,
      lock,
      from: world.clock.now() - 2 * MINUTE,
      until: world.clock.now() - MINUTE,
      note: 'relay:co-up x long ago',
    });
    world.cobot.remove(gone);

    await world.sweep();

    const order = world.locks.requests
      .filter(({ method, path }) => method !== 'GET' && path.startsWith('/access'))
      .map(({ method, path, body }) => {
        if (method === 'DELETE') return path.endsWith(expired.id) ? 'clear' : 'remove';
        return typeof body === 'object' && body !== null && 'from' in body ? body.from : '?';
      });
    const today = isoOf('2026-11-30T00:00:00+01:00');
    expect(order).toEqual([
      ...[today, today, today],
      'remove',
      ...coming
        .map(({ startsOn }) => `${startsOn}T00:00:00+01:00`)
        .toSorted()
        .map((text) => isoOf(text)),
      'clear',
    ]);
  });

  const isoOf = (text: string) => Temporal.Instant.from(text).toString({ smallestUnit: 'second' });
});
