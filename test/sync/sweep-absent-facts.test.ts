import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { emptied } from '../../src/simulators/sabotage.ts';
import { counting, createRelayWorld, FORBIDDEN, HOUR, type RelayWorld, UNAVAILABLE } from '../support/relay.ts';
import { lastGood } from '../support/relay-spaces.ts';
import { among, bookedRoom, lack, limitedSpaceOf } from './absence.ts';

const SINGLE = 'GET /api/memberships/:id';

describe('a list that lacks passes', () => {
  it('asks singly below the brake and keeps the access', async () => {
    const { world, members, passes } = await limitedSpaceOf(6);
    world.cobot.sabotage('GET /api/time_passes/unused', lack(...passes.slice(0, 3)));
    const singly = counting(world.cobot, SINGLE);

    const report = await world.sweep();

    expect([report.held, singly()]).toEqual([0, 3]);
    expect(world.openers(members)).toBe(6);
  });

  it('asks for each pass by its id, where the list of the member lacks it too', async () => {
    const { world, members, passes } = await limitedSpaceOf(4);
    world.cobot.sabotage(/time_passes\/unused$/, lack(...passes));
    const [first] = passes;
    if (!first) throw new Error('no pass');
    world.cobot.passes.delete(first.id);
    world.cobot.sabotage('GET /api/time_passes/unused', lack(...passes));

    for (const member of members) await world.reconcile(member);

    expect(world.openers(members)).toBe(3);
  });

  it('is empty: above the brake nobody is asked for and everything is held', async () => {
    const { world, members } = await limitedSpaceOf(6);
    world.cobot.sabotage('GET /api/time_passes/unused', { kind: 'replace', data: emptied });
    const singly = counting(world.cobot, SINGLE);

    const report = await world.sweep();

    expect([report.held, singly()]).toEqual([6, 0]);
    expect(world.openers(members)).toBe(6);
  });

  it('takes the access of whose pass is used up when asked for, too', async () => {
    const { world, members, passes } = await limitedSpaceOf(4);
    const [first] = passes;
    if (first) first.usedAt = world.clock.now();

    await world.sweep();

    expect(members.map((member) => world.opens(member).length)).toEqual([0, 1, 1, 1]);
  });

  it('keeps the access where the single read fails, and is not good', async () => {
    const { world, members, passes } = await limitedSpaceOf(4);
    const [first] = passes;
    if (!first) throw new Error('no pass');
    world.cobot.sabotage('GET /api/time_passes/unused', lack(first));
    world.cobot.sabotage('GET /api/memberships/:id/time_passes/unused', FORBIDDEN);
    const before = await lastGood(world);
    await world.clock.advance(1000);

    await expect(world.sweep()).rejects.toThrow('403');

    expect(world.openers(members)).toBe(4);
    expect(await lastGood(world)).toBe(before);
  });

  it('is remembered as lacking until somebody has asked for what it lacks', async () => {
    const { world, members, passes } = await limitedSpaceOf(4);
    const [first] = passes;
    if (!first) throw new Error('no pass');
    world.cobot.sabotage('GET /api/time_passes/unused', lack(first));
    const unread = world.cobot.sabotage('GET /api/memberships/:id/time_passes/unused', FORBIDDEN);
    await world.sweep().catch(() => undefined);
    await world.sweep().catch(() => undefined);
    unread.lift();
    const singly = counting(world.cobot, SINGLE);

    await world.sweep();

    expect(singly()).toBe(1);
    expect(world.openers(members)).toBe(4);
  });

  it('is remembered as lacking also where nothing was taken away for it, so that it was not asked for', async () => {
    const { world, members, passes } = await limitedSpaceOf(1);
    const [member] = members;
    const [first] = passes;
    if (!member || !first) throw new Error('nobody');
    const second = world.cobot.addPass(member);
    await world.sweep();
    world.cobot.sabotage(/time_passes\/unused$/, lack(first));
    await world.sweep();
    second.usedAt = world.clock.now();

    await world.sweep();

    // The first one is only found by its id.
    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('is remembered as lacking while everything is held', async () => {
    const { world, members, passes } = await limitedSpaceOf(6);
    world.cobot.sabotage('GET /api/time_passes/unused', { kind: 'replace', data: emptied });

    await world.sweep();

    const remembered = await Promise.all(members.map(({ id }) => world.store.evidence.of(id)));
    expect(remembered.map((each) => each?.passes.map(({ id }) => id))).toEqual(passes.map(({ id }) => [id]));
  });

  it('names no memberships: each limited member is asked for its own', async () => {
    const world = await createRelayWorld({ cobot: { switches: { passNames: 'neither' } } });
    const limited = world.cobot.addPlan({ name: 'Ten Days', limited: true });
    const [withPass, without] = world.addMembers(2, limited);
    const [unlimited] = world.addMembers(1, world.cobot.addPlan({ name: 'Full Time' })).map((member) => {
      member.email = 'full@example.com';
      return member;
    });
    if (!withPass || !without || !unlimited) throw new Error('too few');
    world.cobot.addPass(withPass);
    const singly = counting(world.cobot, SINGLE);

    await world.sweep();

    expect([withPass, without, unlimited].map((member) => world.opens(member).length)).toEqual([1, 0, 1]);
    expect(singly()).toBe(2);
    expect(await lastGood(world)).toBe(world.clock.now());
  });

  it('has one that cannot be read: it is counted and shown, and no access is lost', async () => {
    const { world, members, passes } = await limitedSpaceOf(4);
    const [first] = passes;
    if (!first) throw new Error('no pass');
    world.cobot.sabotage('GET /api/time_passes/unused', {
      kind: 'replace',
      data: (list) =>
        Array.isArray(list) ? list.map((item) => (among([first.id])(item) ? { odd: true } : item)) : list,
    });

    const report = await world.sweep();

    expect(world.openers(members)).toBe(4);
    expect(report.problems).toContainEqual(expect.objectContaining({ subject: '', kind: 'unreadable-passes' }));
    expect(await world.problemsOf({ id: '' })).toContain('unreadable-passes');
  });
});

describe('a list that lacks check-ins', () => {
  it('asks singly and keeps whoever is checked in', async () => {
    const { world, member } = await checkedIn();
    world.cobot.sabotage('GET /api/work_sessions', { kind: 'replace', data: emptied });

    await world.sweep();

    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('asks for the check-in by its id, where the list of the member lacks it too', async () => {
    const { world, member } = await checkedIn();
    world.cobot.sabotage('GET /api/work_sessions', { kind: 'replace', data: emptied });
    world.cobot.sabotage('GET /api/memberships/:id/check_ins', { kind: 'replace', data: emptied });

    await world.sweep();

    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('believes that there is none where nobody has it', async () => {
    const { world, member } = await checkedIn();
    world.cobot.checkIns.clear();

    await world.sweep();

    expect(world.opens(member)).toEqual([]);
  });

  it('believes a check-out', async () => {
    const { world, member } = await checkedIn();
    for (const checkIn of world.cobot.checkIns.values()) checkIn.until = world.clock.now();

    await world.sweep();

    expect(world.opens(member)).toEqual([]);
  });

  async function checkedIn(): Promise<{ world: RelayWorld; member: Member }> {
    const { world, members, passes } = await limitedSpaceOf(1);
    const [member] = members;
    const [pass] = passes;
    if (!member || !pass) throw new Error('nobody');
    const now = world.clock.now();
    world.cobot.addCheckIn(member, { from: now, until: now + 8 * HOUR, pass });
    await world.sweep();
    expect(world.opens(member)).toEqual(['Front door']);
    return { world, member };
  }
});

describe('a list that lacks bookings', () => {
  it('asks for the booking by its id and keeps the access', async () => {
    const { world, member } = await bookedRoom();
    world.cobot.sabotage('GET /api/bookings', { kind: 'replace', data: emptied });
    const byId = counting(world.cobot, 'GET /api/bookings/:id');

    await world.sweep();

    expect(world.opens(member)).toEqual(['Room']);
    expect(byId()).toBe(1);
  });

  it('takes the access away for a booking that is gone when asked for, too', async () => {
    const { world, member, booking } = await bookedRoom();
    world.cobot.removeBooking(booking);

    await world.sweep();

    expect(world.opens(member)).toEqual([]);
  });

  it('keeps the access where the booking cannot be asked for', async () => {
    const { world, member, booking } = await bookedRoom();
    world.cobot.removeBooking(booking);
    world.cobot.sabotage('GET /api/bookings/:id', UNAVAILABLE);

    await expect(world.sweep()).rejects.toThrow('503');

    expect(world.opens(member)).toEqual(['Room']);
  });

  it('moves the access with a booking that was moved to somebody else', async () => {
    const { world, member, booking } = await bookedRoom();
    const other = world.cobot.addMember({ name: 'Other', plan: world.cobot.addPlan({ name: 'Any' }) });
    booking.memberId = other.id;

    await world.sweep();

    expect([world.opens(member), world.opens(other)]).toEqual([[], ['Room']]);
  });
});
