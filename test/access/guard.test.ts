import { describe, expect, it } from 'vitest';
import { decide } from '../../src/access/decide.ts';
import { brakeFor, lossesOf, whyNotAt } from '../../src/access/guard.ts';
import type { CurrentGrant, MemberFacts } from '../../src/access/model.ts';
import type { Policy } from '../../src/access/policy.ts';
import {
  bookingOf,
  bookingRuleOf,
  checkInOf,
  factsOf,
  grantOf,
  HOUR,
  inBerlin,
  known,
  limitedPlan,
  NOW,
  passOf,
  policyOf,
  ruleOf,
  termsOf,
  unknown,
} from '../support/facts.ts';

const front = policyOf([ruleOf({ locks: ['front'] })]);

/** What is lost at which lock, with the sentence. */
function losses(
  current: readonly CurrentGrant[],
  members: readonly MemberFacts[],
  { policy = front, spentByCheckIn = false }: { policy?: Policy; spentByCheckIn?: boolean } = {},
) {
  const decision = decide(members, null, termsOf({ policy }));
  return lossesOf('u1', current, decision, { now: NOW, spentByCheckIn, restsOnAbsence: false }).map(
    ({ lockId, sentence }) => [lockId, sentence],
  );
}

/** Opens the front door for so many of the next 72 hours, by a booking. */
const hoursLeft = (hours: number) =>
  [
    [factsOf({}, { bookings: known([bookingOf(NOW, NOW + hours * HOUR)]) })],
    { policy: policyOf([bookingRuleOf({ before: 0, after: 0 }, { locks: ['front'] })]) },
  ] as const;

describe('a loss', () => {
  it('is what falls by more than half over the next 72 hours', () => {
    expect(losses([grantOf()], ...hoursLeft(35))).toHaveLength(1);
    expect(losses([grantOf()], ...hoursLeft(36))).toEqual([]);
    expect(losses([grantOf()], ...hoursLeft(37))).toEqual([]);
  });

  it('looks no farther than 72 hours', () => {
    const far = grantOf({ from: NOW + 72 * HOUR, until: NOW + 90 * HOUR });
    const soon = grantOf({ from: NOW + 71 * HOUR, until: NOW + 90 * HOUR });

    expect(losses([far], [])).toEqual([]);
    expect(losses([soon], [])).toEqual([['front', 'no rule gives this lock']]);
  });

  it('is no grant that is over already', () => {
    expect(losses([grantOf({ until: NOW })], [])).toEqual([]);
  });

  it('counts the time that two grants cover together once', () => {
    const doubled = [grantOf(), grantOf({ id: 'g2', from: NOW, until: NOW + 72 * HOUR })];

    expect(losses(doubled, ...hoursLeft(36))).toEqual([]);
    expect(losses(doubled, ...hoursLeft(35))).toHaveLength(1);
  });

  it('is counted lock by lock, in the order of the locks', () => {
    const current = [grantOf({ id: 'g1', lockId: 'studio' }), grantOf({ id: 'g2', lockId: 'front' })];

    expect(losses(current, []).map(([lockId]) => lockId)).toEqual(['front', 'studio']);
  });

  it('is the end of a membership, with its sentence', () => {
    expect(losses([grantOf()], [factsOf({ canceledTo: '2026-11-20' })])).toEqual([
      ['front', 'membership ended on 2026-11-20'],
    ]);
  });

  it('is none where a fact is unknown', () => {
    expect(losses([grantOf()], [factsOf({ plan: limitedPlan() }, { passes: unknown() })])).toEqual([]);
  });

  it('is a pass that is gone, but not one that was spent by a check-in', () => {
    const gone = [factsOf({ plan: limitedPlan() })];

    expect(losses([grantOf()], gone)).toEqual([['front', 'no day pass left']]);
    expect(losses([grantOf()], gone, { spentByCheckIn: true })).toEqual([]);
  });

  it('is not the last pass that became a check-in', () => {
    const checkedIn = factsOf(
      { plan: limitedPlan() },
      { checkIns: known([checkInOf(NOW, inBerlin('2026-11-25 04:00'))]) },
    );

    expect(losses([grantOf()], [checkedIn], { spentByCheckIn: true })).toEqual([]);
  });

  it('is not the end of a check-in, also where a booking is left at that lock', () => {
    const policy = policyOf([ruleOf({ locks: ['front'] }), bookingRuleOf({}, { locks: ['front'] })]);
    const facts = factsOf({ plan: limitedPlan() }, { bookings: known([bookingOf(NOW + 20 * HOUR, NOW + 21 * HOUR)]) });
    const untilFour = grantOf({ from: NOW - HOUR, until: inBerlin('2026-11-25 04:00') });

    expect(losses([untilFour], [facts], { policy, spentByCheckIn: true })).toEqual([]);
  });

  it('is a membership that ended, also of somebody who spent a pass', () => {
    const current = [grantOf()];

    expect(losses(current, [factsOf({ canceledTo: '2026-11-20' })], { spentByCheckIn: true })).toHaveLength(1);
  });

  it('is a refused check-in whose pass ends with the day', () => {
    const facts = factsOf(
      { plan: limitedPlan() },
      {
        passes: known([passOf({ expiresAt: inBerlin('2026-11-24 20:00') })]),
        refusal: { at: NOW, until: inBerlin('2026-11-25 04:00'), words: 'Not today.' },
      },
    );

    expect(losses([grantOf()], [facts])).toEqual([['front', 'Cobot refused the check-in today: Not today.']]);
  });
});

