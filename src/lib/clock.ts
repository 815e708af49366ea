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

/**
 * Milliseconds that only ever grow, and go on while the process is frozen or its machine asleep: whichever of the two
 * clocks says that more has passed.
 */
export function createSteadyTime(): () => number {
  let [passed, ticks, time] = [0, performance.now(), Date.now()];
  return () => {
    const [ticksNow, timeNow] = [performance.now(), Date.now()];
    passed += Math.max(ticksNow - ticks, timeNow - time);
    [ticks, time] = [ticksNow, timeNow];
    return passed;
  };
}
