// Opens the database: PostgreSQL where DATABASE_URL names one, else one SQLite file in DATA_DIR, for one process. What
// runs on it is kysely that both take.
import { type Kysely, type Transaction as KyselyTransaction, sql } from 'kysely';
import type { Pool } from 'pg';
import type { Flush } from './flush.ts';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

export type Transaction = KyselyTransaction<Tables>;

/** `isDurable`: as durable(). */
type Alone = { space: string; name: string; isDurable?: boolean };

type Common = {
  sql: Kysely<Tables>;
  /** Gives out `count` numbers that were never given out under this name; returns the last of them. */
  takeNumbers(of: { space: string; name: string }, count: number, within: Transaction): Promise<number>;
  /**
   * A transaction beside which no other of that name runs, in this process or another: for what reads before it writes,
   * or writes many rows. It sees what those before it wrote. One name for each table; never one inside another.
   */
  alone<T>(of: Alone, work: (within: Transaction) => Promise<T>): Promise<T>;
  /**
   * A transaction that is on the disk when this resolves, so that no loss of power undoes it: for what somebody was told,
   * and for what must be known before money is spent. Everything else survives the end of the process as well, and is on
   * the disk soon; what is lost of that is found again at the other sides.
   */
  durable<T>(work: (within: Transaction) => Promise<T>): Promise<T>;
  /** What was written up to now goes to the disk, and nobody waits for it. */
  flushSoon(): void;
  /** After everything that writes has stopped. */
  close(): Promise<void>;
};

type SqliteDatabase = Common & { kind: 'sqlite' };
export type PostgresDatabase = Common & {
  kind: 'postgres';
  /** For what kysely does not do: a connection held for a while (pool.connect()), locks, LISTEN. Finds our tables. */
  pool: Pool;
  /** Where our tables are. */
  schema: string;
};
export type Database = SqliteDatabase | PostgresDatabase;

/** Throws DatabaseInUseError, DatabaseTooNewError or DatabaseUnusableError. */
export async function openDatabase({
  dataDir,
  url = null,
  sync,
}: {
  dataDir: string;
  url?: string | null;
  /** Brings a file onto the disk: SQLite's, in place of the system's own way. */
  sync?: (file: number) => Promise<void>;
}): Promise<Database> {
  if (url !== null) {
    // Loaded where it is used: a process of the embedded engine starts without its driver and queue.
    const { openPostgres } = await import('./postgres.ts');
    const opened = await openPostgres(url);
    return {
      kind: 'postgres',
      takeNumbers,
      alone: alonePostgres(opened.sql),
      // Every commit waits for the disk: the server may crash and this process go on, believing what is undone then.
      durable: (work) => opened.sql.transaction().execute(work),
      flushSoon: () => undefined,
      ...opened,
    };
  }
  const { sql, flush, close } = await openSqlite(dataDir, sync);
  const durable = durableSqlite(sql, flush);
  // Its one connection runs one transaction after the other.
  const alone: Common['alone'] = (of, work) => (of.isDurable ? durable(work) : sql.transaction().execute(work));
  // Heard by whoever waits for a flush next.
  const flushSoon = () => void flush().catch(() => undefined);
  return { kind: 'sqlite', sql, takeNumbers, alone, durable, flushSoon, close };
}

/**
 * Each statement after the lock sees what is committed by then (read committed, the default), and the lock goes with the
 * transaction: so these run as if one after the other.
 */
function alonePostgres(db: Kysely<Tables>): Common['alone'] {
  return ({ space, name }, work) =>
    db.transaction().execute(async (trx) => {
      // Of this schema: several relays may share a database.
      const lock = sql`hashtextextended(current_schema() || ${` ${space} ${name}`}, 0)`;
      await sql`select pg_advisory_xact_lock(${lock})`.execute(trx);
      return await work(trx);
    });
}

function durableSqlite(db: Kysely<Tables>, flush: Flush): Common['durable'] {
  return async (work) => {
    const done = await db.transaction().execute(work);
    await flush();
    return done;
  };
}

export async function takeNumbers(
  of: { space: string; name: string },
  count: number,
  within: Transaction,
): Promise<number> {
  const { value } = await within
    .insertInto('counters')
    .values({ ...of, value: count })
    .onConflict((conflict) =>
      conflict.columns(['space', 'name']).doUpdateSet((eb) => ({
        value: eb('counters.value', '+', eb.ref('excluded.value')),
      })),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}
