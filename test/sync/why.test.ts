import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { decideHold } from '../../src/sync/decide-holds.ts';
import { who } from '../../src/sync/who.ts';
import { findLock, why } from '../../src/sync/why.ts';
import { createRelayWorld, DAY, FORBIDDEN, HOUR, MINUTE, MONDAY, type RelayWorld } from '../support/relay.ts';

const POLICY = `version: 1
rules:
  - name: Office
    locks: [Front door]
    members: all
    except: [Virtual Office]
  - name: Studio hours
    locks: [Studio]
    plans: [Full Time]
    hours: [{ from: "10:00", to: "18:00" }]
  - name: Bookers
    booking: { resource: Room, before: 10m, after: 5m }
    locks: [Room]
never_touch: [cleaner@example.com]
blocked: [trouble@example.com]
`;

async function openSpace() {
  const world = await createRelayWorld({ policy: POLICY, locks: ['Front door', 'Studio', 'Room'] });
  const plans = {
    full: world.cobot.addPlan({ name: 'Full Time' }),
    limited: world.cobot.addPlan({ name: 'Ten Days', limited: true }),
    virtual: world.cobot.addPlan({ name: 'Virtual Office' }),
  };
  const room = world.cobot.addResource('Room');
  return { world, plans, room };
}
type Space = Awaited<ReturnType<typeof openSpace>>;

const lockOf = ({ parts }: RelayWorld, name: string) =>
  parts.policy().then(({ locks }) => findLock(locks, name) ?? expect.fail(name));

/** What is said of the member at that lock. */
async function ask(world: RelayWorld, text: string, lock = 'Front door', at?: number) {
  const persons = await why(text, { lock: await lockOf(world, lock), at }, world.parts);
  const [person] = persons;
  const [answer] = person?.locks ?? [];
  if (!person || !answer || persons.length > 1) throw new Error(`${persons.length} persons`);
  return { person, ...answer };
}

