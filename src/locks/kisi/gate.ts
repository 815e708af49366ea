// Kisi's budget: five calls a second for the person behind the API key, one at a time, and one event set a second.
// Knows nothing of what the calls are for.
import type { CallCounter } from '../../lib/call-counter.ts';
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
  counter?: CallCounter;
  /** The second; only tests make it shorter. */
  windowMs?: number;
}): Gate {
  const gate = createRateGate({
    windowMs: WINDOW_MS,
    ...options,
    // Its "minute" is the window that it is given.
    perMinute: (budget) => (budget === NEW_EVENT_SET ? 1 : CALLS),
    oneAtATime: (budget) => budget === ALL,
  });

  const inTurn = <T>(endpoint: string, work: () => Promise<T>) => gate.run(ALL, work, PRIORITY[endpoint] ?? 0);

  return {
    // Waits for its own budget first, and holds nobody else up meanwhile.
    run: (endpoint, work) =>
      endpoint === NEW_EVENT_SET ? gate.run(endpoint, () => inTurn(endpoint, work)) : inTurn(endpoint, work),
    pause: (endpoint, ms) => gate.pause(endpoint === NEW_EVENT_SET ? endpoint : ALL, ms),
  };
}
