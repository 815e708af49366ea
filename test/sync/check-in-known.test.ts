import { describe, expect, it } from 'vitest';
import { counting, createRelayWorld, HOUR, MINUTE, MONDAY } from '../support/relay.ts';
import { oneVisitor } from './visitor.ts';

describe('somebody who was checked in at the desk', () => {
  it('is not checked in again', async () => {
    const { world, member, spending, spent, open } = await oneVisitor({ limited: true, passes: 3 });
    const [pass] = world.cobot.passesOf(member);
    const now = world.clock.now();
    world.cobot.addCheckIn(member, { from: now, until: now + 8 * HOUR, ...(pass ? { pass } : {}) });
    await world.pass(MINUTE);

    const opening = await open();

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([0, 1, 'checked in already']);
  });

  it('is not checked in for an opening that is told late, when that check-in is over', async () => {
    const { world, member, spending, spent, open } = await oneVisitor({ limited: true, passes: 3 });
    const [pass] = world.cobot.passesOf(member);
    const from = world.clock.now();
    world.cobot.addCheckIn(member, { from, until: from + 2 * HOUR, ...(pass ? { pass } : {}) });
    await world.pass(4 * HOUR);

    const opening = await open({ occurredAt: from + HOUR });

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([0, 1, 'checked in already']);
  });

  it('is not checked in for an opening shortly before it', async () => {
    const { world, member, spending, open } = await oneVisitor({ limited: true, passes: 3 });
    const [pass] = world.cobot.passesOf(member);
    const openedAt = world.clock.now();
    await world.pass(5 * MINUTE);
    const from = world.clock.now();
    world.cobot.addCheckIn(member, { from, until: from + 2 * HOUR, ...(pass ? { pass } : {}) });
    await world.pass(4 * HOUR);

    const opening = await open({ occurredAt: openedAt });

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'checked in already']);
  });

  it('is checked in again once that check-in is over', async () => {
    const { world, member, spending, spent, open } = await oneVisitor({ limited: true, passes: 3 });
    const [pass] = world.cobot.passesOf(member);
    const from = world.clock.now();
    world.cobot.addCheckIn(member, { from, until: from + HOUR, ...(pass ? { pass } : {}) });
    await world.pass(2 * HOUR);

    await open();

    expect([spending(), spent()]).toEqual([1, 2]);
  });

  it('is refused by Cobot without harm where it takes no second check-in', async () => {
    const { world, member, open } = await oneVisitor({ switches: { repeatCheckIn: '422' } });
    const now = world.clock.now();
    world.cobot.addCheckIn(member, { from: now, until: now + 8 * HOUR });

    const opening = await open();

    expect(await world.outcomeOf(opening)).toBe('checked in already');
    expect(world.opens(member)).toEqual(['Front door']);
  });
});

describe('a check-in at the desk whose webhook was lost', () => {
  it.each(['unlimited', 'limited'])('is known from a sweep: no call, and no second one (%s)', async (kind) => {
    const { world, member, spending, open } = await oneVisitor({ limited: kind === 'limited', passes: 3 });
    const from = world.clock.now();
    world.cobot.addCheckIn(member, { from, until: from + 8 * HOUR });
    await world.sweep();
    const calls = counting(world.cobot);
    await world.pass(MINUTE);

    const opening = await open();

    expect([spending(), calls(), await world.outcomeOf(opening)]).toEqual([0, 0, 'checked in already']);
  });

  it('is no loss, however many they are in one morning', async () => {
    const world = await createRelayWorld();
    const members = world.addMembers(8, world.cobot.addPlan({ name: 'Days', limited: true }));
    const passes = members.map((member) => world.cobot.addPass(member));
    await world.sweep();
    const from = world.clock.now();
    for (const [index, member] of members.entries()) {
      const pass = passes[index];
      world.cobot.addCheckIn(member, { from, until: from + 8 * HOUR, ...(pass ? { pass } : {}) });
    }

    const report = await world.sweep();

    expect(report.held).toBe(0);
    expect(world.openers(members)).toBe(8);
    expect([...world.locks.access.values()].map(({ until: end }) => end)).toEqual(members.map(() => from + 8 * HOUR));
  });
});
describe('after the database was lost, before the first sweep', () => {
  it('a lock user is known by its mark', async () => {
    const { world, checkIns, open } = await oneVisitor({ limited: true });
    world.cobot.tokens.clear();
    await world.loseDatabase();

    const opening = await open();

    expect([checkIns(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('an adopted lock user is known by the check-in token', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    const user = world.locks.addUser({ email: member.email ?? '' });
    await world.sweep();
    await world.loseDatabase();

    const opening = await world.opened(user, world.doors[0] ?? null);
    await world.settle();

    expect([world.cobot.checkInsOf(member).length, await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('somebody who is checked in is not checked in again', async () => {
    const { world, spending, spent, open } = await oneVisitor({ limited: true, passes: 3 });
    await open();
    await world.loseDatabase();
    await world.pass(HOUR);

    const opening = await open();

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in already']);
  });

  it('a stranger is a stranger', async () => {
    const { world, door, spending } = await oneVisitor();
    const stranger = world.locks.addUser({ email: 'stranger@example.com', externalId: 'payroll-7' });
    await world.loseDatabase();

    const opening = await world.opened(stranger, door);
    await world.settle();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'not ours']);
  });
});

describe('a pass for some hours', () => {
  it('is followed by another one in a second span, as Cobot will have it', async () => {
    const world = await createRelayWorld({ at: MONDAY, cobot: { switches: { repeatCheckIn: 'second' } } });
    const span = { from: '08:00', to: '12:00' };
    const plan = world.cobot.addPlan({ name: 'Mornings', passes: [{ spans: [span] }] });
    const member = world.cobot.addMember({ name: 'Ada', plan });
    world.cobot.addPass(member, { spans: [span] });
    world.cobot.addPass(member, { spans: [{ from: '12:00', to: '20:00' }] });
    await world.sweep();
    const [door] = world.doors;
    const user = world.userOf(member);

    await world.opened(user, door ?? null);
    await world.settle();
    await world.pass(4 * HOUR);
    await world.opened(user, door ?? null);
    await world.settle();

    expect(world.cobot.passesOf(member).filter(({ usedAt }) => usedAt !== null)).toHaveLength(2);
  });
});
