import { describe, expect, it } from 'vitest';
import type { CobotSwitches } from '../../src/simulators/cobot-switches.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import {
  counting,
  createRelayWorld,
  DAY,
  FORBIDDEN,
  HOUR,
  MINUTE,
  MONDAY,
  type RelayOptions,
  SECOND,
  UNAVAILABLE,
  until,
} from '../support/relay.ts';

const BY_TOKEN = 'POST /api/check_ins';
const BY_MEMBERSHIP = 'POST /api/memberships/:id/work_sessions';
const SPENDING = /^POST .*(check_ins|work_sessions)$/;
const CURRENT = 'GET /api/memberships/:id/check_ins';

type Options = RelayOptions & { limited?: boolean; passes?: number; switches?: Partial<CobotSwitches> };

/** One member who may come in; a limited one has a pass. */
async function oneMember({ limited = false, passes = 1, switches = {}, ...options }: Options = {}) {
  // A second check-in while one is current would spend another pass: nothing hides it.
  const cobot = { switches: { repeatCheckIn: 'second' as const, ...switches } };
  const world = await createRelayWorld({ ...options, cobot });
  const plan = world.cobot.addPlan({ name: limited ? 'Days' : 'Full', limited });
  const member = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-01' });
  if (limited) for (let index = 0; index < passes; index += 1) world.cobot.addPass(member);
  await world.sweep();
  const [door] = world.doors;
  if (!door) throw new Error('no lock');
  const user = world.userOf(member);
  return {
    world,
    member,
    user,
    door,
    checkIns: () => world.cobot.checkInsOf(member).length,
    spent: () => world.cobot.passesOf(member).filter(({ usedAt }) => usedAt !== null).length,
    spending: counting(world.cobot, SPENDING),
    async open(how: { occurredAt?: number } = {}) {
      const opening = await world.opened(user, door, how);
      await world.settle();
      return opening;
    },
  };
}

