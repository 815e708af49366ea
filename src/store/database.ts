// Opens the database: PostgreSQL where DATABASE_URL names one, else one SQLite file in DATA_DIR, for one process. What
// runs on it is kysely that both take.
import { type Kysely, type Transaction as KyselyTransaction, sql } from 'kysely';
import type { Pool } from 'pg';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

export type Transaction = KyselyTransaction<Tables>;

type Common = {
  sql: Kysely<Tables>;
  /** Gives out `count` numbers that were never given out under this name; returns the last of them. */
  takeNumbers(of: { space: string; name: string }, count: number, within: Transaction): Promise<number>;
  /**
   * A transaction beside which no other of that name runs, in this process or another: for what reads before it writes,
   * or writes many rows. It sees what those before it wrote. One name for each table; never one inside another.
   */
  alone<T>(of: { space: string; name: string }, work: (within: Transaction) => Promise<T>): Promise<T>;
  /**
   * A transaction that the end of this process undoes as little as any other, but a loss of power may: it does not wait
   * for the disk. For what costs no more than work that is done again.
   */
  undoable<T>(work: (within: Transaction) => Promise<T>): Promise<T>;
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
}: {
  dataDir: string;
  url?: string | null;
}): Promise<Database> {
  if (url !== null) {
    // Loaded where it is used: a process of the embedded engine starts without its driver and queue.
    const { openPostgres } = await import('./postgres.ts');
    const opened = await openPostgres(url);
    return {
      kind: 'postgres',
      takeNumbers,
      alone: alonePostgres(opened.sql),
      undoable: undoablePostgres(opened.sql),
      ...opened,
    };
  }
  const opened = await openSqlite(dataDir);
  // Its one connection runs one transaction after the other.
  return {
    kind: 'sqlite',
    takeNumbers,
    alone: (_, work) => opened.sql.transaction().execute(work),
    undoable: undoableSqlite(opened.sql),
    ...opened,
  };
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

function undoablePostgres(db: Kysely<Tables>): Common['undoable'] {
  return (work) =>
    db.transaction().execute(async (trx) => {
      await sql`set local synchronous_commit = off`.execute(trx);
      return await work(trx);
    });
}

/** The pragma takes no effect within a transaction, and the next one is to be flushed again. */
function undoableSqlite(db: Kysely<Tables>): Common['undoable'] {
  return (work) =>
    db.connection().execute(async (connection) => {
      await sql`pragma synchronous = normal`.execute(connection);
      try {
        return await connection.transaction().execute(work);
      } finally {
        await sql`pragma synchronous = full`.execute(connection);
      }
    });
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
