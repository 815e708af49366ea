import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSqliteQueue } from '../../src/queue/sqlite.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { DatabaseInUseError, DatabaseTooNewError, DatabaseUnusableError } from '../../src/store/errors.ts';
import { first } from '../../src/store/migrations/001-first.ts';
import { migrate } from '../../src/store/migrations/migrate.ts';
import { NodeSqliteDialect } from '../../src/store/node-sqlite.ts';
import { openStore } from '../../src/store/open-store.ts';
import { startChild } from '../support/child.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { openSpace } from './open-spaces.ts';

const holdOpen = new URL('./hold-open.ts', import.meta.url);
const acceptUntilKilled = new URL('./accept-until-killed.ts', import.meta.url);

async function open(dataDir: string): Promise<Database> {
  const database = await openDatabase({ dataDir });
  onTestFinished(() => database.close());
  return database;
}

/** A disk that takes what it is given when the test says so; what opening writes it takes at once. */
async function openSlow(disk: PromiseWithResolvers<void>[]) {
  let isOpen = false;
  const sync = async () => {
    if (!isOpen) return;
    const flush = Promise.withResolvers<void>();
    disk.push(flush);
    await flush.promise;
  };
  const database = await openDatabase({ dataDir: temporaryFolder(), sync });
  onTestFinished(async () => {
    isOpen = false;
    for (const { resolve } of disk) resolve();
    await database.close();
  });
  const clock = createVirtualClock();
  const queue = createSqliteQueue({ database, space: 'north', clock, random: () => 0 });
  const store = await openStore({ database, space: 'north', clock, queue });
  isOpen = true;
  return { database, store };
}

const delivery = (id: string) => ({
  delivery: { id, receivedAt: 0, source: 'cobot' as const, event: 'test', body: '{}', understood: false, subject: '' },
  jobs: [],
});

