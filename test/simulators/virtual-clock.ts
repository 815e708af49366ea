// A clock that stands still until it is told to go on: timers fire in their order, each at its own time.
import type { Clock } from '../../src/lib/clock.ts';

/** `next` goes on to the first timer there is, and no further: what it starts can be waited for in real time. */
export type VirtualClock = Clock & { advance(ms: number): void; next(): void };

export function createVirtualClock(start: string): VirtualClock {
  let now = Date.parse(start);
  let timers: { at: number; work: () => void }[] = [];

  const after = (ms: number, work: () => void): (() => void) => {
    const timer = { at: now + ms, work };
    timers.push(timer);
    return () => {
      timers = timers.filter((each) => each !== timer);
    };
  };

  function advance(ms: number): void {
    const end = now + ms;
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers = timers.filter((each) => each !== next);
      now = Math.max(now, next.at);
      next.work();
    }
    now = end;
  }

  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    advance,
    next() {
      const first = Math.min(...timers.map(({ at }) => at));
      if (!Number.isFinite(first)) throw new Error('There is no timer.');
      advance(first - now);
    },
  };
}
