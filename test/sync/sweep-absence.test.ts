import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot-space.ts';
import { emptied, lacking } from '../../src/simulators/sabotage.ts';
import { counting, createRelayWorld, FORBIDDEN, HOUR, type RelayWorld, UNAVAILABLE } from '../support/relay.ts';

const LIST = 'GET /api/memberships';
const SINGLE = 'GET /api/memberships/:id';
const BOOKING_POLICY = `
version: 1
rules:
  - { name: Room, locks: [Room], booking: { resource: Room, before: 10m, after: 5m } }
`;

/** Is it the thing with one of these ids? */
const among =
  (ids: readonly string[]) =>
  (item: unknown): boolean =>
    typeof item === 'object' && item !== null && 'id' in item && ids.some((id) => id === item.id);
const lack = (...things: readonly { id: string }[]) =>
  ({ kind: 'replace', data: lacking(among(things.map(({ id }) => id))) }) as const;

const linesOf = async ({ store }: RelayWorld) => (await store.holds.open())?.lines ?? [];
const lastGood = ({ store }: RelayWorld) => store.settings.get('last-good-sweep');

async function spaceOf(count: number) {
  const world = await createRelayWorld();
  const members = world.addMembers(count);
  for (const member of members) world.giveEverything(member);
  await world.sweep();
  return { world, members };
}

/** Members of a limited plan with a pass each. */
async function limitedSpaceOf(count: number) {
  const world = await createRelayWorld();
  const members = world.addMembers(count, world.cobot.addPlan({ name: 'Ten Days', limited: true }));
  const passes = members.map((member) => world.cobot.addPass(member));
  await world.sweep();
  expect(world.openers(members)).toBe(count);
  return { world, members, passes };
}

async function bookedRoom() {
  const world = await createRelayWorld({ locks: ['Room'], policy: BOOKING_POLICY });
  const resource = world.cobot.addResource('Room');
  const [member] = world.addMembers(1);
  if (!member) throw new Error('nobody');
  const from = world.clock.now() - HOUR;
  const booking = world.cobot.addBooking({ resource, member, from, to: from + 3 * HOUR });
  await world.sweep();
  expect(world.opens(member)).toEqual(['Room']);
  return { world, member, booking };
}

describe('a list of memberships that lacks somebody', () => {
  it('takes nothing away: below the brake each of them is asked for singly', async () => {
    const { world, members } = await spaceOf(8);
    const lacked = members.slice(0, 4);
    world.cobot.sabotage(LIST, lack(...lacked));
    const singly = counting(world.cobot, SINGLE);

    const report = await world.sweep();

    expect(singly()).toBe(4);
    expect(report.changes).toEqual([]);
    expect(world.openers(members)).toBe(8);
    expect(await lastGood(world)).toBe(world.clock.now());
  });

  it('takes access away from those who are gone when they are asked for, too', async () => {
    const { world, members } = await spaceOf(8);
    const [gone, ended, there] = members;
    if (!gone || !ended || !there) throw new Error('too few');
    world.cobot.remove(gone);
    world.cobot.cancel(ended, '2026-11-29');
    world.cobot.sabotage(LIST, lack(there));

    await world.sweep();

    expect([gone, ended, there].map((member) => world.opens(member))).toEqual([[], [], ['Front door']]);
    expect((await world.store.audit.list()).map(({ sentence }) => sentence)).toEqual(
      expect.arrayContaining([
        'may no longer open Front door: membership deleted on Cobot',
        'may no longer open Front door: membership ended on 2026-11-29',
      ]),
    );
  });

  it('asks for nobody above the brake, where a person decides first', async () => {
    const { world, members } = await spaceOf(8);
    world.cobot.sabotage(LIST, { kind: 'replace', data: emptied });
    const singly = counting(world.cobot, SINGLE);

    const report = await world.sweep();

    expect(singly()).toBe(0);
    expect(report.held).toBe(8);
    expect(world.openers(members)).toBe(8);
  });

  it('holds nothing any more once the list is whole again', async () => {
    const { world, members } = await spaceOf(8);
    const sabotage = world.cobot.sabotage(LIST, { kind: 'replace', data: emptied });
    await world.sweep();
    sabotage.lift();

    await world.sweep();

    expect(await linesOf(world)).toEqual([]);
    expect(world.openers(members)).toBe(8);
  });

  it('keeps the access of whoever cannot be asked for singly, and serves everybody else', async () => {
    const { world, members } = await spaceOf(8);
    const [unread, gone] = members;
    if (!unread || !gone) throw new Error('too few');
    world.cobot.sabotage(LIST, lack(unread));
    world.cobot.sabotage({ path: new RegExp(`memberships/${unread.id}$`) }, UNAVAILABLE);
    world.cobot.remove(gone);
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });
    const before = await lastGood(world);
    await world.clock.advance(1000);

    await expect(world.sweep()).rejects.toThrow('503');

    expect([unread, gone, late].map((member) => world.opens(member))).toEqual([['Front door'], [], ['Front door']]);
    expect(await lastGood(world)).toBe(before);
  });

  it('is not read again for each of those who are gone', async () => {
    const { world, members } = await spaceOf(80);
    for (const member of members.slice(0, 8)) world.cobot.remove(member);
    const lists = counting(world.cobot, LIST);

    await world.sweep();

    expect(world.openers(members)).toBe(72);
    expect(lists()).toBeLessThanOrEqual(2);
  });

  it('that is empty in a space of one asks for that one', async () => {
    const { world, members } = await spaceOf(1);
    world.cobot.sabotage(LIST, { kind: 'replace', data: emptied });

    const report = await world.sweep();

    expect([report.held, world.openers(members)]).toEqual([0, 1]);
  });
});

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

describe('a list of memberships with items that cannot be read', () => {
  const spoil = (ids: readonly string[]) =>
    ({
      kind: 'replace',
      data: (list: unknown) =>
        Array.isArray(list) ? list.map((item: unknown) => (among(ids)(item) ? { id: 'odd' } : item)) : list,
    }) as const;

  it('counts and shows them, and asks for those whom it lacks', async () => {
    const { world, members } = await spaceOf(6);
    world.cobot.sabotage(LIST, spoil(members.slice(0, 2).map(({ id }) => id)));

    const report = await world.sweep();

    expect(world.openers(members)).toBe(6);
    expect(report.problems).toContainEqual({
      subject: '',
      kind: 'unreadable-memberships',
      sentence: "2 of Cobot's memberships could not be read; whoever they belong to is asked for singly",
    });
  });

  it('keeps those who cannot be read singly either', async () => {
    const { world, members } = await spaceOf(6);
    const ids = members.slice(0, 2).map(({ id }) => id);
    world.cobot.sabotage(LIST, spoil(ids));
    world.cobot.sabotage(SINGLE, { kind: 'replace', data: () => ({ id: 'odd' }) });

    await expect(world.sweep()).rejects.toThrow('a form that the relay does not know');

    expect(world.openers(members)).toBe(6);
  });

  it('is an error where not one can be read', async () => {
    const { world, members } = await spaceOf(6);
    world.cobot.sabotage(LIST, spoil(members.map(({ id }) => id)));

    await expect(world.sweep()).rejects.toThrow('a form that the relay does not know');

    expect(world.openers(members)).toBe(6);
    expect(await linesOf(world)).toEqual([]);
  });
});
