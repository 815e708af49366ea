import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase, type PostgresDatabase } from '../../src/store/database.ts';
import { DatabaseTooNewError, DatabaseUnusableError } from '../../src/store/errors.ts';
import { ask, noPostgres, temporaryDatabase } from '../support/postgres.ts';

const dataDir = '/nowhere';

async function open(url: string): Promise<PostgresDatabase> {
  const database = await openDatabase({ dataDir, url });
  onTestFinished(() => database.close());
  if (database.kind !== 'postgres') throw new Error(`it is ${database.kind}`);
  return database;
}

const refusal = (url: string): Promise<unknown> => openDatabase({ dataDir, url }).catch((error: unknown) => error);

function changed(
  url: string,
  change: Partial<Record<'password' | 'port' | 'hostname' | 'pathname' | 'username', string>>,
) {
  return Object.assign(new URL(url), change).href;
}

function inSchema(url: string, schema: string): string {
  const parts = new URL(url);
  parts.searchParams.set('schema', schema);
  return parts.href;
}

describe.skipIf(noPostgres)('the database on PostgreSQL', () => {
  it('makes its tables in a schema of its own, and leaves a ready one as it is', async () => {
    const url = await temporaryDatabase();
    const first = await open(url);
    await first.sql.insertInto('settings').values({ space: 'north', key: 'made-at', value: '1' }).execute();

    const second = await open(url);

    expect(await second.sql.selectFrom('settings').select('value').execute()).toEqual([{ value: '1' }]);
    expect(second.schema).toBe('relay');
    expect(
      await ask(`select distinct table_schema from information_schema.tables where table_name = 'settings'`, url),
    ).toEqual([{ table_schema: 'relay' }]);
  });

  it('keeps two relays apart that share a database under different schemas', async () => {
    const url = await temporaryDatabase();
    const one = await open(inSchema(url, 'one'));
    const other = await open(inSchema(url, 'other'));
    await one.sql.insertInto('settings').values({ space: 'north', key: 'made-at', value: '1' }).execute();

    expect(await other.sql.selectFrom('settings').selectAll().execute()).toEqual([]);
    expect(await one.pool.query('select value from settings').then(({ rows }) => rows)).toEqual([{ value: '1' }]);
  });

  it('is made once where many processes start at the same time', async () => {
    const url = await temporaryDatabase();

    const databases = await Promise.all(Array.from({ length: 6 }, () => open(url)));

    const { rows } = await sql<{ count: number }>`select count(*) from kysely_migration`.execute(
      databases[0]?.sql ?? expect.unreachable(),
    );
    expect(rows[0]?.count).toBeGreaterThan(0);
  });

  it('gives instants and counts as numbers', async () => {
    const { sql: db } = await open(await temporaryDatabase());
    const at = Date.UTC(2026, 10, 23, 9);
    await db.insertInto('losses').values({ space: 'north', lock_user_id: 'u1', at }).execute();

    const rows = await db
      .selectFrom('losses')
      .select(({ fn }) => [fn.max('at').as('last'), fn.countAll().as('count')])
      .where('at', '<', Number.POSITIVE_INFINITY)
      .execute();

    expect(rows).toEqual([{ last: at, count: 1 }]);
  });

  it('stores a text with a NUL in it, as far as PostgreSQL can', async () => {
    const { sql: db } = await open(await temporaryDatabase());

    await db.insertInto('settings').values({ space: 'north', key: 'a\0b', value: '1' }).execute();

    expect(await db.selectFrom('settings').select('key').execute()).toEqual([{ key: 'a\uFFFDb' }]);
  });

  it('gives out growing numbers, each once, also to those who ask at the same time', async () => {
    const url = await temporaryDatabase();
    const databases = [await open(url), await open(url)];
    const taken = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const database = databases[index % 2] ?? expect.unreachable();
        return database.sql
          .transaction()
          .execute((trx) => database.takeNumbers({ space: 'north', name: 'jobs' }, 1, trx));
      }),
    );

    expect(taken.sort((one, other) => one - other)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('goes on by itself after the server has thrown everybody out', async () => {
    const url = await temporaryDatabase();
    const { sql: db } = await open(url);
    await db.insertInto('settings').values({ space: 'north', key: 'made-at', value: '1' }).execute();

    await ask(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      url,
    );
    const during = db.selectFrom('settings').select('value').execute();
    await during.catch(() => undefined);

    expect(await db.selectFrom('settings').select('value').execute()).toEqual([{ value: '1' }]);
  });

  it('refuses a database of a newer version', async () => {
    const url = await temporaryDatabase();
    await open(url);
    await ask(
      `insert into relay.kysely_migration (name, timestamp) values ('999-hereafter', '2030-01-01T00:00:00.000Z')`,
      url,
    );

    const error = await refusal(url);

    expect(error).toBeInstanceOf(DatabaseTooNewError);
    expect(String(error)).toContain('999-hereafter');
  });

  it.each([
    { what: 'the server does not run', change: { port: '1' }, says: 'nobody answers there' },
    { what: 'its host is not known', change: { hostname: 'db.invalid' }, says: 'nobody answers there' },
    { what: 'the database is missing', change: { pathname: '/nowhere' }, says: 'there is no database of that name' },
    { what: 'the user is not known', change: { username: 'nobody' }, says: 'it refuses th' },
  ])('says so when $what, and not with which password', async ({ change, says }) => {
    const url = changed(await temporaryDatabase(), { password: 'hunter2-secret', ...change });

    const error = await refusal(url);

    expect(error).toBeInstanceOf(DatabaseUnusableError);
    expect(String(error)).toContain(says);
    expect(String(error)).not.toContain('hunter2');
  });

  it('says so when the database takes no writes', async () => {
    const url = await temporaryDatabase();
    await ask(`alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`);

    expect(String(await refusal(url))).toContain('it is read-only');
  });

  it('says so when the user may not make schemas, and does with those that were made for them', async () => {
    const url = await temporaryDatabase();
    const role = new URL(url).pathname.slice(1);
    await ask(`create role ${role}_user login`, url);
    onTestFinished(async () => void (await ask(`drop role if exists ${role}_user`)));
    const poor = changed(url, { username: `${role}_user` });

    const refused = await refusal(poor);
    for (const schema of ['relay', 'relay_pgboss'])
      await ask(`create schema ${schema} authorization ${role}_user`, url);
    const taken = await openDatabase({ dataDir, url: poor });
    await taken.close();
    await ask('drop schema relay, relay_pgboss cascade', url);

    expect(String(refused)).toContain('the user may not do what the relay needs');
  });
});
