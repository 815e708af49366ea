// What every table file is handed: where to write, and for which space.
import type { Kysely } from 'kysely';
import type { Database, Transaction } from './database.ts';
import type { Tables } from './tables.ts';

export type Scope = {
  sql: Kysely<Tables>;
  space: string;
  /** For what reads a table of its name before it writes there, or writes many rows (src/store/database.ts). */
  alone<T>(table: keyof Tables, work: (within: Transaction) => Promise<T>, how?: { isDurable: true }): Promise<T>;
  durable: Database['durable'];
};

export function scopeOf({ sql, alone, durable }: Pick<Database, 'sql' | 'alone' | 'durable'>, space: string): Scope {
  return { sql, space, durable, alone: (name, work, how) => alone({ space, name, ...how }, work) };
}

/** Rows in one statement: few enough for SQLite's limit of variables, enough that a statement more costs nothing. */
export const ROWS_AT_ONCE = 200;
