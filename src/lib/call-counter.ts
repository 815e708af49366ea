// Counts the calls of the last minute on each endpoint, in the memory of one process. Several processes that share one
// budget count in their database instead, behind the same type. It sends nothing and keeps nobody waiting: rate-gate.ts.
import type { Clock } from './clock.ts';

/** So many calls within any window. */
export type CallLimit = {
  most: number;
  windowMs: number;
  /** One call after another, each counted from its answer: when it reached the other side is not known, only that it was before. */
  oneAtATime?: boolean;
};

export type CallCounter = {
  /**
   * Takes up to `wanted` places at once. `waitMs`: how long the next one is not free; 0 where all that was wanted is
   * taken. Throws where the count cannot be read: then nobody may call.
   */
  take(endpoint: string, limit: CallLimit, wanted: number): Promise<{ taken: number; waitMs: number }>;
  /** The call of an endpoint with one at a time is over. */
  answered(endpoint: string): Promise<void>;
  /** No places on the endpoint for `ms`; a shorter pause does not end a longer one. */
  pause(endpoint: string, ms: number): Promise<void>;
  /** The endpoints used so far, with the places that were taken within the last `windowMs`. */
  used(windowMs: number): Promise<{ endpoint: string; taken: number; isPaused: boolean }[]>;
};

type Counted = { starts: number[]; underWay: boolean; pausedUntil: number; pausedFor: number };

export function createCallCounter({ now }: Pick<Clock, 'now'>): CallCounter {
  const endpoints = new Map<string, Counted>();

  function countedAt(endpoint: string): Counted {
    const known = endpoints.get(endpoint);
    if (known) return known;
    const made = { starts: [], underWay: false, pausedUntil: 0, pausedFor: 0 };
    endpoints.set(endpoint, made);
    return made;
  }

  function bringUpToDate(counted: Counted, windowMs: number, at: number): void {
    // A clock that was put back: what lies ahead of it is counted as if it had just been.
    counted.starts = counted.starts.map((start) => Math.min(start, at)).filter((start) => start > at - windowMs);
    counted.pausedUntil = Math.min(counted.pausedUntil, at + counted.pausedFor);
  }

  return {
    async take(endpoint, limit, wanted) {
      const at = now();
      const counted = countedAt(endpoint);
      bringUpToDate(counted, limit.windowMs, at);
      if (counted.pausedUntil > at) return { taken: 0, waitMs: counted.pausedUntil - at };
      // As long as it runs it is not known from when on it counts.
      if (counted.underWay) return { taken: 0, waitMs: limit.windowMs };
      const free = Math.max(0, limit.most - counted.starts.length);
      const taken = Math.min(wanted, free, limit.oneAtATime ? 1 : wanted);
      for (let place = 0; place < taken; place += 1) counted.starts.push(at);
      counted.underWay = limit.oneAtATime === true && taken > 0;
      const next = counted.starts[counted.starts.length - limit.most];
      return { taken, waitMs: taken === wanted ? 0 : Math.max(0, (next ?? at) + limit.windowMs - at) };
    },

    async answered(endpoint) {
      const counted = countedAt(endpoint);
      counted.underWay = false;
      if (counted.starts.length > 0) counted.starts[counted.starts.length - 1] = now();
    },

    async pause(endpoint, ms) {
      const counted = countedAt(endpoint);
      const until = now() + ms;
      if (until <= counted.pausedUntil) return;
      counted.pausedUntil = until;
      counted.pausedFor = ms;
    },

    async used(windowMs) {
      const at = now();
      return [...endpoints].map(([endpoint, counted]) => {
        bringUpToDate(counted, windowMs, at);
        return { endpoint, taken: counted.starts.length, isPaused: counted.pausedUntil > at };
      });
    },
  };
}
