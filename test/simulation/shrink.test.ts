import { describe, expect, it } from 'vitest';
import type { Happening } from './happening.ts';
import type { Verdict } from './run.ts';
import { type Script, scriptOf } from './script.ts';
import { shrink } from './shrink.ts';

const names = (happenings: readonly Happening[]) => happenings.map((each) => ('who' in each ? each.who : -1));

/** A run that breaks the rule wherever both of these are in it, and another one wherever only the second is. */
function playing(script: Script): Verdict {
  const there = new Set(names(script.happenings));
  const rule = there.has(17) && there.has(3) ? 'the rule' : there.has(3) ? 'another rule' : null;
  const violation = rule === null ? null : { rule, words: rule, at: script.start + 40_000 };
  return { script, violation, counts: new Map(), fingerprint: '', trace: [], excuses: new Map() };
}

const script: Script = {
  ...scriptOf(1),
  happenings: Array.from({ length: 60 }, (_, who) => ({ at: who * 1000, kind: 'checks out', who })),
};

describe('shrinking', () => {
  it('leaves the fewest happenings that break the same rule, each at its own time', async () => {
    const { verdict } = await shrink(playing(script), async (each) => playing(each));

    expect(verdict.script.happenings).toEqual([script.happenings[3], script.happenings[17]]);
  });

  it('stops after so many runs, with what it has', async () => {
    const { verdict, runs } = await shrink(playing(script), async (each) => playing(each), { mostRuns: 3 });

    expect(runs).toBe(3);
    expect(verdict.violation?.rule).toBe('the rule');
  });
});
