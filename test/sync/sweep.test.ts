import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import { emptied } from '../../src/simulators/sabotage.ts';
import { counting, createRelayWorld, MINUTE, type RelayWorld, SECOND, UNAVAILABLE, until } from '../support/relay.ts';

const lastGood = ({ store }: RelayWorld) => store.settings.get('last-good-sweep');

async function spaceOf(count: number) {
  const world = await createRelayWorld();
  const members = world.addMembers(count);
  for (const member of members) world.giveEverything(member);
  await world.sweep();
  return { world, members };
}

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

describe('an answer that is bad', () => {
  const bad = {
    'status 401': { kind: 'answer', status: 401, json: {} },
    'status 402': { kind: 'answer', status: 402, json: {} },
    'status 403': { kind: 'answer', status: 403, json: {} },
    'status 404': { kind: 'answer', status: 404, json: {} },
    'status 429': { kind: 'answer', status: 429, headers: { 'retry-after': '30' } },
    'status 503': UNAVAILABLE,
    'a redirect': { kind: 'answer', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    'an HTML page': { kind: 'answer', status: 200, html: '<html><body>Maintenance</body></html>' },
    'nothing at all': { kind: 'answer', status: 200 },
    null: { kind: 'answer', status: 200, json: null },
    'an object': { kind: 'answer', status: 200, json: {} },
    half: { kind: 'truncate' },
  } as const;
  const reads = [
    'GET /api/memberships',
    'GET /api/time_passes/unused',
    'GET /api/work_sessions',
    'GET /api/check_in_tokens',
  ];
  const lockReads = ['GET /users', 'GET /access'];

  /** One unlimited member, one with a pass, one who is checked in. */
  async function threeMembers() {
    const world = await createRelayWorld();
    const days = world.cobot.addPlan({ name: 'Days', limited: true });
    const [full, holder, visitor] = world.addMembers(3);
    if (!full || !holder || !visitor) throw new Error('too few');
    for (const member of [holder, visitor]) world.cobot.changePlan(member, days);
    world.cobot.addPass(holder);
    const now = world.clock.now();
    world.cobot.addCheckIn(visitor, { from: now, until: now + 60 * MINUTE, pass: world.cobot.addPass(visitor) });
    for (const member of [full, holder, visitor]) world.giveEverything(member);
    await world.sweep();
    return { world, members: [full, holder, visitor] };
  }

  it.each(reads)('of %s takes nothing away, in whatever way it is bad', async (read) => {
    const { world, members } = await threeMembers();
    const tokens = [...world.cobot.tokens];
    for (const [name, action] of Object.entries(bad)) {
      const sabotage = world.cobot.sabotage(read, action);

      await world.sweep().catch(() => undefined);
      sabotage.lift();

      expect([name, world.openers(members), [...world.cobot.tokens]]).toEqual([name, 3, tokens]);
      // A pause that was asked for, and a fresh budget of calls.
      await world.clock.advance(MINUTE);
      await world.restart();
    }
    await world.sweep();
    expect([world.openers(members), await world.store.holds.open()]).toEqual([3, undefined]);
  });

  it.each(lockReads)('of %s takes nothing away and gives nothing twice', async (read) => {
    const { world, members } = await threeMembers();
    for (const [name, action] of Object.entries(bad)) {
      const sabotage = world.locks.sabotage(read, action);

      await world.sweep().catch(() => undefined);
      sabotage.lift();

      expect([name, world.openers(members), world.locks.users.size, world.locks.access.size]).toEqual([name, 3, 3, 3]);
      await world.clock.advance(MINUTE);
      await world.restart();
    }
  });

  it('that never comes is given up after ten seconds, and takes nothing away', async () => {
    const { world, members } = await threeMembers();
    const sabotage = world.cobot.sabotage('GET /api/work_sessions', { kind: 'hang' });
    const sweeping = world.app.sync({ dryRun: false, cause: 'test' }).then(
      () => 'good',
      () => 'bad',
    );
    await until(() => sabotage.hits > 0);
    await world.clock.advance(11 * SECOND);

    expect(await sweeping).toBe('bad');
    expect(world.openers(members)).toBe(3);
  });

  it('of an empty list of lock users makes nobody twice', async () => {
    const { world, members } = await threeMembers();
    world.locks.sabotage((request) => request.endpoint === 'GET /users' && request.query['email'] === undefined, {
      kind: 'replace',
      data: emptied,
    });

    await world.sweep().catch(() => undefined);
    world.locks.healAll();
    await world.sweep();

    expect(world.locks.users.size).toBe(3);
    expect(world.openers(members)).toBe(3);
    expect(members.map((member) => world.cobot.tokensOf(member))).toEqual(
      members.map((member) => [world.userOf(member).id]),
    );
  });

  it('serves those who do not depend on it', async () => {
    const { world } = await threeMembers();
    world.cobot.sabotage('GET /api/time_passes/unused', { kind: 'answer', status: 403, json: {} });
    const plan = world.cobot.addPlan({ name: 'Full again' });
    const late = world.cobot.addMember({ name: 'Late', plan });

    await expect(world.sweep()).rejects.toThrow('403');

    expect(world.opens(late)).toEqual(['Front door']);
  });
});

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