describe('opening a lock', () => {
  it('checks a member in by the check-in token, without a read before it', async () => {
    const { world, checkIns, open } = await oneMember();
    const calls = counting(world.cobot);

    const opening = await open();

    expect([checkIns(), calls()]).toEqual([1, 1]);
    expect(world.cobot.requests.at(-1)).toMatchObject({ endpoint: BY_TOKEN, status: 201 });
    expect(await world.outcomeOf(opening)).toBe('checked in');
    expect((await world.store.audit.list({ limit: 1 }))[0]).toMatchObject({ action: 'check-in' });
  });

  it('reads the current check-ins of a limited member first, and spends one pass', async () => {
    const { world, member, checkIns, spent, open } = await oneMember({ limited: true });
    const from = world.cobot.requests.length;

    await open();

    const [first, second] = world.cobot.requests.slice(from);
    expect([first?.endpoint, second?.endpoint]).toEqual([CURRENT, BY_TOKEN]);
    expect([checkIns(), spent()]).toEqual([1, 1]);
    const [checkIn] = world.cobot.checkInsOf(member);
    expect(world.locks.windows(member.email ?? '', 'Front door').map((each) => each.until)).toEqual([
      // Cobot's 03:59:59 is the last second that counts.
      (checkIn?.until ?? 0) + SECOND,
    ]);
  });

  it('costs no call while checked in, at whatever door', async () => {
    const { world, user, open } = await oneMember({ limited: true, locks: ['Front door', 'Room'] });
    await open();
    const calls = counting(world.cobot);
    await world.pass(30 * MINUTE);

    const again = await open();
    const room = await world.opened(user, world.doors[1] ?? null);
    await world.settle();

    expect(calls()).toBe(0);
    expect([await world.outcomeOf(again), await world.outcomeOf(room)]).toEqual([
      'checked in already',
      'checked in already',
    ]);
  });

  it('costs no call for the echo of our own check-in, nor for one that is known', async () => {
    const { world, member, open } = await oneMember({ limited: true });
    await open();
    const [checkIn] = world.cobot.checkInsOf(member);
    const calls = counting(world.cobot);

    await world.parts.queue.add([
      {
        name: 'cobot-check-in',
        key: checkIn?.id ?? '',
        payload: { checkInId: checkIn?.id ?? '', cause: 'webhook created_checkin' },
      },
    ]);
    await world.settle();

    expect(calls()).toBe(0);
  });

  it('twice within the same moment checks in once', async () => {
    const { world, user, door, spending } = await oneMember({ limited: true, passes: 3 });

    await Promise.all([world.opened(user, door), world.opened(user, door), world.opened(user, door)]);
    await world.settle();

    expect(spending()).toBe(1);
  });

  it('that a check-in followed needs none', async () => {
    const { world, spending, open } = await oneMember({ limited: true, passes: 3 });
    await world.pass(HOUR);
    await open();

    const earlier = await open({ occurredAt: world.clock.now() - 30 * MINUTE });

    expect([spending(), await world.outcomeOf(earlier)]).toEqual([1, 'checked in already']);
  });

  it('is judged with all that wait for the lock user, oldest first', async () => {
    const { world, user, door, spending } = await oneMember({ limited: true, passes: 3 });
    const now = world.clock.now();
    await world.store.openings.add(
      [10, 30, 20].map((minutes) => ({
        id: `missed-${minutes}`,
        lockUserId: user.id,
        lockId: door.id,
        lockName: door.name,
        occurredAt: now - minutes * MINUTE,
      })),
      now,
    );

    await world.opened(user, door);
    await world.settle();

    expect(await world.store.openings.unjudged(user.id)).toEqual([]);
    expect(await world.outcomeOf({ id: 'missed-30' })).toBe('checked in');
    expect(spending()).toBe(1);
  });

  it('of a day before is recorded as an unpaid visit; the Cobot day turns at four', async () => {
    const { world, open } = await oneMember();
    const calls = counting(world.cobot);
    const fourOClock = Date.parse('2026-11-30T03:00:00Z');

    const past = await open({ occurredAt: fourOClock - SECOND });

    expect([await world.outcomeOf(past), calls()]).toEqual(['past day', 0]);
    expect((await world.store.audit.list({ limit: 1 }))[0]?.sentence).toContain('a Cobot day that is over');
    const today = await open({ occurredAt: fourOClock });
    expect(await world.outcomeOf(today)).toBe('checked in');
  });

  it('in the small hours belongs to the day that has not turned yet', async () => {
    const { world, member, open } = await oneMember({ at: Date.parse('2026-12-01T02:30:00Z') });

    const opening = await open({ occurredAt: Date.parse('2026-11-30T20:00:00Z') });

    expect(await world.outcomeOf(opening)).toBe('checked in');
    expect(world.cobot.checkInsOf(member)).toMatchObject([{ until: Date.parse('2026-12-01T02:59:59Z') }]);
  });

  it('that names no lock counts as if it were any lock of that person', async () => {
    const { world, user, spending } = await oneMember({ limited: true });

    const opening = await world.opened(user, null);
    await world.settle();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('goes on while the lock system does not answer', async () => {
    const { world, spending, open } = await oneMember({ limited: true });
    await world.pass(2 * HOUR);
    world.locks.sabotage(/./, UNAVAILABLE);

    await open();

    expect(spending()).toBe(1);
  });

  it('of an ended member is ignored', async () => {
    const { world, member, spending, open } = await oneMember();
    world.cobot.cancel(member, '2026-11-29');
    await world.reconcile(member);

    const opening = await open();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'not ours']);
  });

  it('of a stranger is ignored and costs one look at whose it is, at the most', async () => {
    const { world, door, spending } = await oneMember();
    const stranger = world.locks.addUser({ email: 'stranger@example.com' });
    const calls = counting(world.cobot);

    const opening = await world.opened(stranger, door);
    await world.settle();

    expect([spending(), calls(), await world.outcomeOf(opening)]).toEqual([0, 0, 'not ours']);
  });
});

