// One budget of calls for all processes: counted in the database by its own time, one round trip a call. Where it cannot
// be counted, nobody calls.
import type { CallCounter } from '../lib/call-counter.ts';
import type { Ask } from './shared-ask.ts';

/** A call that was never said to be over, since its process died, counts as under way for so long. */
const LONGEST_CALL = 15_000;

type Parts = { ask: Ask; space: string; side: string; steady: () => number };

export function createSharedCalls({ ask, space, side, steady }: Parts): CallCounter {
  /** Also here, so that what this process was told counts at once, and while the database is away. */
  const pausedUntil = new Map<string, number>();
  const isPausedFor = (endpoint: string) => (pausedUntil.get(endpoint) ?? 0) - steady();

  return {
    async take(endpoint, { most, windowMs, oneAtATime = false }, wanted) {
      const pause = isPausedFor(endpoint);
      if (pause > 0) return { taken: 0, waitMs: Math.ceil(pause) };
      const { rows } = await ask<{ taken: number; wait_ms: number }>(
        'select taken, wait_ms from shared_calls_take($1, $2, $3, $4, $5, $6, $7, $8)',
        [space, side, endpoint, most, windowMs, oneAtATime, wanted, LONGEST_CALL],
      );
      const [{ taken, wait_ms: waitMs } = { taken: 0, wait_ms: 0 }] = rows;
      return { taken, waitMs };
    },

    async answered(endpoint) {
      await ask(
        `update shared_calls set under_way_until = 0, starts[cardinality(starts)] = shared_now()
         where space = $1 and side = $2 and endpoint = $3 and under_way_until > 0`,
        [space, side, endpoint],
      );
    },

    async pause(endpoint, ms) {
      pausedUntil.set(endpoint, Math.max(pausedUntil.get(endpoint) ?? 0, steady() + ms));
      await ask(
        `insert into shared_calls (space, side, endpoint, paused_until) values ($1, $2, $3, shared_now() + $4)
         on conflict (space, side, endpoint)
         do update set paused_until = greatest(shared_calls.paused_until, excluded.paused_until)`,
        [space, side, endpoint, Math.ceil(ms)],
      );
    },

    async used(windowMs) {
      const { rows } = await ask<{ endpoint: string; taken: number; isPaused: boolean }>(
        `select endpoint, (select count(*) from unnest(starts) start where start > shared_now() - $3) as taken,
           paused_until > shared_now() as "isPaused"
         from shared_calls where space = $1 and side = $2`,
        [space, side, windowMs],
      );
      return rows.map((row) => ({ ...row, isPaused: row.isPaused || isPausedFor(row.endpoint) > 0 }));
    },
  };
}
