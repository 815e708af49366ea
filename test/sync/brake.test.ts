import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { createRelayWorld, HOUR, MINUTE, type RelayWorld, until } from '../support/relay.ts';
import { linesOf, spaceOf } from '../support/relay-spaces.ts';

const YESTERDAY = '2026-11-29';

function end(world: RelayWorld, members: readonly Member[]): void {
  for (const member of members) world.cobot.cancel(member, YESTERDAY);
}

const actions = async ({ store }: RelayWorld, action: string) =>
  (await store.audit.list()).filter((entry) => entry.action === action);

const policyWith = (more: string) => `
version: 1
rules:
  - name: Everybody
    locks: [all]
    members: all
${more}`;

describe('a sweep', () => {
  it('takes access away from five of twenty, and holds all of it for six', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 5));
    const five = await world.sweep();
    await world.pass(HOUR + MINUTE);
    end(world, members.slice(5, 11));

    const six = await world.sweep();

    expect([five.held, six.held]).toEqual([0, 6]);
    expect(world.openers(members)).toBe(15);
    expect(world.openers(members.slice(5, 11))).toBe(6);
    expect(await actions(world, 'hold')).toHaveLength(6);
  });

  it('says of what it holds because a list lacks it that it rests on absence', async () => {
    const { world, members } = await spaceOf(6);
    end(world, members);

    await world.sweep();

    expect((await linesOf(world)).map(({ restsOnAbsence }) => restsOnAbsence)).toEqual(members.map(() => true));
  });

  it('serves everybody else while it holds', async () => {
    const { world, members } = await spaceOf(6);
    end(world, members);
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });

    const { held } = await world.sweep();

    expect(held).toBe(6);
    expect(world.opens(late)).toEqual(['Front door']);
  });

  it('gives the new doors of a changed plan to everybody and holds the old ones', async () => {
    const plans = { a: 'plan-a', b: 'plan-b' };
    const world = await createRelayWorld({
      locks: ['Old door', 'New door'],
      policy: `
version: 1
rules:
  - { name: Old, locks: [Old door], plans: [${plans.a}] }
  - { name: New, locks: [New door], plans: [${plans.b}] }
`,
    });
    const before = world.cobot.addPlan({ name: 'A', id: plans.a });
    const after = world.cobot.addPlan({ name: 'B', id: plans.b });
    const members = world.addMembers(8, before);
    await world.sweep();
    for (const member of members) world.cobot.changePlan(member, after);

    const { held } = await world.sweep();

    expect(held).toBe(8);
    expect(members.map(world.opens)).toEqual(members.map(() => ['Old door', 'New door']));
  });
});

describe('one by one', () => {
  it('comes to the same as a sweep: the sixth within the hour is held', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 6));

    for (const member of members.slice(0, 6)) await world.reconcile(member);

    expect(world.openers(members.slice(0, 6))).toBe(1);
    expect(await linesOf(world)).toMatchObject([{ membershipId: members[5]?.id }]);
  });

  it.each([
    [1, 5],
    [3, 3],
    [5, 1],
  ])('%i reconciled and %i more in a sweep: the sum is what counts', async (singly, together) => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, singly));
    for (const member of members.slice(0, singly)) await world.reconcile(member);
    end(world, members.slice(singly, singly + together));

    const { held } = await world.sweep();

    expect(held).toBe(together);
    expect(world.openers(members)).toBe(20 - singly);
  });

  it('names person, lock and reason of what it holds', async () => {
    const { world, members } = await spaceOf(2);
    const [first, second] = members;
    if (!first || !second) throw new Error('too few');
    end(world, members);
    await world.reconcile(first);

    await world.reconcile(second);

    expect(await linesOf(world)).toMatchObject([
      {
        lockUserId: world.userOf(second).id,
        membershipId: second.id,
        lockId: world.doors[0]?.id,
        reason: `membership ended on ${YESTERDAY}`,
        restsOnAbsence: false,
        heldAt: world.clock.now(),
      },
    ]);
  });

  it('starts afresh after an hour, also where there was no sweep in it', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 5));
    for (const member of members.slice(0, 5)) await world.reconcile(member);
    await world.pass(HOUR + MINUTE);
    end(world, members.slice(5, 10));

    for (const member of members.slice(5, 10)) await world.reconcile(member);

    expect(world.openers(members)).toBe(10);
    expect(await linesOf(world)).toEqual([]);
  });

  it('counts a person once, however often it is looked at', async () => {
    const { world, members } = await spaceOf(4, { policy: policyWith('brake: { members: 1, percent: 0 }') });
    const [first, second] = members;
    if (!first || !second) throw new Error('too few');
    end(world, [first]);
    world.locks.sabotage('DELETE /access/:id', { kind: 'answer', status: 503, headers: { 'retry-after': '1' } });
    for (let round = 0; round < 3; round += 1) await world.reconcile(first).catch(() => undefined);
    world.locks.healAll();

    await world.reconcile(first);

    expect(world.opens(first)).toEqual([]);
    expect(await linesOf(world)).toEqual([]);
  });

  it('does not let two slip through side by side', async () => {
    const { world, members } = await spaceOf(8, { policy: policyWith('brake: { members: 3, percent: 0 }') });
    end(world, members);
    // All of them have read everything, and decide in the same moment.
    const last = world.locks.sabotage('GET /access', { kind: 'hang' });
    const all = members.map((member) => world.reconcile(member));
    await until(() => last.hits === members.length);
    last.lift();

    await Promise.all(all);

    expect(world.openers(members)).toBe(5);
    expect(await linesOf(world)).toHaveLength(5);
  });

  it('is held next to a sweep that holds at the same moment, and never twice', async () => {
    const { world, members } = await spaceOf(8, { policy: policyWith('brake: { members: 0, percent: 0 }') });
    end(world, members);

    await Promise.all([world.sweep(), ...members.map((member) => world.reconcile(member))]);

    expect(world.openers(members)).toBe(8);
    expect(await linesOf(world)).toHaveLength(8);
  });
});

