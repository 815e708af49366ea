// Opens the database: one SQLite file in DATA_DIR, for one process. What runs on it is kysely that PostgreSQL takes too.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Kysely, type Transaction as KyselyTransaction } from 'kysely';
import { DatabaseInUseError, DatabaseUnusableError } from './errors.ts';
import { migrate } from './migrations/migrate.ts';
import { isBusy, NodeSqliteDialect, openFile } from './node-sqlite.ts';
import type { Tables } from './tables.ts';

export type Transaction = KyselyTransaction<Tables>;

export type Database = {
  sql: Kysely<Tables>;
  /** Gives out `count` numbers that were never given out under this name; returns the last of them. */
  takeNumbers(of: { space: string; name: string }, count: number, within: Transaction): Promise<number>;
  /** After everything that writes has stopped. */
  close(): Promise<void>;
};

/**
 * Makes the folder and the file where they are missing, readable by their owner alone. Throws DatabaseInUseError,
 * DatabaseTooNewError or DatabaseUnusableError.
 */
export async function openDatabase({ dataDir }: { dataDir: string }): Promise<Database> {
  const file = join(dataDir, 'relay.sqlite');
  const holderFile = join(dataDir, 'relay.sqlite.holder');

  const opened = openAlone(dataDir, file, holderFile);
  const sql = new Kysely<Tables>({ dialect: new NodeSqliteDialect(opened) });
  const close = async () => {
    // Before the lock goes: afterwards it may be the next one's.
    rmSync(holderFile, { force: true });
    await sql.destroy();
  };
  try {
    writeFileSync(holderFile, `process ${process.pid} on host ${hostname()}`, { mode: 0o600 });
    await migrate(sql);
  } catch (error) {
    await close();
    throw error;
  }
  return { sql, takeNumbers, close };
}

function openAlone(dataDir: string, file: string, holderFile: string): DatabaseSync {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    makeFile(file);
    return openFile(file);
  } catch (error) {
    if (isBusy(error)) throw new DatabaseInUseError(file, readHolder(holderFile), { cause: error });
    throw new DatabaseUnusableError(file, { cause: error });
  }
}

/** Never opens one that is there: to close it again would give up the lock that this process may have on it. */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function readHolder(holderFile: string): string {
  try {
    return readFileSync(holderFile, 'utf8');
  } catch {
    return 'another process';
  }
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
