// Finds the fewest happenings of a script that still break the same rule (delta debugging, after Zeller): takes away
// halves, then quarters, then single ones. The rest keep their times, so what is left still says when.

import type { Happening } from './happening.ts';
import type { Verdict } from './run.ts';
import type { Script } from './script.ts';

const DAY = 86_400_000;

export type Shrunk = { verdict: Verdict; runs: number };

/** `mostRuns`: then it stops with the fewest that it has found. */
export async function shrink(
  found: Verdict,
  play: (script: Script) => Promise<Verdict>,
  { mostRuns = 150, progress = () => undefined }: { mostRuns?: number; progress?: (left: number) => void } = {},
): Promise<Shrunk> {
  const { script, violation } = found;
  if (!violation) throw new Error('there is nothing to shrink: the run was good');
  // Whoever does not break it any more need not live longer than that, but for the calm that follows.
  const days = Math.min(script.days, Math.ceil((violation.at - script.start) / DAY));
  let verdict = found;
  let runs = 0;

  async function stillBreaks(happenings: readonly Happening[]): Promise<boolean> {
    runs += 1;
    const again = await play({ ...script, days, happenings: [...happenings] });
    if (again.violation?.rule !== violation?.rule) return false;
    verdict = again;
    progress(happenings.length);
    return true;
  }

  // What comes after the failure had no part in it.
  let left = script.happenings.filter(({ at }) => script.start + at <= violation.at);
  if (!(await stillBreaks(left))) left = script.happenings;
  let size = Math.ceil(left.length / 2);
  while (size >= 1 && left.length > 0 && runs < mostRuns) {
    let hasShrunk = false;
    for (let from = 0; from < left.length && runs < mostRuns; ) {
      const without = [...left.slice(0, from), ...left.slice(from + size)];
      if (await stillBreaks(without)) {
        left = without;
        hasShrunk = true;
      } else from += size;
    }
    if (size === 1 && !hasShrunk) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return { verdict, runs };
}