describe('why', () => {
  const at = MONDAY;
  const cases: [
    reason: string,
    lock: string,
    opens: boolean,
    make: (space: Space) => Member,
    expected: string | RegExp,
    wouldOpen?: RegExp,
  ][] = [
    [
      'the plan',
      'Front door',
      true,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full }),
      'Office: plan "Full Time"',
    ],
    [
      'a day pass',
      'Front door',
      true,
      ({ world, plans }) => {
        const member = world.cobot.addMember({ name: 'Ada', plan: plans.limited });
        world.cobot.addPass(member, { name: 'Day Pass' });
        return member;
      },
      'Office: day pass "Day Pass"',
    ],
    [
      'a check-in',
      'Front door',
      true,
      ({ world, plans }) => {
        const member = world.cobot.addMember({ name: 'Ada', plan: plans.limited });
        world.cobot.addCheckIn(member, { from: at - HOUR, until: at + 2 * HOUR });
        return member;
      },
      'Office: checked in until 2026-11-30 11:00',
    ],
    [
      'a booking',
      'Room',
      true,
      ({ world, plans, room }) => {
        const member = world.cobot.addMember({ name: 'Ada', plan: plans.full });
        world.cobot.addBooking({ resource: room, member, from: at + 10 * MINUTE, to: at + HOUR });
        return member;
      },
      'Bookers: booking 2026-11-30 09:10 to 10:00',
    ],
    [
      'not confirmed',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full, confirmed: false }),
      'membership not confirmed yet',
      /confirmation/,
    ],
    [
      'not begun',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full, startsOn: '2026-12-02' }),
      /begins on 2026-12-02/,
    ],
    [
      'ended',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full, canceledTo: '2026-11-20' }),
      'membership ended on 2026-11-20',
      /a membership that goes on/,
    ],
    [
      'another plan',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.virtual }),
      'plan "Virtual Office" is not in "Office"',
      /a plan of "Office"/,
    ],
    [
      'no day pass',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.limited }),
      'no day pass left',
      /a day pass that can be used now, for "Office"/,
    ],
    [
      'no booking',
      'Room',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full }),
      'no booking of Room',
      /a booking, for "Bookers"/,
    ],
    [
      'the hours of the rule',
      'Studio',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full }),
      'outside its windows; the next one begins at 2026-11-30 10:00',
    ],
    [
      'blocked',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full, email: 'Trouble@example.com' }),
      'blocked by the operator',
      /blocked/,
    ],
    [
      'never_touch',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full, email: 'cleaner@example.com' }),
      /on never_touch, so nothing is given/,
    ],
    [
      'no email address',
      'Front door',
      false,
      ({ world, plans }) => world.cobot.addMember({ name: 'Ada', plan: plans.full, email: null }),
      /no email address on Cobot/,
    ],
  ];

  it.each(cases)('names %s', async (_, lock, opens, make, expected, wouldOpen) => {
    const space = await openSpace();
    const member = make(space);
    await space.world.sweep();

    const answer = await ask(space.world, member.id, lock);

    expect(answer.opens).toBe(opens);
    expect(answer.because).toContainEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
    expect(answer.because[0]).toContain(`membership ${member.id}`);
    expect(answer.lockSystem).toBe('agrees');
    expect(answer.wouldOpen).toEqual(wouldOpen ? [expect.stringMatching(wouldOpen)] : []);
  });

  it("names Cobot's no at check-in", async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.limited });
    world.cobot.addPass(ada, { createdAt: MONDAY - DAY });
    await world.sweep();
    await world.store.refusals.put(ada.id, { at: MONDAY, until: MONDAY + 10 * HOUR, words: 'not today' });

    const { because, wouldOpen } = await ask(world, ada.id);

    expect(because).toContain('Cobot refused the check-in today: not today');
    expect(wouldOpen).toEqual([expect.stringContaining('next Cobot day')]);
  });

  it('names who else has the address, and keeps the lock user of that one out of it', async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.full, email: 'desk@example.com', userId: 'u1' });
    await world.sweep();
    const ben = world.cobot.addMember({ name: 'Ben', plan: plans.full, email: 'desk@example.com', userId: 'u2' });
    await world.sweep();

    const persons = await why('DESK@example.com', {}, world.parts);

    expect(persons.map(({ names }) => names)).toEqual([['Ada'], ['Ben']]);
    expect(persons.map(({ locks }) => locks[0]?.opens)).toEqual([true, false]);
    expect(persons[1]).toMatchObject({ membershipIds: [ben.id], lockUserId: null });
    expect(persons[1]?.problems).toEqual([expect.stringContaining('shares its email address')]);
    expect(persons[0]?.membershipIds).toEqual([ada.id]);
  });

  it('names what could not be read, and does not take it for a no', async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.limited });
    world.cobot.sabotage('GET /api/memberships/:id/time_passes/unused', FORBIDDEN);

    const { because } = await ask(world, ada.id);

    expect(because).toContainEqual(expect.stringMatching(/^not known now, so what is there stays: /));
  });

  it('answers as last read while Cobot is down, and says so', async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.full });
    await world.sweep();
    await world.clock.advance(HOUR);
    world.cobot.sabotage('GET /api/memberships/:id', FORBIDDEN);

    const { person, opens } = await ask(world, ada.email ?? '');

    expect(opens).toBe(true);
    expect(person).toMatchObject({
      readAt: MONDAY,
      problems: [expect.stringMatching(/as last read: .*403|as last read/)],
    });
  });

  it('says nothing of the lock system where that does not answer', async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.full });
    await world.sweep();
    world.locks.sabotage('GET /access', FORBIDDEN);

    const { person, lockSystem } = await ask(world, ada.id);

    expect([person.lockSystemRead, lockSystem]).toEqual([false, null]);
  });

  it('tells where the lock system differs', async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.full });
    const eve = world.cobot.addMember({ name: 'Eve', plan: plans.full });
    await world.sweep();
    for (const access of world.locks.access.values())
      if (access.userId === world.userOf(ada).id) world.locks.access.delete(access.id);
    world.cobot.cancel(eve, '2026-11-20');

    expect((await ask(world, ada.id)).lockSystem).toBe('is shut although it should open');
    expect((await ask(world, eve.id)).lockSystem).toBe('opens although it should not');
  });

  it('sees what somebody else gave, also to who has never had a lock user of the relay', async () => {
    const { world, plans } = await openSpace();
    const eve = world.cobot.addMember({ name: 'Eve', plan: plans.full, canceledTo: '2026-11-20' });
    const user = world.locks.addUser({ email: eve.email ?? '' });
    for (const lock of world.doors.slice(0, 1)) world.locks.addAccess({ user, lock });

    const { person, lockSystem } = await ask(world, eve.email ?? '');

    expect([person.lockUserId, lockSystem]).toEqual([user.id, 'agrees, through a grant of others']);
  });

  it('tells what the brake holds and what a rejection keeps', async () => {
    const { world, plans } = await openSpace();
    const members = world.addMembers(8, plans.full);
    await world.sweep();
    for (const member of members.slice(0, 6)) world.cobot.cancel(member, '2026-11-20');
    await world.sweep();
    const [ada] = members;
    const hold = await world.store.holds.open();
    const held = await ask(world, ada?.id ?? '');
    await decideHold(hold?.id ?? '', 'rejected', world.parts);

    const kept = await ask(world, ada?.id ?? '');

    expect([held.waiting, kept.waiting]).toEqual(['held', 'kept']);
    expect(held.lockSystem).toBe('opens although it should not');
  });

  it('answers for another time, and lets the lock system alone where its grants do not reach', async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.full, startsOn: '2026-01-01' });
    world.cobot.cancel(ada, '2027-01-15');
    await world.sweep();

    const soon = await ask(world, ada.id, 'Studio', MONDAY + 3 * HOUR);
    const far = await ask(world, ada.id, 'Studio', Date.parse('2026-12-24T09:00:00Z'));
    const after = await ask(world, ada.id, 'Front door', Date.parse('2027-01-16T09:00:00Z'));
    const before = await ask(world, ada.id, 'Front door', MONDAY - 2 * HOUR);

    expect([soon.opens, soon.lockSystem]).toEqual([true, 'agrees']);
    expect([far.opens, far.lockSystem]).toEqual([true, null]);
    expect([after.opens, after.because.at(-1)]).toEqual([false, 'membership ended on 2027-01-15']);
    expect([before.opens, before.lockSystem]).toEqual([true, null]);
  });

  it('finds who joined a moment ago, and nobody where there is nobody', async () => {
    const { world, plans } = await openSpace();
    const ada = world.cobot.addMember({ name: 'Ada', plan: plans.full });

    expect((await ask(world, ada.email ?? '')).opens).toBe(true);
    expect(await why('nobody@example.com', {}, world.parts)).toEqual([]);
    expect(await why('no-such-id', {}, world.parts)).toEqual([]);
  });

  it('does not say that nobody is known where Cobot could not be asked', async () => {
    const { world } = await openSpace();
    world.cobot.sabotage('GET /api/memberships/:id', FORBIDDEN);
    await world.parts.policy();

    await expect(why('no-such-id', {}, world.parts)).rejects.toThrow(/GET \/api\/memberships\/:id/);
  });

  it('answers for all memberships that share a lock user as for one person', async () => {
    const { world, plans } = await openSpace();
    const one = world.cobot.addMember({ id: 'one', name: 'Ada', plan: plans.virtual, email: 'ada@example.com' });
    world.cobot.addMember({ id: 'two', name: 'Ada', plan: plans.full, email: 'ada@example.com' });
    await world.sweep();

    const { person, opens, because } = await ask(world, one.id);

    expect(person.membershipIds).toEqual(['one', 'two']);
    expect([opens, because]).toEqual([
      true,
      [
        expect.stringContaining('membership one: active'),
        expect.stringContaining('membership two: active'),
        'Office: plan "Full Time"',
      ],
    ]);
  });
});