async function pragma(database: Database, name: string): Promise<unknown> {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(`pragma_${name}`)}`.execute(
    database.sql,
  );
  return Object.values(rows[0] ?? {})[0];
}

describe('the embedded database', () => {
  it('makes its folder and file for their owner alone', async () => {
    const dataDir = join(temporaryFolder(), 'not', 'there', 'yet');

    await open(dataDir);

    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'relay.sqlite')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'relay.sqlite-wal')).mode & 0o777).toBe(0o600);
  });

  it('writes ahead and waits for the disk at every commit', async () => {
    const database = await open(temporaryFolder());

    expect(await pragma(database, 'journal_mode')).toBe('wal');
    expect(await pragma(database, 'synchronous')).toBe(1);
    expect(await pragma(database, 'foreign_keys')).toBe(1);
  });

  it('refuses a second process, naming the first, and that one goes on', async () => {
    const dataDir = temporaryFolder();
    const database = await open(dataDir);

    const { code, lines } = await startChild(holdOpen, [dataDir]).ended();

    expect(code).toBe(0);
    expect(lines.join()).toContain('DatabaseInUseError');
    expect(lines.join()).toContain(`process ${process.pid} on host`);
    expect(lines.join()).toContain('DATA_DIR');
    await expect(database.sql.selectFrom('settings').selectAll().execute()).resolves.toEqual([]);
  });

  it('is refused while another process has it, and opens once that one was killed', async () => {
    const dataDir = temporaryFolder();
    const child = startChild(holdOpen, [dataDir]);
    await child.printed(1);
    const pid = child.lines[0]?.split(' ')[1];

    const refused = await openDatabase({ dataDir }).catch((error: unknown) => error);
    await child.kill();
    const database = await open(dataDir);

    expect(refused).toBeInstanceOf(DatabaseInUseError);
    expect(refused).toMatchObject({ holder: expect.stringContaining(`process ${pid} `) });
    await expect(database.sql.selectFrom('settings').selectAll().execute()).resolves.toEqual([]);
  });

  it('is free again after close()', async () => {
    const dataDir = temporaryFolder();
    await (await openDatabase({ dataDir })).close();
    const left = readdirSync(dataDir);

    await expect(open(dataDir)).resolves.toBeDefined();
    expect(left).toEqual(['relay.sqlite']);
  });

  it('says which file it is when there is something else in its place', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'relay.sqlite'), 'this is a shopping list, and not a database at all'.repeat(50));

    const error = await openDatabase({ dataDir }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(DatabaseUnusableError);
    expect(String(error)).toContain(join(dataDir, 'relay.sqlite'));
  });

  it('undoes the whole transaction when a part of it fails', async () => {
    const { sql: db } = await open(temporaryFolder());

    const failed = db.transaction().execute(async (trx) => {
      await trx.insertInto('settings').values({ space: 'north', key: 'a', value: '1' }).execute();
      await trx.insertInto('settings').values({ space: 'north', key: 'a', value: '2' }).execute();
    });

    await expect(failed).rejects.toThrow('UNIQUE');
    expect(await db.selectFrom('settings').selectAll().execute()).toEqual([]);
  });

  it('says why a transaction failed also where SQLite has ended it already', async () => {
    const { sql: db } = await open(temporaryFolder());

    const failed = db.transaction().execute(async (trx) => {
      // As on a full disk.
      await sql`rollback`.execute(trx);
      throw new Error('disk full');
    });

    await expect(failed).rejects.toThrow('disk full');
  });

  it('tells nobody that it is kept before it is on the disk', async () => {
    const disk: PromiseWithResolvers<void>[] = [];
    const { database, store } = await openSlow(disk);
    const told: string[] = [];
    const accept = async (id: string) => {
      await store.inbox.accept(delivery(id));
      told.push(id);
    };

    const first = accept('d1');
    await vi.waitFor(() => expect(disk).toHaveLength(1));
    const second = accept('d2');
    await store.problems.replace('m1', [{ kind: 'odd', sentence: 'Something is odd.' }], 0);
    const meanwhile = [...told];
    disk[0]?.resolve();
    await first;
    await vi.waitFor(() => expect(disk).toHaveLength(2));
    const then = [...told];
    disk[1]?.resolve();
    await second;

    expect([meanwhile, then, told]).toEqual([[], ['d1'], ['d1', 'd2']]);
    expect(await database.sql.selectFrom('deliveries').selectAll().execute()).toHaveLength(2);
  });

  it('tells nobody that anything is kept once the disk has failed', async () => {
    const disk: PromiseWithResolvers<void>[] = [];
    const { store } = await openSlow(disk);

    const first = store.inbox.accept(delivery('d1'));
    await vi.waitFor(() => expect(disk).toHaveLength(1));
    disk[0]?.reject(new Error('EIO'));

    await expect(first).rejects.toThrow('has to be started again');
    await expect(store.inbox.accept(delivery('d2'))).rejects.toThrow('has to be started again');
    await expect(store.ping()).rejects.toThrow('has to be started again');
    expect(disk).toHaveLength(1);
  });

  it('gives out growing numbers, each once, a name and space by itself', async () => {
    const database = await open(temporaryFolder());
    const take = (space: string, name: string, count: number) =>
      database.sql.transaction().execute((trx) => database.takeNumbers({ space, name }, count, trx));

    expect(await take('north', 'jobs', 3)).toBe(3);
    expect(await take('north', 'jobs', 2)).toBe(5);
    expect(await take('north', 'audit', 1)).toBe(1);
    expect(await take('south', 'jobs', 1)).toBe(1);
  });

  it('loses nothing that was accepted when it is killed in the middle of it', async () => {
    const dataDir = temporaryFolder();
    const child = startChild(acceptUntilKilled, [dataDir, 'north']);
    await child.printed(500);
    await child.kill();

    const database = await open(dataDir);
    const clock = createVirtualClock();
    const queue = createSqliteQueue({ database, space: 'north', clock, random: () => 0 });
    const store = await openStore({ database, space: 'north', clock, queue });
    const deliveries = new Set((await store.inbox.list()).map(({ id }) => id));
    const openings = new Set((await store.openings.list()).map(({ id }) => id));
    const jobs = new Set((await queue.list({ name: 'check-in', state: 'waiting' })).map(({ key }) => key));

    const accepted = new Set(child.lines);
    expect(accepted.size).toBeGreaterThanOrEqual(500);
    expect(accepted.difference(deliveries)).toEqual(new Set());
    // Each delivery has its opening and its job, also those that were not answered any more.
    expect(openings).toEqual(deliveries);
    expect(jobs).toEqual(deliveries);
  });
});

describe('migrations', () => {
  it('make an empty database ready, and leave a ready one as it is', async () => {
    const dataDir = temporaryFolder();
    const first = await openDatabase({ dataDir });
    await first.sql.insertInto('settings').values({ space: 'north', key: 'made-at', value: '1' }).execute();
    await first.close();

    const { sql: db } = await open(dataDir);

    expect(await db.selectFrom('settings').select('value').execute()).toEqual([{ value: '1' }]);
    expect(await db.introspection.getTables()).toHaveLength(23);
  });

  it('bring one from the first version forward, keeping what it holds', async () => {
    const dataDir = temporaryFolder();
    const old = new Kysely<Record<string, Record<string, unknown>>>({
      dialect: new NodeSqliteDialect(new DatabaseSync(join(dataDir, 'relay.sqlite'))),
    });
    await migrate(old, { known: { '001-first': first } });
    const window = { space: 'north', id: 't1', lock_user_id: 'u1', lock_id: 'door', from_at: 1, until_at: null };
    await old
      .insertInto('timed_grants')
      .values({ ...window, note: 'relay:north m1 Front door', real_id: 'r1', asked: 1 })
      .execute();
    await old.insertInto('settings').values({ space: 'north', key: 'made-at', value: '1' }).execute();
    await old.destroy();

    const { store } = await openSpace('north', {
      database: await open(dataDir),
      clock: createVirtualClock(),
    });

    expect(await store.timedGrants.all()).toEqual([
      {
        id: 't1',
        lockUserId: 'u1',
        lockId: 'door',
        from: 1,
        until: null,
        note: 'relay:north m1 Front door',
        realId: 'r1',
        asked: true,
        theirs: false,
      },
    ]);
    expect(await store.settings.get('made-at')).toBe(1);
    expect(await store.grantNotes.all()).toEqual([]);
  });

  it('leave nothing half done when one fails', async () => {
    const db = new Kysely<unknown>({ dialect: new NodeSqliteDialect(new DatabaseSync(':memory:')) });
    onTestFinished(() => db.destroy());
    const broken = {
      async up(within: { schema: Database['sql']['schema'] }) {
        await within.schema.createTable('half').addColumn('id', 'text').execute();
        throw new Error('no further');
      },
    };

    await expect(migrate(db, { known: { '001-first': first, '002-broken': broken } })).rejects.toThrow('no further');

    expect((await db.introspection.getTables()).map(({ name }) => name)).not.toContain('half');
  });

  it('refuse a database of a newer version, and change nothing in it', async () => {
    const dataDir = temporaryFolder();
    const newer = await openDatabase({ dataDir });
    await sql`insert into kysely_migration (name, timestamp) values ('999-hereafter', '2030-01-01T00:00:00.000Z')`.execute(
      newer.sql,
    );
    await newer.close();
    const before = statSync(join(dataDir, 'relay.sqlite')).mtimeMs;

    const error = await openDatabase({ dataDir }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(DatabaseTooNewError);
    expect(String(error)).toContain('999-hereafter');
    expect(statSync(join(dataDir, 'relay.sqlite')).mtimeMs).toBe(before);
    // It was closed again: whoever can read it may open it.
    await expect(openDatabase({ dataDir })).rejects.toBeInstanceOf(DatabaseTooNewError);
  });
});
