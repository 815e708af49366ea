// A clock that stands still until a test moves it. Timers due on the way go off in order, each at its own time.
import type { Clock } from '../../src/lib/clock.ts';

export type VirtualClock = Clock & {
  /** Moves on by `ms`; before, between and after timers whatever is at hand gets its turns. */
  advance(ms: number): Promise<void>;
  /** How many timers wait. */
  timers(): number;
  /** What else a step waits for: work that leaves the process and comes back. */
  settleWith(settled: () => Promise<void>): void;
};

type Timer = { at: number; work: () => void };

/** Turns of the event loop that are given after each step: enough for a chain of commits and handlers without I/O. */
const TURNS = 20;

export function createVirtualClock(start = Date.UTC(2026, 10, 23, 9)): VirtualClock {
  const timers = new Set<Timer>();
  let now = start;
  let settled: () => Promise<void> = async () => undefined;

  const turns = async () => {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await settled();
  };

  const after = (ms: number, work: () => void) => {
    const timer = { at: now + Math.max(0, ms), work };
    timers.add(timer);
    return () => void timers.delete(timer);
  };

  return {
    now: () => now,
    after,
    timers: () => timers.size,
    settleWith(work) {
      settled = work;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const refuse = () => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = after(ms, () => {
          signal?.removeEventListener('abort', refuse);
          resolve();
        });
        if (signal?.aborted) refuse();
        else signal?.addEventListener('abort', refuse, { once: true });
      }),
    async advance(ms) {
      const until = now + ms;
      await turns();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.work();
        await turns();
      }
      now = until;
      await turns();
    },
  };
}
