// The disk of a simulated machine: one SQLite database, in memory, which outlives every process that works on it.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type DatabaseConnection, type Driver, Kysely } from 'kysely';
import { type Database, takeNumbers } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrations/migrate.ts';
import { NodeSqliteDialect } from '../../src/store/node-sqlite.ts';
import type { Tables } from '../../src/store/tables.ts';
import type { Life } from './life.ts';

export type Disk = {
  open(life: Life): Promise<Database>;
  /** A process has died: what it had not committed is gone. */
  lostPower(): void;
  /** Read past every process. */
  rows(sql: string): Record<string, unknown>[];
};

export function createDisk(): Disk {
  const file = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true });
  const prepared = new Map<string, StatementSync>();
  return {
    async open(life) {
      const dialect = new NodeSqliteDialect(file);
      const sql = new Kysely<Tables>({
        dialect: {
          createAdapter: () => dialect.createAdapter(),
          createDriver: () => inSteps(dialect.createDriver(), life),
          createIntrospector: (db) => dialect.createIntrospector(db),
          createQueryCompiler: () => dialect.createQueryCompiler(),
        },
      });
      await migrate(sql);
      const alone: Database['alone'] = (_, work) => sql.transaction().execute(work);
      const durable: Database['durable'] = (work) => sql.transaction().execute(work);
      return {
        kind: 'sqlite',
        sql,
        takeNumbers,
        alone,
        durable,
        flushSoon: () => undefined,
        close: async () => undefined,
      };
    },
    lostPower() {
      if (file.isTransaction) file.exec('rollback');
    },
    rows(sql) {
      const statement = prepared.get(sql) ?? file.prepare(sql);
      prepared.set(sql, statement);
      return statement.all();
    },
  };
}

/** A statement by itself is its own commit. */
function inSteps(driver: Driver, life: Life): Driver {
  let isTransaction = false;
  const connections = new Map<DatabaseConnection, DatabaseConnection>();
  const real = (connection: DatabaseConnection) => connections.get(connection) ?? connection;
  return {
    init: () => driver.init(),
    async acquireConnection() {
      const connection = await life.step('other', () => driver.acquireConnection());
      const stepped: DatabaseConnection = {
        executeQuery: (query) => {
          const writes = !isTransaction && query.query.kind !== 'SelectQueryNode';
          return life.step(writes ? 'commit' : 'other', () => connection.executeQuery(query));
        },
        streamQuery: (query, size) => connection.streamQuery(query, size),
      };
      connections.set(stepped, connection);
      return stepped;
    },
    async beginTransaction(connection, settings) {
      await life.step('other', () => driver.beginTransaction(real(connection), settings));
      isTransaction = true;
    },
    async commitTransaction(connection) {
      await life.step('commit', () => driver.commitTransaction(real(connection)));
      isTransaction = false;
    },
    async rollbackTransaction(connection) {
      isTransaction = false;
      await life.step('other', () => driver.rollbackTransaction(real(connection)));
    },
    async releaseConnection(connection) {
      await driver.releaseConnection(real(connection));
      connections.delete(connection);
    },
    destroy: async () => undefined,
  };
}
