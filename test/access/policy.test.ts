import { describe, expect, it } from 'vitest';
import { defaultPolicy, factsNeeded, policySchema } from '../../src/access/policy.ts';
import { bookingRuleOf, policyOf, ruleOf } from '../support/facts.ts';

const draftOf = (booking: Record<string, string>) =>
  policySchema.parse({ version: '1', rules: [{ name: 'A', locks: ['all'], booking: { resource: 'A', ...booking } }] })
    .rules[0]?.booking;

describe('a duration', () => {
  it.each([
    ['0', 0],
    ['10m', 600_000],
    ['90s', 90_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1h0m5s', 3_605_000],
    ['24h', 86_400_000],
  ])('%s is so many milliseconds', (text, length) => {
    expect(draftOf({ before: text })).toMatchObject({ before: length, after: 0 });
  });

  it.each(['', '10', '10 m', 'm', '-5m', '30m1h', '1.5h', '24h1s', 'ten minutes', '1e3m'])('%j is none', (text) => {
    expect(() => draftOf({ after: text })).toThrow();
  });
});

describe('the policy without a file', () => {
  it('gives every active member every lock, for a pass where the plan is limited', () => {
    expect(defaultPolicy.rules).toEqual([
      expect.objectContaining({
        locks: 'all',
        plans: 'all',
        except: [],
        passes: 'required',
        hours: null,
        booking: null,
      }),
    ]);
  });
});

describe('the facts that a policy needs', () => {
  it('are passes where a rule requires them, and bookings where a rule is about them', () => {
    expect(factsNeeded(defaultPolicy)).toEqual({ passes: true, bookings: false });
    expect(factsNeeded(policyOf([ruleOf({ passes: 'ignore' })]))).toEqual({ passes: false, bookings: false });
    expect(factsNeeded(policyOf([bookingRuleOf()]))).toEqual({ passes: false, bookings: true });
    expect(factsNeeded(policyOf([bookingRuleOf({}, { passes: 'required' })]))).toEqual({
      passes: true,
      bookings: true,
    });
  });
});
