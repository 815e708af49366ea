// Opens the database: PostgreSQL where DATABASE_URL names one, else one SQLite file in DATA_DIR, for one process. What
// runs on it is kysely that both take.
import type { Kysely, Transaction as KyselyTransaction } from 'kysely';
import type { Pool } from 'pg';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { Tables } from './tables.ts';

export type Transaction = KyselyTransaction<Tables>;

type Common = {
  sql: Kysely<Tables>;
  /** Gives out `count` numbers that were never given out under this name; returns the last of them. */
  takeNumbers(of: { space: string; name: string }, count: number, within: Transaction): Promise<number>;
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
  return url === null
    ? { kind: 'sqlite', takeNumbers, ...(await openSqlite(dataDir)) }
    : { kind: 'postgres', takeNumbers, ...(await openPostgres(url)) };
}

async function takeNumbers(of: { space: string; name: string }, count: number, within: Transaction): Promise<number> {
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
