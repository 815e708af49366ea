// Every test of the store once more, on PostgreSQL.
import { sql } from 'kysely';
import { describe } from 'vitest';
import { SCHEMA } from '../../src/queue/postgres-boss.ts';
import { openDatabase } from '../../src/store/database.ts';
import { postgresForFile } from '../support/postgres.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import { engine } from './open-spaces.ts';

const open = (url: string, clock: VirtualClock) =>
  openDatabase({ url, name: 'north', clock, log: { warn: () => undefined } });

const server = await postgresForFile();
const url = await server.newDatabase();
let hasQueue = false;

/** One database for all of them, emptied each time: making one takes longer than most of these tests. */
engine.open = async (clock) => {
  const database = await open(url, clock);
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not like 'kysely%'`.execute(database.sql);
  await sql`truncate ${sql.join(rows.map(({ name }) => sql.table(name)))}`.execute(database.sql);
  if (hasQueue) await sql`delete from ${sql.table(`${SCHEMA}.job`)}`.execute(database.sql);
  hasQueue = true;
  return database;
};

describe('on PostgreSQL', async () => {
  await import('./check-ins.test.ts');
  await import('./grant-notes.test.ts');
  await import('./guard.test.ts');
  await import('./inbox.test.ts');
  await import('./members.test.ts');
  await import('./timed-grants.test.ts');
  await import('./trail.test.ts');
});
