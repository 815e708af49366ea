import { describe, expect, it } from 'vitest';
import { diff } from '../../src/access/diff.ts';
import type { CurrentGrant, DesiredGrant } from '../../src/access/model.ts';
import { grantOf, HOUR, NOW } from '../support/facts.ts';

const desiredOf = (more: Partial<DesiredGrant> = {}): DesiredGrant => ({
  lockId: 'front',
  membershipId: 'm1',
  from: null,
  until: null,
  reason: 'Everybody: plan "Full Time"',
  ...more,
});
const difference = (desired: DesiredGrant[], current: CurrentGrant[], keep: string[] = []) =>
  diff(desired, current, { now: NOW, keep: new Set(keep), whyNot: (lockId) => `not at ${lockId}` });
const nothing = { adds: [], removals: [], clear: [] };

describe('the difference between what should be and what is', () => {
  it('is nothing where both have the same window', () => {
    expect(difference([desiredOf({ from: NOW + HOUR })], [grantOf({ from: NOW + HOUR })])).toEqual(nothing);
  });

  it.each([
    [null, NOW],
    [NOW - HOUR, null],
    [NOW - HOUR, NOW],
  ])('is nothing where both have begun: %s and %s', (from, begun) => {
    expect(difference([desiredOf({ from })], [grantOf({ from: begun })])).toEqual(nothing);
  });

  it('is a grant to add and one to take away where a start lies ahead on one side', () => {
    const wanted = desiredOf({ from: NOW + 1000 });
    const found = difference([wanted], [grantOf({ from: NOW })]);

    expect(found.adds).toEqual([wanted]);
    expect(found.removals).toEqual([{ grant: grantOf({ from: NOW }), sentence: wanted.reason }]);
  });

  it('names why, where nothing is left at the lock', () => {
    expect(difference([desiredOf({ lockId: 'studio' })], [grantOf()]).removals).toEqual([
      { grant: grantOf(), sentence: 'not at front' },
    ]);
  });

  it('takes away one of two grants with the same window, the later by id', () => {
    const [one, other] = [grantOf({ id: 'g1' }), grantOf({ id: 'g2' })];

    expect(difference([desiredOf()], [other, one]).removals.map(({ grant }) => grant.id)).toEqual(['g2']);
  });

  it('does not take the same grant at another lock for it', () => {
    const found = difference([desiredOf({ lockId: 'studio' })], [grantOf({ lockId: 'front' })]);

    expect([found.adds.length, found.removals.length]).toEqual([1, 1]);
  });

  it('ends with the second in which a grant is over: then it is cleared', () => {
    expect(difference([], [grantOf({ until: NOW })])).toEqual({ ...nothing, clear: [grantOf({ until: NOW })] });
    expect(difference([], [grantOf({ until: NOW + 1000 })]).clear).toEqual([]);
  });

  it('adds nothing that would be over already', () => {
    expect(difference([desiredOf({ until: NOW })], [])).toEqual(nothing);
  });
});

describe('where what is there has to stay', () => {
  it('nothing goes, and nothing is added that is there already', () => {
    expect(difference([desiredOf({ until: NOW + HOUR })], [grantOf()], ['front'])).toEqual(nothing);
  });

  it('what is not there yet is added', () => {
    const wanted = desiredOf();

    expect(difference([wanted], [grantOf({ until: NOW + HOUR })], ['front'])).toEqual({ ...nothing, adds: [wanted] });
  });

  it('two grants that touch count as one that covers', () => {
    const halves = [grantOf({ id: 'g1', until: NOW + HOUR }), grantOf({ id: 'g2', from: NOW + HOUR })];

    expect(difference([desiredOf()], halves, ['front'])).toEqual(nothing);
  });

  it('other locks change as ever', () => {
    expect(difference([], [grantOf({ lockId: 'studio' })], ['front']).removals).toHaveLength(1);
  });

  it('what is over is cleared all the same', () => {
    expect(difference([], [grantOf({ until: NOW })], ['front']).clear).toHaveLength(1);
  });
});
