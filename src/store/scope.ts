// What every table file is handed: where to write, and for which space.
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export type Scope = { sql: Kysely<Tables>; space: string };

/** Rows in one statement: few enough for SQLite's limit of variables, enough that a statement more costs nothing. */
export const ROWS_AT_ONCE = 200;