describe('why a lock is not given', () => {
  it('is every reason once, in one order', () => {
    const members = [
      factsOf({ id: 'm2', canceledTo: '2026-11-20' }),
      factsOf({ id: 'm1', confirmed: false }),
      factsOf({ id: 'm3', canceledTo: '2026-11-20' }),
    ];

    expect(whyNotAt(decide(members, null, termsOf()), 'front')).toBe(
      'membership ended on 2026-11-20; membership not confirmed yet',
    );
  });

  it('is that no rule gives it, where no rule does', () => {
    expect(whyNotAt(decide([factsOf()], null, termsOf({ policy: front })), 'studio')).toBe('no rule gives this lock');
  });
});

describe('the brake', () => {
  const verdict = (losers: number, managed: number, more: Partial<Parameters<typeof brakeFor>[1]> = {}) =>
    brakeFor(
      Array.from({ length: losers }, (_, index) => `u${index}`),
      { brake: { members: null, percent: 10, atMost: 50 }, managed, recent: new Set(), ...more },
    ).holds;
  /** The fewest losers that are held. */
  const holdsFrom = (managed: number, more: Partial<Parameters<typeof brakeFor>[1]> = {}) =>
    Array.from({ length: 200 }, (_, index) => index + 1).find((losers) => verdict(losers, managed, more));

  it.each([
    [1, 2],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [8, 5],
    [9, 5],
    [10, 6],
    [30, 6],
    [50, 6],
    [59, 6],
    [60, 7],
    [69, 7],
    [100, 11],
    [500, 51],
    [5000, 51],
  ])('in a space of %i managed persons holds from %i on', (managed, first) => {
    expect(holdsFrom(managed)).toBe(first);
  });

  it('needs more than members and more than percent', () => {
    const brake = { members: 3, percent: 20, atMost: 50 };

    expect(holdsFrom(10, { brake })).toBe(4);
    expect(holdsFrom(20, { brake })).toBe(5);
    expect(holdsFrom(100, { brake })).toBe(21);
  });

  it('takes a percentage that is no whole person as it is', () => {
    expect(holdsFrom(72, { brake: { members: 0, percent: 10, atMost: 50 } })).toBe(8);
    expect(holdsFrom(70, { brake: { members: 0, percent: 10, atMost: 50 } })).toBe(8);
    expect(holdsFrom(69, { brake: { members: 0, percent: 10, atMost: 50 } })).toBe(7);
  });

  it('never lets more than at_most go, whatever the rest says', () => {
    expect(holdsFrom(10_000, { brake: { members: 100, percent: 90, atMost: 20 } })).toBe(21);
  });

  it('set to nothing holds the first loss', () => {
    expect(holdsFrom(30, { brake: { members: 0, percent: 0, atMost: 50 } })).toBe(1);
    expect(holdsFrom(30, { brake: { members: 5, percent: 10, atMost: 0 } })).toBe(1);
  });

  it('members, once set, is as said in a small space too', () => {
    expect(holdsFrom(4, { brake: { members: 5, percent: 10, atMost: 50 } })).toBe(6);
  });

  it('counts the last hour, and nobody twice', () => {
    expect(verdict(1, 30, { recent: new Set(['a', 'b', 'c', 'd', 'e']) })).toBe(true);
    expect(verdict(1, 30, { recent: new Set(['u0', 'b', 'c', 'd', 'e']) })).toBe(false);
  });

  it('says how many there are and what the limit is', () => {
    const terms = { brake: { members: null, percent: 10, atMost: 50 }, managed: 8, recent: new Set(['a']) };

    expect(brakeFor(['b', 'c'], terms)).toEqual({
      holds: false,
      persons: 3,
      limit: 'more than 4 and more than 10 % of 8 managed persons, or more than 50',
    });
  });
});