describe('whoever only gets', () => {
  it('waits for no judgement of others', async () => {
    const { world, members } = await spaceOf(3);
    await world.sweep();
    const judged = Promise.withResolvers<void>();
    const others = world.parts.oneAtATime(['brake'], () => judged.promise);
    const newcomer = world.cobot.addMember({ name: 'New', plan: world.cobot.addPlan({ name: 'Full' }) });

    await world.reconcile(newcomer);

    expect(world.opens(newcomer)).toEqual(['Front door']);
    expect(world.openers(members)).toBe(3);
    judged.resolve();
    await others;
  });
});

describe('a small space', () => {
  it.each([
    // Managed, ended, held.
    [1, 1, 0],
    [2, 1, 0],
    [2, 2, 2],
    [4, 2, 0],
    [4, 3, 3],
    [10, 5, 0],
    [11, 6, 6],
  ])('of %i lets half of them go at the most: %i end, %i are held', async (managed, ended, held) => {
    const { world, members } = await spaceOf(managed);
    end(world, members.slice(0, ended));

    const report = await world.sweep();

    expect(report.held).toBe(held);
    expect(world.openers(members)).toBe(managed - ended + held);
  });

  it('does not shrink with what was just taken away', async () => {
    const { world, members } = await spaceOf(8);
    end(world, members.slice(0, 4));

    for (const member of members.slice(0, 4)) await world.reconcile(member);

    expect(world.openers(members)).toBe(4);
    expect(await linesOf(world)).toEqual([]);
  });
});

describe('a preview', () => {
  it('shows what would be held and remembers nothing of it', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 6));
    const before = await memoryOf(world);
    const writes = () => world.locks.requests.filter(({ method }) => method !== 'GET').length;
    const written = writes();

    const report = await world.preview();

    expect(report.held).toBe(6);
    expect(report.changes.filter(({ action }) => action === 'remove')).toEqual([]);
    expect(await memoryOf(world)).toEqual(before);
    expect(writes()).toBe(written);
  });

  it('does not use up what may go within the hour', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 5));
    await world.preview();

    const report = await world.preview();
    const applied = await world.sweep();

    expect([report.held, applied.held]).toEqual([0, 0]);
    expect(report.changes.filter(({ action }) => action === 'remove')).toHaveLength(5);
    expect(world.openers(members)).toBe(15);
  });
});

async function memoryOf({ store }: RelayWorld) {
  return {
    hold: await store.holds.open(),
    losses: await store.losses.since(0),
    managed: await store.managed.since(0),
    audit: await store.audit.list(),
    evidence: await store.evidence.all(),
    links: await store.links.all(),
    problems: await store.problems.all(),
    tokens: await store.tokens.all(),
    sweep: await store.settings.get('last-good-sweep'),
  };
}
