// What a failed job gets: another try later, or the dead letters.
import type { Instant } from '../access/model.ts';
import { isTriedForEver, TransientError } from '../lib/errors.ts';

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 5 * 60_000;
const REFUSALS = 5;

export type AfterFailure =
  | { next: 'retry'; runAt: Instant; refusals: number; transient: boolean }
  | { next: 'dead'; refusals: number };

/**
 * `attempts`: tries so far, this one included. `refusals`: failures before this one that are not tried for ever.
 * The wait doubles from a second up to five minutes, of which a random part is taken so that jobs that failed together
 * do not come back together; never less than the other side asked for.
 */
export function afterFailure(
  error: unknown,
  { attempts, refusals, now, random }: { attempts: number; refusals: number; now: Instant; random: () => number },
): AfterFailure {
  const transient = isTriedForEver(error);
  const refused = refusals + (transient ? 0 : 1);
  if (refused >= REFUSALS) return { next: 'dead', refusals: refused };

  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts, 20));
  const wait = FIRST_WAIT + Math.round(random() * (most - FIRST_WAIT));
  const asked = error instanceof TransientError ? (error.retryAfterMs ?? 0) : 0;
  return { next: 'retry', runAt: now + Math.max(wait, asked), refusals: refused, transient };
}
