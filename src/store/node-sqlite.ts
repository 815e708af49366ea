// Makes Node's own SQLite a kysely dialect. Knows no table of ours, only how the two fit together.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type DatabaseConnection,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';

/** Preparing costs more than running, and kysely prepares anew for every query. */
const STATEMENTS_KEPT = 200;

const BUSY = 5;

/** Opens (or makes) the file for this process alone. Throws what isBusy() knows where another has it. */
export function openFile(file: string): DatabaseSync {
  const opened = new DatabaseSync(file, { timeout: 250, enableForeignKeyConstraints: true });
  try {
    // Exclusive before the first access, so that the lock is taken at once and there is no shared memory file.
    opened.exec('pragma locking_mode = exclusive');
    opened.exec('pragma journal_mode = wal');
    // What a commit writes is flushed by flush() (sqlite.ts), which keeps nobody waiting who need not.
    opened.exec('pragma synchronous = normal');
    opened.exec('begin immediate; commit');
  } catch (error) {
    opened.close();
    throw error;
  }
  return opened;
}

export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === BUSY;
}

export class NodeSqliteDialect extends SqliteDialect {
  readonly #file: DatabaseSync;

  constructor(file: DatabaseSync) {
    super({ database: kyselyDatabase(file) });
    this.#file = file;
  }

  override createDriver(): NodeSqliteDriver {
    return new NodeSqliteDriver(this.#file);
  }

  override createAdapter(): TransactionalDdlAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** SQLite can undo half a migration, which kysely does not ask of it. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDriver extends SqliteDriver {
  readonly #file: DatabaseSync;

  constructor(file: DatabaseSync) {
    super({ database: kyselyDatabase(file) });
    this.#file = file;
  }

  /** A full disk has ended the transaction already; a second error would hide the first. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#file.isTransaction) await super.rollbackTransaction(connection);
  }
}

function kyselyDatabase(file: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => file.close(),
    prepare(text) {
      const statement = kept.get(text) ?? kyselyStatement(file.prepare(text));
      // The least recently used one is the first.
      kept.delete(text);
      kept.set(text, statement);
      const [oldest] = kept.keys();
      if (oldest !== undefined && kept.size > STATEMENTS_KEPT) kept.delete(oldest);
      return statement;
    },
  };
}

function kyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  };
}

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`SQLite stores no ${typeof value}`);
}
