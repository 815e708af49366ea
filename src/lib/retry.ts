// Quick repeats of calls that are harmless to repeat: at most two, jittered, within about a second.
// The slow kind (back-off over minutes, for ever) is the queue's.
import pRetry from 'p-retry';
import { TransientError } from './errors.ts';

const REPEATS = 2;
const FIRST_PAUSE_MS = 100;

/** Network errors and 5xx without a Retry-After are repeated; 429, time-outs and refusals go straight back. */
export function retryQuickly<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return pRetry(attempt, {
    retries: REPEATS,
    minTimeout: FIRST_PAUSE_MS,
    factor: 3,
    randomize: true,
    shouldRetry: ({ error }) => signal?.aborted !== true && isPassing(error),
  });
}

function isPassing(error: Error): boolean {
  return error instanceof TransientError && error.effect !== 'later' && error.retryAfterMs === undefined;
}