describe('somebody who was checked in at the desk', () => {
  it('is not checked in again', async () => {
    const { world, member, spending, spent, open } = await oneMember({ limited: true, passes: 3 });
    const [pass] = world.cobot.passesOf(member);
    const now = world.clock.now();
    world.cobot.addCheckIn(member, { from: now, until: now + 8 * HOUR, ...(pass ? { pass } : {}) });
    await world.pass(MINUTE);

    const opening = await open();

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([0, 1, 'checked in already']);
  });

  it('is not checked in for an opening that is told late, when that check-in is over', async () => {
    const { world, member, spending, spent, open } = await oneMember({ limited: true, passes: 3 });
    const [pass] = world.cobot.passesOf(member);
    const from = world.clock.now();
    world.cobot.addCheckIn(member, { from, until: from + 2 * HOUR, ...(pass ? { pass } : {}) });
    await world.pass(4 * HOUR);

    const opening = await open({ occurredAt: from + HOUR });

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([0, 1, 'checked in already']);
  });

  it('is not checked in for an opening shortly before it', async () => {
    const { world, member, spending, open } = await oneMember({ limited: true, passes: 3 });
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
    const { world, member, spending, spent, open } = await oneMember({ limited: true, passes: 3 });
    const [pass] = world.cobot.passesOf(member);
    const from = world.clock.now();
    world.cobot.addCheckIn(member, { from, until: from + HOUR, ...(pass ? { pass } : {}) });
    await world.pass(2 * HOUR);

    await open();

    expect([spending(), spent()]).toEqual([1, 2]);
  });

  it('is refused by Cobot without harm where it takes no second check-in', async () => {
    const { world, member, open } = await oneMember({ switches: { repeatCheckIn: '422' } });
    const now = world.clock.now();
    world.cobot.addCheckIn(member, { from: now, until: now + 8 * HOUR });

    const opening = await open();

    expect(await world.outcomeOf(opening)).toBe('checked in already');
    expect(world.opens(member)).toEqual(['Front door']);
  });
});

describe('a refusal of Cobot', () => {
  it.each(['wrapped strings', 'wrapped arrays', 'bare'] as const)(
    'is shown in its own words and closes the door until the Cobot day ends (%s)',
    async (errorShape) => {
      const { world, member, checkIns, open } = await oneMember({ limited: true, switches: { errorShape } });
      const [pass] = world.cobot.passesOf(member);
      // Cobot knows more than it tells: the pass is there, and does not count.
      world.cobot.sabotage(BY_TOKEN, {
        kind: 'answer',
        status: 422,
        json: { errors: { base: ['No time pass is valid at this time.'] } },
      });

      const opening = await open();

      expect(pass?.usedAt).toBeNull();
      expect([checkIns(), await world.outcomeOf(opening)]).toEqual([0, 'refused']);
      expect((await world.store.openings.list())[0]?.note).toContain('No time pass is valid at this time.');
      expect(world.opens(member)).toEqual([]);
      world.cobot.healAll();
      await world.pass(DAY);
      await world.sweep();
      expect(world.opens(member)).toEqual(['Front door']);
    },
  );

  it('is not for the pass that is bought after it', async () => {
    const { world, member, spending, open } = await oneMember({ limited: true });
    for (const pass of world.cobot.passes.values()) pass.usedAt = world.clock.now();
    await open();
    expect([world.opens(member), spending()]).toEqual([[], 1]);
    await world.pass(MINUTE);
    world.cobot.addPass(member);
    await world.reconcile(member);

    await open();

    expect([world.opens(member), world.cobot.checkInsOf(member).length]).toEqual([['Front door'], 1]);
  });

  it('of an unlimited member leaves the door as it is', async () => {
    const { world, member, open } = await oneMember();
    world.cobot.sabotage(BY_TOKEN, { kind: 'answer', status: 422, json: { base: ['No.'] } });

    const opening = await open();

    expect([await world.outcomeOf(opening), world.opens(member)]).toEqual(['refused', ['Front door']]);
  });
});

