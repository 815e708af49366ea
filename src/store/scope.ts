// What every table file is handed: where to write, and for which space.
import type { Kysely } from 'kysely';
import { chunks } from '../lib/chunks.ts';
import type { Database, Transaction } from './database.ts';
import type { Tables } from './tables.ts';

export type Scope = {
  sql: Kysely<Tables>;
  space: string;
  /** For what reads a table of its name before it writes there, or writes many rows (src/store/database.ts). */
  alone<T>(table: keyof Tables, work: (within: Transaction) => Promise<T>, how?: { isDurable: true }): Promise<T>;
  /** Many rows by few statements, all of them or none. One alone needs no more than its statement. */
  eachSome<R>(
    table: keyof Tables,
    rows: readonly R[],
    write: (some: readonly R[], within: Kysely<Tables>) => Promise<unknown>,
  ): Promise<void>;
  durable: Database['durable'];
};

export function scopeOf({ sql, alone, durable }: Pick<Database, 'sql' | 'alone' | 'durable'>, space: string): Scope {
  return {
    sql,
    space,
    durable,
    alone: (name, work, how) => alone({ space, name, ...how }, work),
    async eachSome(name, rows, write) {
      if (rows.length === 0) return;
      if (rows.length === 1) {
        await write(rows, sql);
        return;
      }
      await alone({ space, name }, async (trx) => {
        for (const some of chunks(rows, ROWS_AT_ONCE)) await write(some, trx);
      });
    },
  };
}

/** Rows in one statement: few enough for SQLite's limit of variables, enough that a statement more costs nothing. */
export const ROWS_AT_ONCE = 200;
