// How often somebody may try a password: after a few wrong ones each costs a longer wait, per address and, for guesses
// that come from everywhere, over all of them. A browser that has signed in before has a count of its own, so that a
// stranger's guesses (behind a proxy all have one address) cannot lock the operator out.
import type { Clock } from '../lib/clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Wrong ones that cost nothing, and the longest wait. */
const OF_ONE = { free: 5, first: 5 * SECOND, longest: 15 * MINUTE };
const OF_ALL = { free: 60, first: SECOND, longest: 30 * SECOND };
/** So long after the last wrong one it is forgotten. */
const FORGOTTEN_AFTER = 30 * MINUTE;
const MOST_ADDRESSES = 10_000;

type Count = { wrong: number; until: number; last: number };
type Limit = typeof OF_ONE;

export type Attempts = {
  /** Milliseconds until the next try is looked at; 0: now. */
  waitOf(who: string, known: boolean): number;
  wrong(who: string, known: boolean): void;
  right(who: string): void;
};

export function createAttempts({ now }: Pick<Clock, 'now'>): Attempts {
  const counts = new Map<string, Count>();
  const all: Count = { wrong: 0, until: 0, last: 0 };

  function add(count: Count, { free, first, longest }: Limit): void {
    if (now() > count.last + FORGOTTEN_AFTER) count.wrong = 0;
    count.wrong += 1;
    count.last = now();
    const over = count.wrong - free;
    count.until = over <= 0 ? 0 : now() + Math.min(longest, first * 2 ** Math.min(over - 1, 20));
  }

  return {
    waitOf(who, known) {
      const own = counts.get(who)?.until ?? 0;
      return Math.max(0, own - now(), known ? 0 : all.until - now());
    },
    wrong(who, known) {
      const count = counts.get(who) ?? { wrong: 0, until: 0, last: 0 };
      // The one longest without a try goes first.
      counts.delete(who);
      counts.set(who, count);
      const [oldest] = counts.keys();
      if (counts.size > MOST_ADDRESSES && oldest !== undefined) counts.delete(oldest);
      add(count, OF_ONE);
      if (!known) add(all, OF_ALL);
    },
    right: (who) => void counts.delete(who),
  };
}
