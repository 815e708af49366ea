// Quick repeats of calls that are harmless to repeat: at most two, jittered, within about a second.
// The slow kind (back-off over minutes, for ever) is the queue's.
import pRetry from 'p-retry';
import { TransientError } from './errors.ts';

const REPEATS = 2;
const FIRST_PAUSE_MS = 100;
const FACTOR = 3;

type Terms = {
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  random?: () => number;
  signal?: AbortSignal;
};

/** Network errors and 5xx without a Retry-After are repeated; 429, time-outs and refusals go straight back. */
export function retryQuickly<T>(attempt: () => Promise<T>, { pause, random = Math.random, signal }: Terms): Promise<T> {
  /** Not the package's own pauses, which know only real time. false: the service is stopping. */
  async function rest(before: number): Promise<boolean> {
    const ms = Math.round((1 + random()) * FIRST_PAUSE_MS * FACTOR ** before);
    const over = () => signal?.aborted !== true;
    return pause(ms, signal).then(over, over);
  }
  return pRetry(attempt, {
    retries: REPEATS,
    minTimeout: 0,
    shouldRetry: async ({ error, retriesConsumed, retriesLeft }) =>
      retriesLeft > 0 && signal?.aborted !== true && isPassing(error) && (await rest(retriesConsumed)),
  });
}

function isPassing(error: Error): boolean {
  return error instanceof TransientError && error.effect !== 'later' && error.retryAfterMs === undefined;
}
