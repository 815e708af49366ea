// A database of its own on the tests' PostgreSQL (postgres-server.ts), dropped after the test. Where there is no server,
// what needs one is skipped: CI takes that for a failure.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject, onTestFinished } from 'vitest';

/** For describe.skipIf() and test.skipIf(). */
export const noPostgres = inject('postgres') === null;

/** Runs one statement, on the server's own database where no other is named. */
export async function ask(statement: string, url?: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url ?? (await serverUrl()) });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}

/** An empty database, as DATABASE_URL names it. The caller drops it. */
async function makeDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `relay_${randomBytes(6).toString('hex')}`;
  await ask(`create database ${name}`);
  const url = new URL(await serverUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => void (await ask(`drop database if exists ${name} with (force)`)),
  };
}

/** An empty database for one test. */
export async function temporaryDatabase(): Promise<string> {
  const { url, drop } = await makeDatabase();
  onTestFinished(drop);
  return url;
}

/**
 * A database for the tests of one file, which take it one after the other: what `url()` gives holds no rows. Much faster than
 * a new one for each.
 */
export function databaseOfFile(): { url(): Promise<string> } {
  let made: { url: string; drop: () => Promise<void> } | undefined;
  afterAll(async () => made?.drop());
  return {
    async url() {
      made ??= await makeDatabase();
      await ask(EMPTIED, made.url);
      return made.url;
    },
  };
}

/** For the queue: as if the ten seconds had passed that a process may be silent, and nobody had looked meanwhile. */
export async function silenceIsLong(url: string): Promise<void> {
  await ask(`update relay_pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute'`, url);
  await ask('update relay_pgboss.queue set monitor_on = null, monitor_claim_on = null', url);
}

/** What a version of the schema or of pg-boss needs to know of itself stays. */
const EMPTIED = `do $$ begin execute (
  select coalesce('truncate ' || string_agg(format('%I.%I', schemaname, tablename), ', '), 'select')
  from pg_tables where schemaname in ('relay', 'relay_pgboss')
    and tablename not in ('kysely_migration', 'kysely_migration_lock', 'version', 'queue', 'bam')); end $$`;

/** Asks for it, which starts it the first time. */
async function serverUrl(): Promise<string> {
  const where = inject('postgres');
  if (where === null) throw new Error('there is no PostgreSQL for the tests: skip them with skipIf(noPostgres)');
  const answer = await fetch(where);
  const url = await answer.text();
  if (!answer.ok) throw new Error(url);
  return url;
}
