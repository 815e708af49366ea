// A virtual time for a lock system whose connector waits: for a budget of calls, for an answer that is made later, between
// repeats. While a test waits for something and nothing else goes on, time moves on to the next such moment, and no further.
import { vi } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import type { Time } from './relay-world.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** So many turns of the event loop without a request or an answer, and nothing goes on. */
const QUIET_TURNS = 60;
/** Later requests are enough to see whether one waits for its answer. */
const LATEST = 50;

export function movingTime(start: number): Time {
  if (vi.isMockFunction(globalThis.setTimeout)) throw new Error('a test has one world at a time');
  const clock = createVirtualClock(start);
  const waits = new Set<{ at: number }>();
  const timers = new Map<object, () => void>();

  function note(ms: number): () => void {
    const wait = { at: clock.now() + Math.max(0, ms) };
    waits.add(wait);
    return () => void waits.delete(wait);
  }

  const [realSet, realClear] = [globalThis.setTimeout, globalThis.clearTimeout];

  function setTimer(work: () => void, ms = 0): NodeJS.Timeout {
    const noted = note(ms);
    // A handle as packages expect it, and nothing else.
    const timer = realSet(() => undefined, 0);
    realClear(timer);
    const cancel = clock.after(ms, () => {
      noted();
      timers.delete(timer);
      work();
    });
    timers.set(timer, () => {
      noted();
      cancel();
    });
    return timer;
  }

  const spies = [
    vi.spyOn(Date, 'now').mockImplementation(clock.now),
    // Queues, and pauses between repeats, take theirs from here.
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(setTimer),
    vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
      const cancel = typeof timer === 'object' ? timers.get(timer) : undefined;
      if (cancel) cancel();
      else realClear(timer);
    }),
  ];

  return {
    clock: {
      ...clock,
      sleep(ms, signal) {
        const noted = note(ms);
        return clock.sleep(ms, signal).finally(noted);
      },
    },

    async wait(work, requests) {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      work.then(over, over);
      let quiet = 0;
      let seen = -1;
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        const count = requests.reduce((sum, list) => sum + list.length, 0);
        const goesOn = count !== seen || requests.some((list) => list.slice(-LATEST).some(isUnanswered));
        seen = count;
        quiet = goesOn ? 0 : quiet + 1;
        const next = Math.min(...[...waits].map(({ at }) => at));
        if (quiet < QUIET_TURNS || !Number.isFinite(next)) continue;
        await clock.advance(Math.max(0, next - clock.now()));
        quiet = 0;
      }
      return work;
    },

    end() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

const isUnanswered = ({ status, sabotage }: Seen): boolean => status === null && sabotage === null;
