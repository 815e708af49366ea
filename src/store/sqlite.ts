// Opens the embedded database: one SQLite file in DATA_DIR, for one process.
import { closeSync, fdatasync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { Kysely } from 'kysely';
import { DatabaseInUseError, DatabaseUnusableError } from './errors.ts';
import { createFlush, type Flush } from './flush.ts';
import { migrate } from './migrations/migrate.ts';
import { isBusy, NodeSqliteDialect, openFile } from './node-sqlite.ts';
import type { Tables } from './tables.ts';

/** Makes the folder and the file where they are missing, readable by their owner alone. */
export async function openSqlite(
  dataDir: string,
  sync: (file: number) => Promise<void> = promisify(fdatasync),
): Promise<{ sql: Kysely<Tables>; flush: Flush; close: () => Promise<void> }> {
  const file = join(dataDir, 'relay.sqlite');
  const holderFile = join(dataDir, 'relay.sqlite.holder');

  const opened = openAlone(dataDir, file, holderFile);
  const sql = new Kysely<Tables>({ dialect: new NodeSqliteDialect(opened) });
  const log = openWriteAheadLog(`${file}-wal`, sync);
  const close = async () => {
    await log.close();
    // Before the lock goes: afterwards it may be the next one's.
    rmSync(holderFile, { force: true });
    await sql.destroy();
  };
  try {
    writeHolder(holderFile);
    await migrate(sql);
    await log.flush();
    syncFolder(dataDir);
  } catch (error) {
    await close();
    throw error;
  }
  return { sql, flush: log.flush, close };
}

/** That the files are in it, too. Windows knows no such thing. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    // Some file systems have no such thing for folders, and keep the names by themselves.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error;
  } finally {
    closeSync(folder);
  }
}

/**
 * A commit is in the write-ahead log when it returns, and on the disk once that is flushed: here, beside everything else,
 * and not by SQLite, which would keep the whole process waiting.
 */
function openWriteAheadLog(path: string, sync: (file: number) => Promise<void>) {
  let file: number | undefined;
  const flush = createFlush(async () => {
    // There since the first commit, and the same until the database is closed.
    file ??= openSync(path, 'r');
    await sync(file);
  });
  return {
    flush,
    async close() {
      // One that is on its way still needs the file.
      await flush().catch(() => undefined);
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function openAlone(dataDir: string, file: string, holderFile: string): DatabaseSync {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    makeFile(file);
    return openFile(file);
  } catch (error) {
    if (isBusy(error)) throw new DatabaseInUseError(file, readHolder(holderFile), { cause: error });
    const advice = 'Look at its permissions, the disk, and whether it is ours.';
    throw new DatabaseUnusableError(file, { cause: error, advice });
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

/** Only the words of a refusal lack it then: a full disk is no reason not to start. */
function writeHolder(holderFile: string): void {
  try {
    writeFileSync(holderFile, `process ${process.pid} on host ${hostname()}`, { mode: 0o600 });
  } catch {
    rmSync(holderFile, { force: true });
  }
}

function readHolder(holderFile: string): string {
  try {
    return readFileSync(holderFile, 'utf8');
  } catch {
    return 'another process';
  }
}
