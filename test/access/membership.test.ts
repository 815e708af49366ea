import { describe, expect, it } from 'vitest';
import { byBeginning, lifeOf, mayNeedPasses, planAt, standingOf, tombstone } from '../../src/access/membership.ts';
import type { Membership } from '../../src/access/model.ts';
import { ownerOf, type Person } from '../../src/access/persons.ts';
import { ALWAYS } from '../../src/access/windows.ts';
import { berlin, inBerlin, limitedPlan, membershipOf, NOW, planCopy } from '../support/facts.ts';

const standing = (more: Partial<Membership>, now = NOW) => standingOf(membershipOf(more), 'last day in', berlin, now);

describe('where a membership stands', () => {
  it.each<[string, Partial<Membership>]>([
    ['pending', { confirmed: false }],
    ['pending', { confirmed: false, canceledTo: '2026-01-31' }],
    ['coming', { startsOn: '2026-11-25' }],
    ['current', { startsOn: '2026-11-24' }],
    ['current', { startsOn: null }],
    ['current', { canceledTo: '2026-11-24' }],
    ['ended', { canceledTo: '2026-11-23' }],
    ['ended', { startsOn: '2026-12-24', canceledTo: '2026-12-20' }],
    ['ended', { deleted: true, confirmed: false }],
  ])('is %s: %j', (expected, more) => {
    expect(standing(more)).toBe(expected);
  });

  it('has no ends where there are no dates', () => {
    expect(lifeOf(membershipOf({ startsOn: null }), 'last day in', berlin)).toEqual(ALWAYS);
  });
});

describe('the plan at a moment', () => {
  const changing = membershipOf({
    plan: limitedPlan({ name: 'Old', changesOn: '2026-11-26' }),
    upcomingPlan: planCopy({ name: 'New' }),
  });

  it('is the new one from the day of the change on', () => {
    expect(planAt(changing, berlin, inBerlin('2026-11-25 23:59:59')).name).toBe('Old');
    expect(planAt(changing, berlin, inBerlin('2026-11-26 00:00')).name).toBe('New');
    expect(planAt(changing, berlin, inBerlin('2026-12-24 00:00')).name).toBe('New');
  });

  it('needs passes as long as a limited one counts or comes', () => {
    expect(mayNeedPasses(changing, berlin, inBerlin('2026-11-26 23:59:59'))).toBe(true);
    expect(mayNeedPasses(changing, berlin, inBerlin('2026-11-27 00:00'))).toBe(false);
    const toLimited = membershipOf({ plan: planCopy({ changesOn: '2026-12-24' }), upcomingPlan: limitedPlan() });
    expect(mayNeedPasses(toLimited, berlin, NOW)).toBe(true);
    expect(mayNeedPasses(membershipOf(), berlin, NOW)).toBe(false);
  });
});

describe('the order of memberships', () => {
  it('is by their beginning, without one first, then by id', () => {
    const all = [
      membershipOf({ id: 'd', startsOn: '2026-02-01' }),
      membershipOf({ id: 'b', startsOn: '2026-01-01' }),
      membershipOf({ id: 'c', startsOn: null }),
      membershipOf({ id: 'a', startsOn: '2026-01-01' }),
    ];

    expect(all.toSorted(byBeginning).map(({ id }) => id)).toEqual(['c', 'a', 'b', 'd']);
  });
});

describe('a lock user carries the name of', () => {
  const person: Person = {
    lockUser: null,
    origin: null,
    memberships: [membershipOf({ id: 'first' }), membershipOf({ id: 'second' })],
    ended: [membershipOf({ id: 'over' })],
    email: null,
  };

  it.each([
    ['the membership it is marked for', 'second', 'second'],
    ['who began first, where the mark is of one that ended', 'over', 'first'],
    ['who began first, where there is no mark', undefined, 'first'],
  ])('%s', (_, markedFor, expected) => {
    expect(ownerOf(person, markedFor)?.id).toBe(expected);
  });

  it('nobody, where all have ended', () => {
    expect(ownerOf({ ...person, memberships: [] }, 'over')).toBeUndefined();
  });
});

describe('what stands for a membership that Cobot has no more', () => {
  it('has ended, and keeps what was known of it', () => {
    const last = membershipOf({ name: 'Ada' });

    expect(tombstone('m1', last)).toEqual({ ...last, deleted: true });
    expect(standingOf(tombstone('m9'), 'first day out', berlin, NOW)).toBe('ended');
  });
});