describe('who', () => {
  it('lists who may by the rules, and marks who can besides', async () => {
    const { world, plans } = await openSpace();
    world.cobot.addMember({ name: 'Ada', plan: plans.full });
    const ben = world.cobot.addMember({ name: 'Ben', plan: plans.full });
    const eve = world.cobot.addMember({ name: 'Eve', plan: plans.full });
    const shut = world.cobot.addMember({ name: 'Shut', plan: plans.full });
    world.cobot.addMember({ name: 'Vera', plan: plans.virtual });
    const cleaner = world.locks.addUser({ email: 'cleaner@example.com', name: 'Cleaner' });
    for (const lock of world.doors.slice(0, 1)) world.locks.addAccess({ user: cleaner, lock });
    await world.sweep();
    world.cobot.cancel(eve, '2026-11-20');
    await world.store.holds.join(
      [
        {
          lockUserId: world.userOf(eve).id,
          membershipId: eve.id,
          lockId: world.doors[0]?.id ?? '',
          reason: 'membership ended',
          restsOnAbsence: false,
          heldAt: MONDAY,
          facts: 'x',
        },
      ],
      'h1',
    );
    await world.sweep();
    for (const access of world.locks.access.values())
      if (access.userId === world.userOf(shut).id) world.locks.access.delete(access.id);

    const { lines } = await who(await lockOf(world, 'front DOOR'), {}, world.parts);

    expect(lines.map(({ name, through, opens }) => [name, through, opens])).toEqual([
      ['Ada', 'rules', true],
      ['Ben', 'rules', true],
      ['Cleaner', 'others', true],
      ['Eve', 'left over', true],
      ['Shut', 'rules', false],
    ]);
    expect(lines[1]).toMatchObject({ membershipId: ben.id, because: 'Office: plan "Full Time"' });
  });

  it('answers for another time, and where the lock system does not answer', async () => {
    const { world, plans } = await openSpace();
    world.cobot.addMember({ name: 'Ada', plan: plans.full });
    await world.sweep();
    const studio = await lockOf(world, 'Studio');

    const [now, noon, far] = [
      await who(studio, {}, world.parts),
      await who(studio, { at: MONDAY + 3 * HOUR }, world.parts),
      await who(studio, { at: MONDAY + 30 * DAY + 3 * HOUR }, world.parts),
    ];
    world.locks.sabotage('GET /access', FORBIDDEN);
    const silent = await who(studio, { at: MONDAY + 3 * HOUR }, world.parts);

    expect(now.lines).toEqual([]);
    expect(noon.lines.map(({ opens }) => opens)).toEqual([true]);
    expect(far.lines.map(({ opens }) => opens)).toEqual([null]);
    expect([silent.lockSystemRead, silent.lines.map(({ opens }) => opens)]).toEqual([false, [null]]);
  });
});
