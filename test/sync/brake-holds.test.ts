import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { createRelayWorld, HOUR, MINUTE, type RelayWorld } from '../support/relay.ts';
import { holdOf, linesOf, spaceOf } from '../support/relay-spaces.ts';

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

describe('what is held', () => {
  it('stays held as it is, under the same id, and is not counted again', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 6));
    await world.sweep();
    const before = { id: await holdOf(world), lines: await linesOf(world) };
    await world.pass(HOUR + MINUTE);

    const again = await world.sweep();
    for (const member of members.slice(0, 2)) await world.reconcile(member);
    end(world, members.slice(6, 11));
    const more = await world.sweep();

    expect([again.held, more.held]).toEqual([6, 6]);
    expect({ id: await holdOf(world), lines: await linesOf(world) }).toEqual(before);
    expect(world.openers(members.slice(6, 11))).toBe(0);
  });

  it('counts for an hour, so that the next one joins it under a new id', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 6));
    await world.sweep();
    const before = await holdOf(world);
    const [next] = members.slice(6);
    if (!next) throw new Error('too few');
    end(world, [next]);

    await world.reconcile(next);

    expect(world.opens(next)).toEqual(['Front door']);
    expect(await linesOf(world)).toHaveLength(7);
    expect(await holdOf(world)).not.toBe(before);
  });

  it('dissolves when the facts no longer want it, and counts no more', async () => {
    const { world, members } = await spaceOf(20);
    end(world, members.slice(0, 6));
    await world.sweep();
    for (const member of members.slice(0, 6)) member.canceledTo = null;

    await world.sweep();
    end(world, members.slice(6, 11));
    const { held } = await world.sweep();

    expect(held).toBe(0);
    expect(await linesOf(world)).toEqual([]);
    expect(await actions(world, 'hold dissolved')).toHaveLength(6);
    expect(world.openers(members)).toBe(15);
  });

  it('dissolves singly, for the person that was looked at', async () => {
    const { world, members } = await spaceOf(6);
    end(world, members);
    await world.sweep();
    const [back] = members;
    if (!back) throw new Error('too few');
    back.canceledTo = null;

    await world.reconcile(back);

    expect(await linesOf(world)).toHaveLength(5);
    expect(world.openers(members)).toBe(6);
  });

  it('is not dissolved by a read that fails', async () => {
    const world = await createRelayWorld();
    const limited = world.cobot.addPlan({ name: 'Ten Days', limited: true });
    const members = world.addMembers(4, limited);
    const passes = members.map((member) => world.cobot.addPass(member));
    await world.sweep();
    for (const pass of passes) world.cobot.passes.delete(pass.id);
    await world.sweep();
    expect(await linesOf(world)).toHaveLength(4);

    world.cobot.sabotage('GET /api/time_passes/unused', { kind: 'answer', status: 403, json: {} });
    await expect(world.sweep()).rejects.toThrow('403');

    expect(await linesOf(world)).toHaveLength(4);
    expect(world.openers(members)).toBe(4);
  });

  it('dissolves when its grant was taken away in the lock system, by whomever', async () => {
    const { world, members } = await spaceOf(6);
    end(world, members);
    await world.sweep();
    world.locks.access.clear();

    const { held } = await world.sweep();

    expect(held).toBe(0);
    expect(await linesOf(world)).toEqual([]);
  });

  it('dissolves when its lock user was removed in the lock system', async () => {
    const { world, members } = await spaceOf(6);
    end(world, members);
    await world.sweep();
    for (const member of members) world.locks.removeUser(world.userOf(member));

    await world.sweep();

    expect(await linesOf(world)).toEqual([]);
  });
});

describe('those whom the operator blocks', () => {
  it('lose everything at once, however many they are', async () => {
    const { world, members } = await spaceOf(10, { policy: policyWith('') });
    const emails = members.map(({ email }) => email).join(', ');
    writeFileSync(world.policyPath, policyWith(`blocked: [${emails}]`));
    await world.app.policy.refresh();

    const { held } = await world.sweep();

    expect(held).toBe(0);
    expect(world.openers(members)).toBe(0);
    expect(await linesOf(world)).toEqual([]);
  });

  it('are no longer held when they are blocked afterwards', async () => {
    const { world, members } = await spaceOf(6, { policy: policyWith('') });
    end(world, members);
    await world.sweep();
    writeFileSync(world.policyPath, policyWith(`blocked: [${members[0]?.email}]`));
    await world.app.policy.refresh();

    await world.sweep();

    expect(world.openers(members)).toBe(5);
    expect(await linesOf(world)).toHaveLength(5);
  });
});

it('holds a whole space that is moved to a limited plan by mistake, also those who were checked in', async () => {
  const { world, members } = await spaceOf(12);
  for (const member of members)
    world.cobot.addCheckIn(member, { from: world.clock.now() - 2 * HOUR, until: world.clock.now() - HOUR });
  await world.sweep();
  const days = world.cobot.addPlan({ name: 'Days', limited: true });
  for (const member of members) world.cobot.changePlan(member, days);

  const report = await world.sweep();

  expect(report.held).toBe(12);
  expect(world.openers(members)).toBe(12);
});
