import { describe, expect, it } from 'vitest';
import { counting, DAY, HOUR, MINUTE, SECOND, UNAVAILABLE } from '../support/relay.ts';
import { BY_TOKEN, CURRENT, oneVisitor } from './visitor.ts';

describe('opening a lock', () => {
  it('checks a member in by the check-in token, without a read before it', async () => {
    const { world, checkIns, open } = await oneVisitor();
    const calls = counting(world.cobot);

    const opening = await open();

    expect([checkIns(), calls()]).toEqual([1, 1]);
    expect(world.cobot.requests.at(-1)).toMatchObject({ endpoint: BY_TOKEN, status: 201 });
    expect(await world.outcomeOf(opening)).toBe('checked in');
    expect((await world.store.audit.list({ limit: 1 }))[0]).toMatchObject({ action: 'check-in' });
  });

  it('reads the current check-ins of a limited member first, and spends one pass', async () => {
    const { world, member, checkIns, spent, open } = await oneVisitor({ limited: true });
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
    const { world, user, open } = await oneVisitor({ limited: true, locks: ['Front door', 'Room'] });
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
    const { world, member, open } = await oneVisitor({ limited: true });
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
    const { world, user, door, spending } = await oneVisitor({ limited: true, passes: 3 });

    await Promise.all([world.opened(user, door), world.opened(user, door), world.opened(user, door)]);
    await world.settle();

    expect(spending()).toBe(1);
  });

  it('that a check-in followed needs none', async () => {
    const { world, spending, open } = await oneVisitor({ limited: true, passes: 3 });
    await world.pass(HOUR);
    await open();

    const earlier = await open({ occurredAt: world.clock.now() - 30 * MINUTE });

    expect([spending(), await world.outcomeOf(earlier)]).toEqual([1, 'checked in already']);
  });

  it('is judged with all that wait for the lock user, oldest first', async () => {
    const { world, user, door, spending } = await oneVisitor({ limited: true, passes: 3 });
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
    const { world, open } = await oneVisitor();
    const calls = counting(world.cobot);
    const fourOClock = Date.parse('2026-11-30T03:00:00Z');

    const past = await open({ occurredAt: fourOClock - SECOND });

    expect([await world.outcomeOf(past), calls()]).toEqual(['past day', 0]);
    expect((await world.store.audit.list({ limit: 1 }))[0]?.sentence).toContain('a Cobot day that is over');
    const today = await open({ occurredAt: fourOClock });
    expect(await world.outcomeOf(today)).toBe('checked in');
  });

  it('in the small hours belongs to the day that has not turned yet', async () => {
    const { world, member, open } = await oneVisitor({ at: Date.parse('2026-12-01T02:30:00Z') });

    const opening = await open({ occurredAt: Date.parse('2026-11-30T20:00:00Z') });

    expect(await world.outcomeOf(opening)).toBe('checked in');
    expect(world.cobot.checkInsOf(member)).toMatchObject([{ until: Date.parse('2026-12-01T02:59:59Z') }]);
  });

  it('that names no lock counts as if it were any lock of that person', async () => {
    const { world, user, spending } = await oneVisitor({ limited: true });

    const opening = await world.opened(user, null);
    await world.settle();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('goes on while the lock system does not answer', async () => {
    const { world, spending, open } = await oneVisitor({ limited: true });
    await world.pass(2 * HOUR);
    world.locks.sabotage(/./, UNAVAILABLE);

    await open();

    expect(spending()).toBe(1);
  });

  it('of an ended member is ignored', async () => {
    const { world, member, spending, open } = await oneVisitor();
    world.cobot.cancel(member, '2026-11-29');
    await world.reconcile(member);

    const opening = await open();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'not ours']);
  });

  it('of a stranger is ignored and costs one look at whose it is, at the most', async () => {
    const { world, door, spending } = await oneVisitor();
    const stranger = world.locks.addUser({ email: 'stranger@example.com' });
    const calls = counting(world.cobot);

    const opening = await world.opened(stranger, door);
    await world.settle();

    expect([spending(), calls(), await world.outcomeOf(opening)]).toEqual([0, 0, 'not ours']);
  });
});

describe('a refusal of Cobot', () => {
  it.each(['wrapped strings', 'wrapped arrays', 'bare'] as const)(
    'is shown in its own words and closes the door until the Cobot day ends (%s)',
    async (errorShape) => {
      const { world, member, checkIns, open } = await oneVisitor({ limited: true, switches: { errorShape } });
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
    const { world, member, spending, open } = await oneVisitor({ limited: true });
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
    const { world, member, open } = await oneVisitor();
    world.cobot.sabotage(BY_TOKEN, { kind: 'answer', status: 422, json: { base: ['No.'] } });

    const opening = await open();

    expect([await world.outcomeOf(opening), world.opens(member)]).toEqual(['refused', ['Front door']]);
  });
});

describe('a check-in token that Cobot does not know (204)', () => {
  it('is linked again and tried once more', async () => {
    const { world, member, user, spending, checkIns, open } = await oneVisitor();
    world.cobot.tokens.clear();

    const opening = await open();

    expect([spending(), checkIns(), await world.outcomeOf(opening)]).toEqual([2, 1, 'checked in']);
    expect(world.cobot.tokensOf(member)).toEqual([user.id]);
  });

  it('is no check-in, and not tried a third time', async () => {
    const { world, spending, checkIns, open } = await oneVisitor();
    world.cobot.sabotage(BY_TOKEN, { kind: 'answer', status: 204 });

    const opening = await open();

    expect([spending(), checkIns(), await world.outcomeOf(opening)]).toEqual([2, 0, null]);
    world.cobot.healAll();
    await world.pass(MINUTE);
    expect([checkIns(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });
});
