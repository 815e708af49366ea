import { describe, expect, it } from 'vitest';
import { decideHold } from '../../src/sync/decide-holds.ts';
import { createRelayWorld, FORBIDDEN, HOUR, type RelayWorld } from '../support/relay.ts';
import { holdOf } from '../support/relay-spaces.ts';
import { lack } from './absence.ts';

const YESTERDAY = '2026-11-29';
const FULL_ONLY = `
version: 1
rules:
  - name: Everybody
    locks: [all]
    members: all
    except: [Virtual]
`;

/** Twenty members of whom ten have left at once: held. */
async function heldSpace() {
  const world = await createRelayWorld();
  const members = world.addMembers(20);
  for (const member of members) world.giveEverything(member);
  await world.sweep();
  const left = members.slice(0, 10);
  for (const member of left) world.cobot.cancel(member, YESTERDAY);
  await world.sweep();
  const hold = await world.store.holds.open();
  if (!hold) throw new Error('nothing is held');
  return { world, members, left, hold };
}

/** Six members whose passes are all gone at once: held. */
async function spaceWithoutPasses() {
  const world = await createRelayWorld();
  const members = world.addMembers(6, world.cobot.addPlan({ name: 'Ten Days', limited: true }));
  const passes = members.map((member) => world.cobot.addPass(member));
  await world.sweep();
  for (const pass of passes) world.cobot.passes.delete(pass.id);
  await world.sweep();
  const hold = await world.store.holds.open();
  const [looked] = members;
  if (!hold || !looked) throw new Error('nothing is held');
  return { world, looked, hold: hold.id };
}

const held = async ({ store }: RelayWorld) => (await store.holds.open())?.lines.length ?? 0;
const actions = async ({ store }: RelayWorld, action: string) =>
  (await store.audit.list()).filter((entry) => entry.action === action).length;

describe('approving', () => {
  it('takes away what was shown, and nothing else', async () => {
    const { world, members, left, hold } = await heldSpace();

    const decided = await decideHold(hold.id, 'approved', world.parts);

    expect(decided).toMatchObject({ ok: true, open: [] });
    expect([world.openers(left), world.openers(members)]).toEqual([0, 10]);
    expect(await held(world)).toBe(0);
    expect(await actions(world, 'hold approved')).toBe(10);
  });

  it('of one member leaves the others held', async () => {
    const { world, left, hold } = await heldSpace();

    await decideHold(hold.id, 'approved', world.parts, ({ membershipId }) => membershipId === left[0]?.id);
    await world.sweep();

    expect(world.openers(left)).toBe(9);
    expect(await held(world)).toBe(9);
  });

  it('applies what is true now: who is a member again keeps the doors', async () => {
    const { world, left, hold } = await heldSpace();
    const [back] = left;
    if (back) back.canceledTo = null;

    await decideHold(hold.id, 'approved', world.parts);

    expect(back && world.opens(back)).toEqual(['Front door']);
    expect(world.openers(left)).toBe(1);
  });

  it('by the id that was shown before others joined takes only those of that time', async () => {
    const { world, members, left, hold } = await heldSpace();
    const late = members.slice(10, 13);
    for (const member of late) world.cobot.cancel(member, YESTERDAY);
    await world.sweep();

    await decideHold(hold.id, 'approved', world.parts);

    expect([world.openers(left), world.openers(late)]).toEqual([0, 3]);
    expect(await held(world)).toBe(3);
  });

  it('twice at once has each line decided once', async () => {
    const { world, hold } = await heldSpace();

    const both = await Promise.all([
      decideHold(hold.id, 'approved', world.parts),
      decideHold(hold.id, 'rejected', world.parts),
    ]);

    const lines = both.map((each) => (each.ok ? each.lines.length : 0));
    expect(lines.reduce((sum, count) => sum + count)).toBe(10);
    expect((await actions(world, 'hold approved')) + (await actions(world, 'hold rejected'))).toBe(10);
  });

  it('asks singly for a membership that the list lacks, also of somebody who has another one', async () => {
    const world = await createRelayWorld({ policy: FULL_ONLY });
    const virtual = world.cobot.addPlan({ name: 'Virtual' });
    const members = world.addMembers(6);
    for (const { name, email, userId } of members) world.cobot.addMember({ name, email, userId, plan: virtual });
    await world.sweep();
    const sabotage = world.cobot.sabotage('GET /api/memberships', lack(...members));
    await world.sweep();
    await world.sweep();
    sabotage.lift();

    await decideHold((await holdOf(world)) ?? '', 'approved', world.parts);

    expect(world.openers(members)).toBe(6);
  });

  it('takes nothing away while Cobot cannot be asked, and goes on with it in the next good sweep', async () => {
    const { world, left, hold } = await heldSpace();
    const broken = world.cobot.sabotage('GET /api/memberships/:id', FORBIDDEN);

    const decided = await decideHold(hold.id, 'approved', world.parts);
    const whileBroken = world.openers(left);
    broken.lift();
    await world.sweep();

    expect(decided.ok && decided.open.length).toBe(10);
    expect(whileBroken).toBe(10);
    expect(world.openers(left)).toBe(0);
  });

  it('is not counted against those who leave after it', async () => {
    const { world, members, hold } = await heldSpace();
    await decideHold(hold.id, 'approved', world.parts);
    const [next] = members.slice(10);
    if (next) world.cobot.cancel(next, YESTERDAY);

    const report = await world.sweep();

    expect(report.held).toBe(0);
    expect(next && world.opens(next)).toEqual([]);
  });
});

