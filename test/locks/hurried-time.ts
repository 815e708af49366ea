// Time that runs faster, for a clock that is handed in and for packages that ask the globals (queues, pauses between
// repeats), so that limits and pauses are real and pass in a moment. Time-outs of calls never come by themselves.
import { vi } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';

export type HurriedTime = {
  /** For the connector and its adapters. What waits for ten seconds or longer is a time-out, and waits for timeOut(). */
  clock: Clock;
  /** For the simulator: nothing of it waits for ever. */
  simulatorClock: Clock;
  /** The time-outs of all calls that now wait for an answer. */
  timeOut(): void;
  /** Moves both clocks on at once. */
  pass(ms: number): void;
  end(): void;
};

const TIME_OUT_MS = 10_000;
const LONGEST_TIMER = 2 ** 31 - 1;

export function hurryTime(speed: number): HurriedTime {
  const started = performance.now();
  const began = Date.now();
  const laterThan = { ms: 0 };
  const timeOuts = new Set<() => void>();
  const realSetTimeout = globalThis.setTimeout;
  const realSetInterval = globalThis.setInterval;
  const hurried = () => Math.floor(began + (performance.now() - started) * speed);
  const now = () => hurried() + laterThan.ms;
  const shorter = (ms: number | undefined) => Math.min((ms ?? 0) / speed, LONGEST_TIMER);

  const spies = [
    vi.spyOn(Date, 'now').mockImplementation(hurried),
    vi
      .spyOn(globalThis, 'setTimeout')
      .mockImplementation((work: () => void, ms?: number) => realSetTimeout(work, shorter(ms))),
    vi
      .spyOn(globalThis, 'setInterval')
      .mockImplementation((work: () => void, ms?: number) => realSetInterval(work, shorter(ms))),
  ];

  function after(ms: number, work: () => void): () => void {
    const timer = realSetTimeout(work, shorter(ms));
    timer.unref();
    return () => clearTimeout(timer);
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = realSetTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, shorter(ms));
      if (signal?.aborted === true) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }

  return {
    clock: {
      now,
      sleep,
      after(ms, work) {
        if (ms < TIME_OUT_MS) return after(ms, work);
        timeOuts.add(work);
        return () => void timeOuts.delete(work);
      },
    },
    simulatorClock: { now, sleep, after },
    timeOut() {
      for (const work of [...timeOuts]) {
        timeOuts.delete(work);
        work();
      }
    },
    pass(ms) {
      laterThan.ms += ms;
    },
    end() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
