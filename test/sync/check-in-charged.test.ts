import { describe, expect, it } from 'vitest';
import { counting, createRelayWorld, HOUR } from '../support/relay.ts';
import { BY_MEMBERSHIP, SPENDING } from './visitor.ts';

describe('who is charged', () => {
  const rooms = (passes: string) => `
version: 1
rules:
  - { name: Everybody, locks: [Front door], members: all }
  - { name: Lounge, locks: [Lounge], members: all, passes: ${passes} }
  - { name: Room, locks: [Room], booking: { resource: Room } }
`;

  async function house({ passes = 'ignore' } = {}) {
    const world = await createRelayWorld({
      locks: ['Front door', 'Lounge', 'Room'],
      policy: rooms(passes),
      cobot: { switches: { repeatCheckIn: 'second' } },
    });
    const [front, lounge, room] = world.doors;
    if (!front || !lounge || !room) throw new Error('no lock');
    const resource = world.cobot.addResource('Room');
    const days = world.cobot.addPlan({ name: 'Days', limited: true });
    const full = world.cobot.addPlan({ name: 'Full' });
    return { world, front, lounge, room, resource, days, full, spending: counting(world.cobot, SPENDING) };
  }

  it('is nobody for an opening by a rule that ignores passes alone', async () => {
    const { world, lounge, days, spending } = await house();
    const member = world.cobot.addMember({ name: 'Ada', plan: days });
    world.cobot.addPass(member);
    await world.sweep();

    const opening = await world.opened(world.userOf(member), lounge);
    await world.settle();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'not charged']);
  });

  it('is nobody for an opening by a booking alone', async () => {
    const { world, room, resource, days, spending } = await house();
    const member = world.cobot.addMember({ name: 'Ada', plan: days });
    const from = world.clock.now();
    world.cobot.addBooking({ resource, member, from, to: from + HOUR });
    await world.sweep();
    expect(world.opens(member)).toContain('Room');

    const opening = await world.opened(world.userOf(member), room);
    await world.settle();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'not charged']);
  });

  it('is an unlimited member by any opening', async () => {
    const { world, room, full, spending } = await house();
    const member = world.cobot.addMember({ name: 'Ada', plan: full });
    await world.sweep();

    const opening = await world.opened(world.userOf(member), room);
    await world.settle();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('is the unlimited one of two memberships, also where the token is of the other', async () => {
    const { world, front, days, full } = await house();
    const limited = world.cobot.addMember({ name: 'Ada', plan: days, startsOn: '2026-11-01' });
    const unlimited = world.cobot.addMember({ name: 'Ada', plan: full, startsOn: '2026-11-15' });
    world.cobot.addPass(limited);
    await world.sweep();
    const user = world.userOf(limited);
    expect(world.cobot.tokens.get(user.id)).toBe(limited.id);

    const opening = await world.opened(user, front);
    await world.settle();

    expect(world.cobot.requests.filter(({ endpoint }) => SPENDING.test(endpoint))).toMatchObject([
      { endpoint: BY_MEMBERSHIP, params: { id: unlimited.id } },
    ]);
    expect([world.cobot.checkInsOf(limited), world.cobot.checkInsOf(unlimited).length]).toEqual([[], 1]);
    expect(await world.outcomeOf(opening)).toBe('checked in');
  });

  it('is the one of two limited memberships whose pass opened the lock', async () => {
    const { world, front, days } = await house();
    const first = world.cobot.addMember({ name: 'Ada', plan: days, startsOn: '2026-11-01' });
    const second = world.cobot.addMember({ name: 'Ada', plan: days, startsOn: '2026-11-15' });
    const pass = world.cobot.addPass(second);
    await world.sweep();

    await world.opened(world.userOf(first), front);
    await world.settle();

    expect([world.cobot.checkInsOf(first).length, world.cobot.checkInsOf(second).length]).toEqual([0, 1]);
    expect(pass.usedAt).not.toBeNull();
  });

  it('is of two that could be the one that began first, and only one of them', async () => {
    const { world, front, days } = await house();
    const second = world.cobot.addMember({ name: 'Ada', plan: days, startsOn: '2026-11-15' });
    const first = world.cobot.addMember({ name: 'Ada', plan: days, startsOn: '2026-11-01' });
    for (const member of [first, second]) world.cobot.addPass(member);
    await world.sweep();

    for (let round = 0; round < 3; round += 1) await world.opened(world.userOf(first), front);
    await world.settle();

    expect([world.cobot.checkInsOf(first).length, world.cobot.checkInsOf(second).length]).toEqual([1, 0]);
  });

  it('is found by membership where Cobot keeps the token at a stranger', async () => {
    const { world, front, full } = await house();
    const stranger = world.cobot.addMember({ name: 'Ben', plan: full });
    await world.sweep();
    const member = world.cobot.addMember({ name: 'Ada', plan: full });
    const user = world.locks.addUser({ email: member.email ?? '' });
    world.cobot.tokens.set(user.id, stranger.id);
    await world.reconcile(member);

    const opening = await world.opened(user, front);
    await world.settle();

    expect([world.cobot.checkInsOf(member).length, world.cobot.checkInsOf(stranger).length]).toEqual([1, 0]);
    expect(world.cobot.tokens.get(user.id)).toBe(stranger.id);
    expect(await world.outcomeOf(opening)).toBe('checked in');
  });
});