describe('rejecting', () => {
  it('keeps the grants, sweep after sweep, and holds nothing any more', async () => {
    const { world, left, hold } = await heldSpace();

    await decideHold(hold.id, 'rejected', world.parts);
    await world.pass(2 * HOUR);
    await world.sweep();

    expect(world.openers(left)).toBe(10);
    expect(await held(world)).toBe(0);
    expect((await world.store.holds.decided()).map(({ decision }) => decision)).toEqual(left.map(() => 'rejected'));
  });

  it("counts until the person's facts change", async () => {
    const { world, left, hold } = await heldSpace();
    await decideHold(hold.id, 'rejected', world.parts);
    await world.pass(2 * HOUR);
    const [changed, looked] = left;
    if (!changed || !looked) throw new Error('too few');
    await world.reconcile(looked);
    changed.canceledTo = null;
    await world.reconcile(changed);
    world.cobot.cancel(changed, YESTERDAY);

    await world.reconcile(changed);

    expect(world.opens(changed)).toEqual([]);
    expect(world.openers(left)).toBe(9);
  });

  it('knows what has changed between the hold and the decision: only what changes afterwards counts', async () => {
    const { world, looked, hold } = await spaceWithoutPasses();
    looked.name = 'Another Name';
    await world.reconcile(looked);

    await decideHold(hold, 'rejected', world.parts);
    await world.pass(2 * HOUR);
    await world.reconcile(looked);

    expect(world.opens(looked)).toEqual(['Front door']);
  });

  it('stands while some of the facts cannot be read, and after', async () => {
    const { world, looked, hold } = await spaceWithoutPasses();
    await decideHold(hold, 'rejected', world.parts);
    await world.pass(2 * HOUR);

    const sabotage = world.cobot.sabotage(/time_passes/, FORBIDDEN);
    await expect(world.reconcile(looked)).rejects.toThrow('403');
    sabotage.lift();
    await world.reconcile(looked);

    expect(world.opens(looked)).toEqual(['Front door']);
  });
});

it('says so where there is no such hold, or nobody of that name in it', async () => {
  const { world, hold } = await heldSpace();

  const none = await decideHold('never', 'approved', world.parts);
  const nobody = await decideHold(hold.id, 'approved', world.parts, () => false);

  expect([none, nobody]).toEqual([
    { ok: false, why: 'no such hold' },
    { ok: false, why: 'nobody of that name in it' },
  ]);
});
