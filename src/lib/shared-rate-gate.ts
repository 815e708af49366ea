// The same as rate-gate.ts for several processes that share one budget: when calls began is written down where all of
// them look. One question to it lets through as many calls as wait, so that it costs little.
import type { Clock } from './clock.ts';
import type { RateGate, RateGateOptions } from './rate-gate.ts';

export type Taken = {
  /** So many calls may begin now. */
  granted: number;
  /** So many more could. */
  left: number;
  /** After so many milliseconds it is worth asking again. */
  waitMs: number;
};

export type Ledger = {
  /** Takes up to `wanted` of the calls that the window still has. */
  take(endpoint: string, asked: { wanted: number; perMinute: number; windowMs: number }): Promise<Taken>;
  pause(endpoint: string, ms: number): Promise<void>;
};

type Waiting = { start: () => void; reject: (reason: unknown) => void };
type Endpoint = { waiting: Waiting[]; isAsking: boolean; perMinute: number; left: number; leftAt: number };

/** A little above a minute: the first call of a window may reach the other side later than the last. */
const WINDOW_MS = 60_500;
const SHORTEST_WAIT = 10;
/** What is left may be so old; then it is asked for anew, in the background. */
const FRESH = 1_000;

export function createSharedRateGate(options: RateGateOptions & { ledger: Ledger }): RateGate {
  const { clock, signal, ledger } = options;
  const windowMs = options.windowMs ?? WINDOW_MS;
  const endpoints = new Map<string, Endpoint>();

  signal?.addEventListener('abort', () => {
    for (const { waiting } of endpoints.values()) {
      for (const { reject } of waiting.splice(0)) reject(signal.reason);
    }
  });

  function endpointOf(name: string): Endpoint {
    const known = endpoints.get(name);
    if (known) return known;
    const perMinute = options.perMinute(name);
    const made: Endpoint = { waiting: [], isAsking: false, perMinute, left: perMinute, leftAt: clock.now() };
    endpoints.set(name, made);
    return made;
  }

  async function ask(name: string, endpoint: Endpoint, wanted: number): Promise<Taken> {
    const taken = await ledger.take(name, { wanted, perMinute: endpoint.perMinute, windowMs });
    endpoint.left = taken.left;
    endpoint.leftAt = clock.now();
    return taken;
  }

  async function letThrough(name: string, endpoint: Endpoint): Promise<void> {
    endpoint.isAsking = true;
    try {
      // Whatever is asked for in the same turn of the event loop shares the question.
      await Promise.resolve();
      while (endpoint.waiting.length > 0) {
        const { granted, waitMs } = await ask(name, endpoint, endpoint.waiting.length);
        for (const { start } of endpoint.waiting.splice(0, granted)) start();
        if (endpoint.waiting.length > 0) await pauseFor(Math.max(SHORTEST_WAIT, waitMs), clock, signal);
      }
    } catch (error) {
      for (const { reject } of endpoint.waiting.splice(0)) reject(error);
    } finally {
      endpoint.isAsking = false;
    }
  }

  return {
    async run(name, work) {
      signal?.throwIfAborted();
      const endpoint = endpointOf(name);
      await new Promise<void>((start, reject) => {
        endpoint.waiting.push({ start, reject });
        if (!endpoint.isAsking) void letThrough(name, endpoint);
      });
      return await work();
    },

    pause(name, ms) {
      const endpoint = endpointOf(name);
      endpoint.left = 0;
      // Where it cannot be written down, the others hear their own 429.
      void ledger.pause(name, ms).catch(() => undefined);
    },

    budgets() {
      return [...endpoints].map(([name, endpoint]) => {
        if (!endpoint.isAsking && clock.now() > endpoint.leftAt + FRESH) {
          endpoint.leftAt = clock.now();
          void ask(name, endpoint, 0).catch(() => undefined);
        }
        return {
          endpoint: name,
          perMinute: endpoint.perMinute,
          left: Math.max(0, endpoint.left - endpoint.waiting.length),
        };
      });
    },
  };
}

/** The same as a sleep that ends early when the service stops, and says why. */
async function pauseFor(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  await clock.sleep(ms, signal);
}
