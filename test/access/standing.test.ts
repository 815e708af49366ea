import { describe, expect, it } from 'vitest';
import type { CurrentGrant, Standing } from '../../src/access/model.ts';
import { isInEffect, standingProblem } from '../../src/access/standing.ts';

const NOW = Date.parse('2026-11-30T10:00:00Z');
const HOUR = 3_600_000;
const terms = { locks: [{ id: 'l1', name: 'Studio' }], now: NOW };
const grant = (standing?: Standing, window: Partial<CurrentGrant> = {}): CurrentGrant => ({
  id: 'g1',
  lockUserId: 'u1',
  lockId: 'l1',
  from: null,
  until: null,
  note: null,
  ...(standing && { standing }),
  ...window,
});

describe('a grant that is not simply in effect', () => {
  it('opens nothing while it is pending or has failed, and does where others gave it', () => {
    expect(isInEffect(grant())).toBe(true);
    expect(isInEffect(grant({ state: 'theirs', words: null }))).toBe(true);
    expect(isInEffect(grant({ state: 'pending', words: null }))).toBe(false);
    expect(isInEffect(grant({ state: 'failed', words: null }))).toBe(false);
  });

  it.each([
    ['pending', 'grant-pending', 'Studio is given, and not in effect yet at the lock system: the lock is offline'],
    ['failed', 'grant-failed', 'could not put Studio into effect: the lock is offline'],
    ['theirs', 'open-through-others', 'Studio was open through a grant that the relay did not make'],
  ] as const)('is told to a person: %s', (state, kind, sentence) => {
    const problem = standingProblem(grant({ state, words: 'the lock is offline' }), terms);

    expect(problem).toEqual({ kind, sentence: expect.stringContaining(sentence) });
  });

  it('is no problem where it is in effect, is over, or begins later than in an hour', () => {
    const pending = { state: 'pending', words: null } as const;

    expect(standingProblem(grant(), terms)).toBeUndefined();
    expect(standingProblem(grant(pending, { until: NOW }), terms)).toBeUndefined();
    expect(standingProblem(grant(pending, { from: NOW + HOUR + 1 }), terms)).toBeUndefined();
    expect(standingProblem(grant(pending, { from: NOW + HOUR }), terms)).toBeDefined();
  });

  it('names a lock that is not listed by its id', () => {
    expect(standingProblem(grant({ state: 'failed', words: null }, { lockId: 'l9' }), terms)?.sentence).toContain('l9');
  });
});
