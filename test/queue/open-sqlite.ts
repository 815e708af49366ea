// Opens the embedded queue for a test, with everything that it tells.
import type { JobEvent } from '../../src/queue/job-event.ts';
import { createSqliteQueue } from '../../src/queue/sqlite.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import type { OpenQueue } from './conformance/harness.ts';

export const space = 'north';

/** Evenly spread and the same in every run. */
export function seededRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export type Opened = OpenQueue & { database: Database; events: JobEvent[]; logged: string[] };

export async function openIn(dataDir: string, clock: VirtualClock = createVirtualClock()): Promise<Opened> {
  const database = await openDatabase({ dataDir });
  const events: JobEvent[] = [];
  const logged: string[] = [];
  const queue = createSqliteQueue({
    database,
    space,
    clock,
    random: seededRandom(),
    onJob: (event) => events.push(event),
    log: { error: (_fields, message) => logged.push(message) },
  });
  const close = async () => {
    await queue.stop(0);
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
      return openIn(dataDir, clock);
    },
  };
}

/** The next round commits, and the worker that asked for it hears of a failure. */
export function loseNextAnswer(database: Database): void {
  const { sql } = database;
  const transaction = sql.transaction.bind(sql);
  sql.transaction = () => {
    sql.transaction = transaction;
    const builder = transaction();
    const execute = builder.execute.bind(builder);
    builder.execute = async (work) => {
      await execute(work);
      throw new Error('no answer');
    };
    return builder;
  };
}
