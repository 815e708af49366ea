// The bounds are bounds, and what is counted is what was called.
import { describe, expect, it } from 'vitest';
import {
  burst,
  firstSync,
  morning,
  oneConfirmation,
  SWEEP_LISTS,
  sweepWithNothingToDo,
} from '../../bench/frugality/bounds.ts';
import { type Cost, firstSyncOf, idleSweep, manyAtOnce, oneEvent, openings } from '../../bench/frugality/cases.ts';
import { reportOn } from '../../bench/frugality/frugality.ts';
import { isMet } from '../../bench/report.ts';

describe('the fewest calls that any program could make', () => {
  it('are a read and a token for a confirmation', () => {
    expect(oneConfirmation().calls).toBe(2);
  });

  it('are one list for a burst, however large, and none for none', () => {
    expect([0, 1, 300, 2000].map((changed) => burst(changed).calls)).toEqual([0, 1, 1, 1]);
  });

  it('grow by one token for each member of a first sync', () => {
    expect(firstSync(1000).calls - firstSync(0).calls).toBe(1000);
  });

  it('of a sweep are one for each list, whatever the space', () => {
    expect(sweepWithNothingToDo().calls).toBe(SWEEP_LISTS.length);
  });

  it('of a morning are one check-in each, a look where money is spent, and the sweeps', () => {
    expect(morning({ members: 10, limited: 4, sweeps: 0 }).calls).toBe(14);
    expect(morning({ members: 0, limited: 0, sweeps: 2 }).calls).toBe(2 * SWEEP_LISTS.length);
  });
});

describe('the cases', () => {
  it.each([
    ['one confirmation', oneEvent],
    ['a few webhooks at once', () => manyAtOnce(30, 60)],
    ['a morning', () => openings(12, 6)],
    ['a first sync', () => firstSyncOf(5)],
    ['an idle sweep', () => idleSweep(20)],
  ])(
    '%s is played to its end, within the limits, and not below the bound',
    async (_, play) => {
      const { calls, bound, byEndpoint, refused } = await play();

      expect(calls).toBeGreaterThanOrEqual(bound.calls);
      expect(Object.values(byEndpoint).reduce((sum, each) => sum + each, 0)).toBe(calls);
      expect(refused).toBe(0);
    },
    20_000,
  );

  it('a first sync tells when the doors are right and when the tokens are linked', async () => {
    const { doorsMs, linksMs, guide } = await firstSyncOf(70);

    expect(doorsMs).toBeGreaterThan(0);
    // Sixty in the first minute, and the rest has to wait for the next.
    expect(linksMs).toBeGreaterThan(60_000);
    expect(guide).toBe(71);
  }, 20_000);
});

describe('the report', () => {
  const cost: Cost = {
    name: 'the first sync',
    members: 100,
    bound: { calls: 100, because: 'so' },
    calls: 150,
    refused: 0,
    byEndpoint: {},
    doorsMs: 1000,
    linksMs: 1000,
    guide: null,
  };

  it('calls a case met up to half as many again', () => {
    const { aims } = reportOn([cost, { ...cost, calls: 151 }], []);

    expect(aims.map(isMet)).toEqual([true, false]);
  });

  it('is not sound where a bound is none, or a sync did not come to its end', () => {
    const { unsound } = reportOn(
      [
        { ...cost, calls: 99 },
        { ...cost, linksMs: null },
      ],
      [],
    );

    expect(unsound).toEqual([
      'The first sync of 100 members did not come to its end.',
      'the first sync: 99 calls are fewer than the bound of 100.',
    ]);
  });

  it('sees a sweep that grows with its space', () => {
    const sweep = { ...cost, name: 'a sweep with nothing to do' };
    const { aims } = reportOn([sweep, { ...sweep, members: 10_000, calls: 151 }], []);

    expect(aims.at(-1)).toMatchObject({ bound: { most: 1 } });
    expect(aims.slice(-1).map(isMet)).toEqual([false]);
  });
});
