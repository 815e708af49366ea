// Keeps to "so many calls a minute on each endpoint" before the other side has to say 429: one queue an endpoint, over
// a sliding window. It knows neither hosts nor meanings of endpoints; who builds it says how many each may have.
import PQueue from 'p-queue';
import type { Clock } from './clock.ts';
import type { Gate } from './http.ts';

export type RateGate = Gate & {
  /** The endpoints used so far: `left` of `perMinute` calls could go out at once now. */
  budgets(): { endpoint: string; perMinute: number; left: number }[];
};

export type RateGateOptions = {
  perMinute: (endpoint: string) => number;
  clock: Clock;
  /** The service is stopping: calls that still wait are given up, and a pause no longer keeps the process alive. */
  signal?: AbortSignal;
  /** The minute; only tests make it shorter. */
  windowMs?: number;
};

/** A little above a minute: the first call of a window may reach the other side later than the last. */
const WINDOW_MS = 60_500;

type Endpoint = { queue: PQueue; perMinute: number; starts: number[]; pausedUntil: number };

export function createRateGate(options: RateGateOptions): RateGate {
  const { clock, signal } = options;
  const windowMs = options.windowMs ?? WINDOW_MS;
  const endpoints = new Map<string, Endpoint>();

  signal?.addEventListener('abort', () => {
    for (const { queue } of endpoints.values()) queue.clear();
  });

  function endpointOf(name: string): Endpoint {
    const known = endpoints.get(name);
    if (known) return known;
    const perMinute = options.perMinute(name);
    const queue = new PQueue({ intervalCap: perMinute, interval: windowMs, strict: true });
    const made = { queue, perMinute, starts: [], pausedUntil: 0 };
    endpoints.set(name, made);
    return made;
  }

  function forgetOld(endpoint: Endpoint): void {
    const oldest = clock.now() - windowMs;
    while ((endpoint.starts[0] ?? Number.POSITIVE_INFINITY) <= oldest) endpoint.starts.shift();
  }

  return {
    run(name, work) {
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      const endpoint = endpointOf(name);
      return endpoint.queue.add(() => {
        forgetOld(endpoint);
        endpoint.starts.push(clock.now());
        return work();
      });
    },

    pause(name, ms) {
      const endpoint = endpointOf(name);
      const until = clock.now() + ms;
      if (signal?.aborted === true || until <= endpoint.pausedUntil) return;
      endpoint.pausedUntil = until;
      endpoint.queue.pause();
      const goOn = () => {
        // A later 429 may have made the pause longer meanwhile.
        if (endpoint.pausedUntil === until) endpoint.queue.start();
      };
      // Not `clock.after`: a command whose only call waits here must not end in silence.
      clock.sleep(ms, signal).then(goOn, goOn);
    },

    budgets() {
      return [...endpoints].map(([name, endpoint]) => {
        forgetOld(endpoint);
        const isPaused = endpoint.pausedUntil > clock.now();
        const left = isPaused ? 0 : Math.max(0, endpoint.perMinute - endpoint.starts.length - endpoint.queue.size);
        return { endpoint: name, perMinute: endpoint.perMinute, left };
      });
    },
  };
}
