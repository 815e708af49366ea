// Opens the queue on PostgreSQL for a test, with everything that it tells.
import type { JobEvent } from '../../src/queue/job-event.ts';
import { openPostgresQueue, type PostgresQueue } from '../../src/queue/postgres.ts';
import { openDatabase, type PostgresDatabase } from '../../src/store/database.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import type { OpenQueue } from './conformance/harness.ts';
import { seededRandom, space } from './open-sqlite.ts';

export type Opened = OpenQueue & {
  queue: PostgresQueue;
  database: PostgresDatabase;
  events: JobEvent[];
  logged: string[];
};

async function openPostgres(url: string): Promise<PostgresDatabase> {
  const database = await openDatabase({ dataDir: '/nowhere', url });
  if (database.kind !== 'postgres') throw new Error(`it is ${database.kind}`);
  return database;
}

/** A clock whose time passes only when nothing that it set off is on its way to the database and back. */
export async function openOn(
  url: string,
  { clock = createVirtualClock(), lookAgainMs = 24 * 3_600_000 }: { clock?: VirtualClock; lookAgainMs?: number } = {},
): Promise<Opened> {
  const database = await openPostgres(url);
  const events: JobEvent[] = [];
  const logged: string[] = [];
  const note = (fields: Record<string, unknown>, message: string) =>
    logged.push(`${message} ${String(fields['error'])}`);
  const queue = await openPostgresQueue({
    database,
    space,
    clock,
    random: seededRandom(),
    onJob: (event) => events.push(event),
    log: { error: note, warn: note },
    lookAgainMs,
  });
  clock.settleWith(() => quiet(database));
  const close = async () => {
    await queue.stop(0);
    await queue.close();
    await database.close();
  };
  return {
    queue,
    database,
    events,
    logged,
    close,
    now: clock.now,
    passTime: clock.advance,
    transaction: (work) => database.sql.transaction().execute(work),
    async reopen() {
      await close();
      return openOn(url, { clock, lookAgainMs });
    },
  };
}

/** Resolves when no connection has been in use for a few turns. */
async function quiet({ pool }: PostgresDatabase): Promise<void> {
  for (let calm = 0; calm < 10; calm += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (pool.totalCount === pool.idleCount && pool.waitingCount === 0) continue;
    calm = -1;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
