// The one clock of a simulated world. It stands still while anything goes on, and then jumps to the next timer: nothing
// waits in real time, and the same world takes the same steps on any machine and under any load.
import type { Clock } from '../../src/lib/clock.ts';

type Timer = { at: number; order: number; work: () => void };

export type WorldClock = Clock & {
  /** Goes on from timer to timer, with everything that each of them sets off. */
  until(at: number, isOver?: () => boolean): Promise<void>;
  /** The clock is put forward past what was due meanwhile, as on a machine that was asleep. */
  jump(ms: number): void;
  /** Something went on: the clock waits for what comes of it. */
  stir(): void;
};

/** So many turns of the event loop in which nothing stirred, and nothing will: the longest chain of turns has four. */
const QUIET_TURNS = 5;

export function createWorldClock(start: number): WorldClock {
  const timers = new Set<Timer>();
  let now = start;
  let order = 0;
  let stirred = 0;

  function after(ms: number, work: () => void): () => void {
    order += 1;
    const timer = { at: now + Math.max(0, Math.ceil(ms)), order, work };
    timers.add(timer);
    return () => void timers.delete(timer);
  }

  function next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > until) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }

  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
      const before = stirred;
      await new Promise((resolve) => setImmediate(resolve));
      if (stirred !== before) quiet = -1;
    }
  }

  return {
    now: () => now,
    after,
    sleep: (ms, signal) => sleepOn(after, ms, signal),
    stir() {
      stirred += 1;
    },
    jump(ms) {
      now += ms;
    },
    async until(at, isOver = () => false) {
      await settle();
      for (let timer = next(at); timer && !isOver(); timer = next(at)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.work();
        await settle();
      }
      if (!isOver()) now = Math.max(now, at);
    },
  };
}

export function sleepOn(after: Clock['after'], ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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
  });
}
