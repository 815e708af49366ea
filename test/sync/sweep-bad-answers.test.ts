import { describe, expect, it } from 'vitest';
import { emptied } from '../../src/simulators/sabotage.ts';
import { createRelayWorld, MINUTE, SECOND, UNAVAILABLE, until } from '../support/relay.ts';

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
