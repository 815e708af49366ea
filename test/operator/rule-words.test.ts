import { describe, expect, it } from 'vitest';
import { defaultPolicy, type Rule } from '../../src/access/policy.ts';
import { besidesInWords, ruleInWords } from '../../src/operator/rule-words.ts';

const names = { lock: (id: string) => `Door ${id}`, plan: (id: string) => `Plan ${id}` };
const HOUR = 3_600_000;
const rule = (some: Partial<Rule>): string => {
  const base: Rule = { name: '', locks: ['a'], plans: 'all', except: [], passes: 'ignore', hours: null, booking: null };
  return ruleInWords({ ...base, ...some }, names);
};
const hours = (weekdays: number[], from = 480, until = 1200) => rule({ hours: [{ from, until, weekdays }] });

describe('a rule in words', () => {
  it('says which doors, for whom, and whether a pass is needed', () => {
    expect(rule({ locks: 'all' })).toBe('opens every lock for every active member; no day pass is needed');
    expect(rule({ locks: ['a', 'b', 'c'], plans: ['x', 'y'] })).toBe(
      'opens Door a, Door b and Door c for members with the plan Plan x or Plan y; no day pass is needed',
    );
    expect(rule({ except: ['x'], passes: 'required' })).toBe(
      'opens Door a for every active member but not Plan x; members of limited plans need a day pass that fits',
    );
  });

  it.each([
    [hours([1, 2, 3, 4, 5]), 'only Monday to Friday from 08:00 to 20:00'],
    [hours([6, 7]), 'only Saturday and Sunday from 08:00 to 20:00'],
    [hours([1, 3, 5]), 'only Monday, Wednesday and Friday from 08:00 to 20:00'],
    [hours([]), 'only every day from 08:00 to 20:00'],
    [hours([5], 1320, 360), 'only Friday from 22:00 to 06:00 of the next day'],
    [hours([1], 480, 0), 'only Monday from 08:00 to 24:00'],
  ])('says at which hours: %s', (words, expected) => {
    expect(words).toContain(expected);
  });

  it('says whose booking opens what, and around it', () => {
    const booking = { resources: [{ id: 'r', name: 'Room' }], before: HOUR / 6, after: 2 * HOUR, lockOf: new Map() };

    expect(rule({ booking })).toBe(
      'opens Door a for every active member who booked Room, from 10 minutes before until 2 hours after the booking',
    );
    expect(rule({ locks: [], booking: { ...booking, resources: 'all' } })).toContain(
      'opens the lock with the name of what is booked for every active member who booked anything',
    );
  });

  it('says everything else of a policy', () => {
    const policy = {
      ...defaultPolicy,
      blocked: new Set(['x@example.com']),
      cancellationDate: 'first day out' as const,
    };

    expect(besidesInWords(policy)).toEqual([
      'On the day of a cancellation the member has no access any more.',
      expect.stringContaining('When more than 5 persons (in a small space: half of them) and more than 10 %'),
      'Blocked, and so without any access: x@example.com.',
    ]);
  });
});
