// Kisi's budget: five calls a second for the person behind the API key, one at a time, and one event set a second.
// Knows nothing of what the calls are for.
import PQueue from 'p-queue';
import type { Clock } from '../../lib/clock.ts';
import type { Gate } from '../../lib/http.ts';
import { createRateGate } from '../../lib/rate-gate.ts';

export const NEW_EVENT_SET = 'POST /event_sets';

/**
 * Where Kisi takes no second assignment, the old one goes before the new one comes: nothing waits between those calls.
 */
const PRIORITY: Readonly<Record<string, number>> = { 'POST /role_assignments': 2, 'GET /role_assignments': 1 };

const ALL = 'all';
const CALLS = 5;
/** A little above a second, since two clocks do not run alike. */
const WINDOW_MS = 1050;

export function createKisiGate(options: {
  clock: Clock;
  signal?: AbortSignal;
  /** The second; only tests make it shorter. */
  windowMs?: number;
}): Gate {
  // Its "minute" is the window that it is given. The five calls are counted below, more strictly.
  const perMinute = (budget: string) => (budget === NEW_EVENT_SET ? 1 : Number.MAX_SAFE_INTEGER);
  const gate = createRateGate({ windowMs: WINDOW_MS, ...options, perMinute });
  const oneAtATime = new PQueue({ concurrency: 1 });
  const { clock, signal, windowMs = WINDOW_MS } = options;
  const answeredAt: number[] = [];

  /** From the answer of the fifth last on: when that call reached Kisi is not known, only that it was before. */
  async function afterOneWindow(): Promise<void> {
    const fifthLast = answeredAt.at(-CALLS);
    if (fifthLast === undefined) return;
    const wait = fifthLast + windowMs - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
  }

  async function spaced<T>(work: () => Promise<T>): Promise<T> {
    await afterOneWindow();
    try {
      return await work();
    } finally {
      answeredAt.push(clock.now());
      answeredAt.splice(0, answeredAt.length - CALLS);
    }
  }

  const inTurn = <T>(endpoint: string, work: () => Promise<T>) =>
    oneAtATime.add(() => gate.run(ALL, () => spaced(work)), { priority: PRIORITY[endpoint] ?? 0 });

  return {
    // Waits for its own budget first, and holds nobody else up meanwhile.
    run: (endpoint, work) =>
      endpoint === NEW_EVENT_SET ? gate.run(endpoint, () => inTurn(endpoint, work)) : inTurn(endpoint, work),
    pause: (endpoint, ms) => gate.pause(endpoint === NEW_EVENT_SET ? endpoint : ALL, ms),
  };
}
