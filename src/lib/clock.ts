// The only place that asks for the time. Everything else is handed a Clock, or a moment.
import { setTimeout as sleep } from 'node:timers/promises';

export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `work` once after `ms`; the result cancels it. Does not keep the process alive. */
  after(ms: number, work: () => void): () => void;
};

/** Node's timers overflow above this and would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : undefined),
  after(ms, work) {
    const timer = setTimeout(work, Math.min(Math.max(0, ms), LONGEST_TIMER));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
