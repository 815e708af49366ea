// The simulation that runs with every test: a fixed set of seeds, on a lock system with windows and on one without. On
// each of them everything has to have happened at least once, and every kind of fault has to have struck. `npm run
// simulate` plays as many as you like.
import { afterAll, describe, expect, it } from 'vitest';
import { EVERY_FAULT } from './dealt.ts';
import { run } from './run.ts';
import { type SystemName, scriptOf } from './script.ts';
import { addCounts, tellFailure } from './words.ts';

const DAY = 86_400_000;
/** As many in a row as it takes until every kind of fault was dealt. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const SYSTEMS: readonly SystemName[] = ['smartlock', 'unifi'];

const EVERYTHING = [
  'joins',
  'is confirmed',
  'cancels',
  'many cancel',
  'is uncancelled',
  'is deleted',
  'changes plan',
  'many change plan',
  'shares a team',
  'buys a pass',
  'loses a pass',
  'books',
  'moves a booking',
  'deletes a booking',
  'opens a door',
  'stranger opens a door',
  'checks in at the desk',
  'checks out',
  'changes the email',
  'changes the name',
  'house rules',
  'forged webhook',
  'the relay checks in',
  'webhook accepted',
  'operator approves',
  'operator rejects',
  'a held line is watched',
  'a rejected line is watched',
];

describe.each(SYSTEMS)('weeks of a space, with everything going wrong, on %s', (system) => {
  const happened = new Map<string, number>();

  it.each(SEEDS)(
    'break no rule: seed %i',
    async (seed) => {
      const verdict = await run(scriptOf(seed, system));

      addCounts(happened, verdict.counts);
      expect(verdict.violation === null ? '' : tellFailure(verdict, null)).toBe('');
    },
    300_000,
  );

  afterAll(() => {
    const missing = (kinds: readonly string[]) => kinds.filter((kind) => !happened.has(kind));
    expect(missing(EVERYTHING), 'what never happened in any of them').toEqual([]);
    expect(missing(EVERY_FAULT), 'faults that never struck in any of them').toEqual([]);
  });
});

describe('the same seed', () => {
  it('is the same run, step by step', async () => {
    const whole = scriptOf(5);
    const script = { ...whole, days: 3, happenings: whole.happenings.filter(({ at }) => at < 3 * DAY) };

    const [one, other] = [await run(script), await run(script)];

    expect(other.fingerprint).toBe(one.fingerprint);
    expect(other.trace.length).toBeGreaterThan(100);
  }, 120_000);

  it('is another run with another seed', async () => {
    const quiet = { days: 1, happenings: [] };

    const [one, other] = [await run({ ...scriptOf(5), ...quiet }), await run({ ...scriptOf(6), ...quiet })];

    expect(other.fingerprint).not.toBe(one.fingerprint);
  }, 120_000);
});
