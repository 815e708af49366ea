// A clock that stands still until a test moves it, for this process and for pg-boss's tables alike. What a step sets off
// at the database has its answers before the next one.
import pg from 'pg';
import { TestClock } from 'pg-boss';
import { SCHEMA } from '../../src/queue/postgres-boss.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type PostgresClock = VirtualClock & {
  /** The database at the address goes by this clock from now on; its queue has to be there. */
  rule(url: string): Promise<{ end(): Promise<void> }>;
  /** Until nothing is on its way to PostgreSQL. */
  quiet(): Promise<void>;
};

/** Sessions at this address go by the clock that rules its database. */
export function withClock(url: string): string {
  const address = new URL(url);
  address.searchParams.set('options', '-c pgboss.test_clock=on');
  return address.href;
}

const TURNS = 10;

/** Questions to PostgreSQL that have no answer yet, of this process. */
function watchQuestions(): () => number {
  let open = 0;
  for (const [prototype, method] of [
    [pg.Client.prototype, 'query'],
    [pg.Client.prototype, 'connect'],
    [pg.Pool.prototype, 'connect'],
  ] as const) {
    const original: (...args: unknown[]) => unknown = Reflect.get(prototype, method);
    Reflect.set(prototype, method, function ask(this: unknown, ...args: unknown[]) {
      const answer = Reflect.apply(original, this, args);
      if (answer instanceof Promise) {
        open += 1;
        const over = () => {
          open -= 1;
        };
        answer.then(over, over);
      }
      return answer;
    });
  }
  return () => open;
}

const questions = watchQuestions();

async function quiet(): Promise<void> {
  for (let still = 0; still < TURNS; still += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (questions() > 0) still = -1;
  }
}

export function createPostgresClock(start = Date.UTC(2026, 10, 23, 9)): PostgresClock {
  const timers = new Set<{ at: number; work: () => void }>();
  const database = new TestClock(start);
  let now = start;

  const after = (ms: number, work: () => void) => {
    const timer = { at: now + Math.max(0, ms), work };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const move = async (at: number) => {
    if (at <= now) return;
    now = at;
    await database.setTime(at);
  };

  return {
    now: () => now,
    after,
    timers: () => timers.size,
    quiet,
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
    async rule(url) {
      const pool = new pg.Pool({ connectionString: url, max: 1 });
      pool.on('error', () => undefined);
      const attached = await database.attach({
        db: { executeSql: (text, values) => pool.query(text, values) },
        schema: SCHEMA,
      });
      return {
        async end() {
          await attached[Symbol.asyncDispose]();
          await pool.end();
        },
      };
    },
    async advance(ms) {
      const until = now + ms;
      await quiet();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at);
        if (!next) break;
        timers.delete(next);
        await move(next.at);
        next.work();
        await quiet();
      }
      await move(until);
      await quiet();
    },
  };
}