describe('a check-in token that Cobot does not know (204)', () => {
  it('is linked again and tried once more', async () => {
    const { world, member, user, spending, checkIns, open } = await oneMember();
    world.cobot.tokens.clear();

    const opening = await open();

    expect([spending(), checkIns(), await world.outcomeOf(opening)]).toEqual([2, 1, 'checked in']);
    expect(world.cobot.tokensOf(member)).toEqual([user.id]);
  });

  it('is no check-in, and not tried a third time', async () => {
    const { world, spending, checkIns, open } = await oneMember();
    world.cobot.sabotage(BY_TOKEN, { kind: 'answer', status: 204 });

    const opening = await open();

    expect([spending(), checkIns(), await world.outcomeOf(opening)]).toEqual([2, 0, null]);
    world.cobot.healAll();
    await world.pass(MINUTE);
    expect([checkIns(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });
});

describe('an answer to a check-in that never comes', () => {
  const faults = {
    'a reset': { kind: 'reset' },
    'status 500': { kind: 'answer', status: 500 },
    'status 503': UNAVAILABLE,
    'an HTML page': { kind: 'answer', status: 200, html: '<html></html>' },
  } as const;

  it.each(Object.entries(faults))('%s after the deed is found out, and not repeated', async (_, fault) => {
    const { world, spending, spent, open } = await oneMember({ limited: true, passes: 3 });
    world.cobot.sabotage(BY_TOKEN, { ...fault, when: 'after' });

    const opening = await open();
    await world.pass(10 * MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });

  it.each(Object.entries(faults))('%s before the deed is repeated, once it is sure', async (_, fault) => {
    const { world, spent, open } = await oneMember({ limited: true, passes: 3 });
    const sabotage = world.cobot.sabotage(BY_TOKEN, fault);
    const opening = await open();
    sabotage.lift();

    await world.pass(10 * MINUTE);

    expect([spent(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('is not repeated while it cannot be found out', async () => {
    const { world, spending, spent, open } = await oneMember({ passes: 3, limited: true });
    // The look before the check-in goes through, those after it do not.
    const blind = { isOn: false };
    world.cobot.sabotage((request: Seen) => {
      if (request.endpoint === BY_TOKEN) blind.isOn = true;
      return blind.isOn && request.endpoint === CURRENT;
    }, UNAVAILABLE);
    world.cobot.sabotage(BY_TOKEN, { kind: 'reset', when: 'after' }, { times: 1 });

    const opening = await open();
    await world.pass(5 * MINUTE);
    expect([spending(), await world.outcomeOf(opening)]).toEqual([1, null]);
    world.cobot.healAll();
    await world.pass(10 * MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });

  it('costs an unlimited member no second check-in either', async () => {
    const { world, checkIns, open } = await oneMember();
    world.cobot.sabotage(BY_TOKEN, { kind: 'reset', when: 'after' });

    await open();
    await world.pass(10 * MINUTE);

    expect(checkIns()).toBe(1);
  });

  it('by time-out is looked up half a minute later, since it may land until then', async () => {
    const { world, user, door, spending, spent } = await oneMember({ limited: true, passes: 3 });
    const late = world.cobot.sabotage(BY_TOKEN, { kind: 'hang', lands: true }, { times: 1 });
    const opening = await world.opened(user, door);
    await until(() => late.hits === 1);
    // The client gives up after ten seconds; nothing is asked and nothing is sent.
    await world.clock.advance(10 * SECOND);
    await world.settle();
    const calls = counting(world.cobot);
    await world.pass(25 * SECOND);
    expect(calls()).toBe(0);
    late.lift();
    await until(() => spent() === 1);

    await world.pass(MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });

  it('by time-out that never landed is repeated after half a minute, and not before', async () => {
    const { world, user, door, spending, spent } = await oneMember({ limited: true, passes: 3 });
    const lost = world.cobot.sabotage(BY_TOKEN, { kind: 'hang' }, { times: 1 });
    const opening = await world.opened(user, door);
    await until(() => lost.hits === 1);
    await world.clock.advance(10 * SECOND);
    await world.settle();
    await world.pass(29 * SECOND);
    expect(spending()).toBe(1);

    await world.pass(2 * SECOND);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([2, 1, 'checked in']);
  });

  it('because the relay was stopped in the middle is looked up after the start', async () => {
    const { world, user, door, spending, spent } = await oneMember({ limited: true, passes: 3 });
    const cut = world.cobot.sabotage(BY_TOKEN, { kind: 'hang', when: 'after' }, { times: 1 });
    const opening = await world.opened(user, door);
    await until(() => cut.hits === 1);

    await world.restart();
    await world.pass(MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });
});

describe('an attempt that a crash left', () => {
  it('which landed is found, and not repeated', async () => {
    const { world, member, spending, open } = await oneMember();
    await world.store.attempts.start({ membershipId: member.id, startedAt: world.clock.now() });
    const now = world.clock.now();
    world.cobot.addCheckIn(member, { from: now, until: now + 8 * HOUR });

    const opening = await open();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'checked in']);
    expect(await world.store.attempts.of(member.id)).toBeUndefined();
  });

  it('which did not land is repeated when half a minute is over', async () => {
    const { world, member, spending, open } = await oneMember();
    await world.store.attempts.start({ membershipId: member.id, startedAt: world.clock.now() });
    await open();
    await world.pass(29 * SECOND);
    expect(spending()).toBe(0);

    await world.pass(2 * SECOND);

    expect(spending()).toBe(1);
  });
});

describe('while Cobot is down', () => {
  it('an opening waits and is checked in when it is back', async () => {
    const { world, spent, open } = await oneMember({ limited: true, passes: 3 });
    await world.cobot.down();
    const opening = await open();
    await world.pass(5 * SECOND);
    await world.cobot.up();

    await world.pass(10 * MINUTE);

    expect([spent(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('an opening is given up when its Cobot day ends', async () => {
    const { world, checkIns, open } = await oneMember({ at: Date.parse('2026-12-01T02:50:00Z') });
    world.cobot.sabotage(/./, UNAVAILABLE);
    const opening = await open();
    await world.pass(15 * MINUTE);
    world.cobot.healAll();

    await world.pass(10 * MINUTE);

    expect([checkIns(), await world.outcomeOf(opening)]).toEqual([0, 'past day']);
  });

  it('or without the right to, an opening is never put aside as dead', async () => {
    const { world, open } = await oneMember();
    world.cobot.sabotage(BY_TOKEN, FORBIDDEN);
    const opening = await open();
    await world.pass(HOUR);
    expect(await world.jobs('check-in', 'dead')).toEqual([]);
    world.cobot.healAll();

    await world.pass(10 * MINUTE);

    expect(await world.outcomeOf(opening)).toBe('checked in');
  });
});

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

describe('after the database was lost, before the first sweep', () => {
  it('a lock user is known by its mark', async () => {
    const { world, checkIns, open } = await oneMember({ limited: true });
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
    const { world, spending, spent, open } = await oneMember({ limited: true, passes: 3 });
    await open();
    await world.loseDatabase();
    await world.pass(HOUR);

    const opening = await open();

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in already']);
  });

  it('a stranger is a stranger', async () => {
    const { world, door, spending } = await oneMember();
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

describe('a check-in at the desk whose webhook was lost', () => {
  it.each(['unlimited', 'limited'])('is known from a sweep: no call, and no second one (%s)', async (kind) => {
    const { world, member, spending, open } = await oneMember({ limited: kind === 'limited', passes: 3 });
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
