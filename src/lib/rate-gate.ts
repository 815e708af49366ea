// Keeps to "so many calls a minute on each endpoint" before the other side has to say 429: one line of waiting calls an
// endpoint, before a sliding window. It knows neither hosts nor meanings of endpoints; who builds it says how many each
// may have.
import { type CallCounter, type CallLimit, createCallCounter } from './call-counter.ts';
import type { Clock } from './clock.ts';
import type { Gate } from './http.ts';

export type RateGate = {
  /** As Gate; what comes first is served first, but for a higher `priority`. */
  run<T>(endpoint: string, work: () => Promise<T>, priority?: number): Promise<T>;
  pause: Gate['pause'];
  /** The endpoints used so far: `left` of `perMinute` calls could go out at once now. */
  budgets(): Promise<{ endpoint: string; perMinute: number; left: number }[]>;
};

export type RateGateOptions = {
  perMinute: (endpoint: string) => number;
  clock: Clock;
  /** The service is stopping: calls that still wait are given up, and a pause no longer keeps the process alive. */
  signal?: AbortSignal;
  /** Where calls are counted that several processes share; else in memory. */
  counter?: CallCounter;
  /** Endpoints that take one call after another, counted from its answer. */
  oneAtATime?: (endpoint: string) => boolean;
  /** The minute, where the other side counts in something else. */
  windowMs?: number;
};

/** A little above a minute: the first call of a window may reach the other side later than the last. */
const WINDOW_MS = 60_500;

type Waiting = { go: () => Promise<void>; giveUp: (error: unknown) => void; priority: number };
type Line = { limit: CallLimit; waiting: Waiting[]; isServed: boolean };

export function createRateGate(options: RateGateOptions): RateGate {
  const { clock, signal, perMinute, oneAtATime = () => false, windowMs = WINDOW_MS } = options;
  const counter = options.counter ?? createCallCounter(clock);
  const lines = new Map<string, Line>();
  const limitOf = (name: string): CallLimit => ({ most: perMinute(name), windowMs, oneAtATime: oneAtATime(name) });

  signal?.addEventListener('abort', () => {
    for (const line of lines.values()) giveUp(line, signal.reason);
  });

  function lineOf(name: string): Line {
    const known = lines.get(name);
    if (known) return known;
    const made = { limit: limitOf(name), waiting: [], isServed: false };
    lines.set(name, made);
    return made;
  }

  /** Lets the line through as there is room; those who come meanwhile stand behind. */
  async function serve(name: string, line: Line): Promise<void> {
    if (line.isServed) return;
    line.isServed = true;
    try {
      while (line.waiting.length > 0) {
        const wanted = line.limit.oneAtATime ? 1 : line.waiting.length;
        const { taken, waitMs } = await counter.take(name, line.limit, wanted);
        const going = line.waiting.splice(0, taken).map(({ go }) => go());
        if (line.limit.oneAtATime && going.length > 0) {
          await Promise.all(going);
          await counter.answered(name);
        }
        // Not `clock.after`: a command whose only call waits here must not end in silence.
        if (line.waiting.length > 0 && waitMs > 0) await clock.sleep(waitMs, signal);
      }
    } catch (error) {
      giveUp(line, error);
    } finally {
      line.isServed = false;
    }
  }

  return {
    run(name, work, priority = 0) {
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      const line = lineOf(name);
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      const go = async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      const before = line.waiting.findIndex((each) => each.priority < priority);
      line.waiting.splice(before === -1 ? line.waiting.length : before, 0, { go, giveUp: reject, priority });
      void serve(name, line);
      return promise;
    },

    pause(name, ms) {
      // Where it cannot be told to others, these hear it from the other side.
      counter.pause(name, ms).catch(() => undefined);
    },

    async budgets() {
      const used = await counter.used(windowMs);
      return used.map(({ endpoint, taken, isPaused }) => {
        const most = perMinute(endpoint);
        const waiting = lines.get(endpoint)?.waiting.length ?? 0;
        return { endpoint, perMinute: most, left: isPaused ? 0 : Math.max(0, most - taken - waiting) };
      });
    },
  };
}

function giveUp(line: Line, reason: unknown): void {
  for (const { giveUp: each } of line.waiting.splice(0)) each(reason);
}
