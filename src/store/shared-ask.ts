// Asks PostgreSQL for what processes share, on connections of its own, so that a process is heard of also while all its
// other connections are busy. An answer comes in a moment or not at all, and what fails can be tried again.
import pg from 'pg';
import { TransientError } from '../lib/errors.ts';
import { typesOfAnswers } from './postgres-dialect.ts';

export type Ask = <R extends pg.QueryResultRow>(
  statement: string,
  values: readonly unknown[],
) => Promise<pg.QueryResult<R>>;

const CONNECTIONS = 4;
const PATIENCE = 2000;

/** `options`: of the pool for everything else. */
export function openAsking(options: pg.PoolConfig): { ask: Ask; close: () => Promise<void> } {
  const pool = new pg.Pool({
    ...options,
    types: typesOfAnswers,
    application_name: 'relay-together',
    max: CONNECTIONS,
    connectionTimeoutMillis: PATIENCE,
    statement_timeout: PATIENCE,
    query_timeout: PATIENCE,
  });
  // Heard, and no more: unheard, a connection that is lost while nobody uses it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    async ask(statement, values) {
      try {
        return await pool.query(statement, [...values]);
      } catch (cause) {
        throw new TransientError('The relay cannot agree with its other processes', {
          code: 'relay_database_away',
          where: 'the database',
          advice: 'it goes on by itself as soon as the database answers',
          effect: 'none',
          cause,
        });
      }
    },
    async close() {
      if (!pool.ending) await pool.end();
    },
  };
}
