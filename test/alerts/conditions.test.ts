import { describe, expect, it } from 'vitest';
import { conditionsOf, type Situation } from '../../src/alerts/conditions.ts';
import { isQuietAt } from '../../src/alerts/quiet-hours.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 23, 9);
const well: Situation = {
  lastGoodSweep: NOW - 1000,
  madeAt: NOW - 100 * HOUR,
  problems: [],
  refusedBy: [],
  held: [],
  dead: [],
  refused: [],
};
const told = (situation: Partial<Situation>) =>
  conditionsOf({ ...well, ...situation }, NOW).map(({ sentence }) => sentence);

describe('what is told', () => {
  it('is nothing while all is well', () => {
    expect(conditionsOf(well, NOW)).toEqual([]);
  });

  it('is a sweep that has not got through for more than an hour, with what keeps it back', () => {
    const problems = [{ kind: 'sweep', sentence: 'Cobot did not answer', since: NOW }];

    expect(told({ lastGoodSweep: NOW - HOUR })).toEqual([]);
    expect(told({ lastGoodSweep: NOW - 2 * HOUR - 1, problems })).toEqual([
      'No sweep of the whole space has got through for 2 hours: Cobot did not answer',
    ]);
  });

  it('is that there never was a good sweep, an hour after the beginning', () => {
    expect(told({ lastGoodSweep: null, madeAt: NOW - HOUR })).toEqual([]);
    expect(told({ lastGoodSweep: null, madeAt: NOW - HOUR - 1 })).toEqual([
      'No sweep of the whole space has got through for an hour',
    ]);
  });

  it('is a side that does not let the relay in', () => {
    const refusedBy = [{ side: 'Cobot', since: NOW, sentence: 'Cobot does not let the relay do this (401)' }];

    expect(conditionsOf({ ...well, refusedBy }, NOW)).toMatchObject([
      {
        key: 'token:Cobot',
        kind: 'token',
        sentence: expect.stringMatching(/\(401\)\. Until then access stays as it is$/),
      },
    ]);
  });

  it('is that webhooks do not come, but not what is no matter of theirs', () => {
    const problem = (kind: string) => ({ kind, sentence: 'so it is', since: NOW });

    expect(told({ problems: [problem('webhooks-unwatched'), problem('lock-system'), problem('odd')] })).toEqual([]);
    expect(told({ problems: [problem('webhooks')] })).toEqual([
      expect.stringMatching(/^Webhooks from Cobot do not come: so it is/),
    ]);
  });

  it('is a hold by its numbers, without a name', () => {
    const held = ['u1', 'u1', 'u2'].map((lockUserId, index) => ({ lockUserId, heldAt: NOW - index }));

    expect(told({ held })).toEqual([expect.stringMatching(/^The brake holds 3 losses of 2 persons: /)]);
  });

  it('is dead jobs, all together', () => {
    const dead = [
      { name: 'link', requestedAt: NOW, lastError: 'Cobot refused (422)' },
      { name: 'reconcile', requestedAt: NOW - 1, lastError: null },
    ];

    expect(conditionsOf({ ...well, dead }, NOW)).toMatchObject([
      {
        key: 'jobs',
        since: NOW - 1,
        sentence: '2 jobs dead (link, reconcile), one of them by: Cobot refused (422). "relay jobs" says more',
      },
    ]);
  });

  it('is each member whom Cobot refused at check-in, by name', () => {
    const refused = [
      { membershipId: 'm1', name: 'Ben', at: NOW, words: 'no time pass left' },
      { membershipId: 'm2', name: null, at: NOW, words: 'no time pass left' },
    ];

    expect(told({ refused })).toEqual([
      'Ben was refused at check-in: no time pass left',
      'membership m2 was refused at check-in: no time pass left',
    ]);
  });
});

describe('quiet hours', () => {
  const night = { from: 22 * 60, until: 7 * 60 };
  const at = (time: string) =>
    Temporal.PlainDateTime.from(`2026-11-23T${time}`).toZonedDateTime('Europe/Berlin').epochMilliseconds;

  it.each([
    ['21:59', false],
    ['22:00', true],
    ['03:00', true],
    ['06:59', true],
    ['07:00', false],
  ])('from 22:00 to 07:00: at %s it is %s', (time, expected) => {
    expect(isQuietAt(night, 'Europe/Berlin', at(time))).toBe(expected);
  });

  it('may lie within a day', () => {
    const noon = { from: 12 * 60, until: 13 * 60 };

    expect(['11:59', '12:00', '13:00'].map((time) => isQuietAt(noon, 'Europe/Berlin', at(time)))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('are none unless they are set', () => {
    expect(isQuietAt(null, 'Europe/Berlin', at('03:00'))).toBe(false);
  });
});
