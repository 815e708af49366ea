// Opens PostgreSQL: a pool of connections, our tables in a schema of their own. Says in words why it cannot be used, and
// never with the password. A server that goes away later is an error of the call that met it, and of nobody else.
import { Kysely, sql as raw } from 'kysely';
import { DEFAULT_MIGRATION_TABLE } from 'kysely/migration';
import pg from 'pg';
import { systemClock } from '../lib/clock.ts';
import { migrate } from './migrations/migrate.ts';
import { RelayPostgresDialect, typesOfAnswers } from './postgres-dialect.ts';
import { whyPostgresIsUnusable } from './postgres-errors.ts';
import type { Tables } from './tables.ts';

const SCHEMA = 'relay';
/** Enough for the worker's jobs; a server takes a hundred by itself, for all processes together. */
const CONNECTIONS = 12;
/** For a connection, also where all are in use. */
const PATIENCE = 5_000;
/** No statement of ours takes long; one that does hangs on a server that is not there any more. */
const LONGEST_STATEMENT = 30_000;

const OLDEST_VERSION = 130_000;

/**
 * `url`: postgres://user:password@host:port/database. Of its parameters `schema` is ours (default "relay"), the rest
 * are the driver's. Makes the schema and its tables where they are missing. Throws DatabaseUnusableError or
 * DatabaseTooNewError.
 */
export async function openPostgres(
  url: string,
): Promise<{ sql: Kysely<Tables>; pool: pg.Pool; schema: string; close: () => Promise<void> }> {
  const { connectionString, schema, place } = readUrl(url);
  const pool = createPool(connectionString);
  const sql = new Kysely<Tables>({ dialect: new RelayPostgresDialect({ pool }) });
  const close = async () => {
    if (pool.ending) return;
    const patience = new AbortController();
    // A statement that hangs on a lost server keeps nobody from ending.
    const over = systemClock.sleep(PATIENCE, patience.signal).catch(() => undefined);
    await Promise.race([pool.end(), over]);
    patience.abort();
  };
  try {
    await checkServer(pool);
    // One process after the other, also where they all start at once.
    await alone(pool, schema, async () => {
      await makeSchema(sql, schema);
      // The queue's own tables (src/queue/postgres-tickets.ts).
      await makeSchema(sql, `${schema}_pgboss`);
      await migrate(sql, { schema });
    });
  } catch (error) {
    await close();
    throw whyPostgresIsUnusable(error, place);
  }
  return { sql, pool, schema, close };
}

/** Has a relay been there before? Makes nothing. */
export async function isPostgresMade(url: string): Promise<boolean> {
  const { connectionString, schema, place } = readUrl(url);
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: PATIENCE });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ made: boolean }>('select to_regclass($1) is not null as made', [
      `${schema}.${DEFAULT_MIGRATION_TABLE}`,
    ]);
    return rows[0]?.made === true;
  } catch (error) {
    throw whyPostgresIsUnusable(error, place);
  } finally {
    await client.end();
  }
}

function readUrl(url: string): { connectionString: string; schema: string; place: string } {
  const parts = new URL(url);
  const schema = parts.searchParams.get('schema') ?? SCHEMA;
  parts.searchParams.delete('schema');
  const options = [parts.searchParams.get('options'), `-c search_path=${schema}`].filter(Boolean).join(' ');
  parts.searchParams.set('options', options);
  // URLSearchParams writes a space as "+", which the driver takes for a plus.
  const connectionString = parts.href.replaceAll('+', '%20');
  return { connectionString, schema, place: `PostgreSQL at ${parts.host}${parts.pathname}` };
}

function createPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    types: typesOfAnswers,
    max: CONNECTIONS,
    connectionTimeoutMillis: PATIENCE,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'relay',
    statement_timeout: LONGEST_STATEMENT,
    query_timeout: LONGEST_STATEMENT + PATIENCE,
    idle_in_transaction_session_timeout: LONGEST_STATEMENT,
  });
  // Heard, and no more: unheard, a connection that is lost while nobody uses it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number; readonly: boolean }>(
    `select current_setting('server_version_num')::int as version,
            current_setting('transaction_read_only')::bool as readonly`,
  );
  const [{ version, readonly } = { version: 0, readonly: false }] = rows;
  if (version < OLDEST_VERSION)
    throw new Error(`it is version ${Math.floor(version / 10_000)}, and 13 is the oldest that will do`);
  if (readonly) throw new Error('it is read-only, as a standby is');
}

/** Who waits for the lock holds no other connection of the pool: the work needs one. */
async function alone(pool: pg.Pool, schema: string, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query(`select pg_advisory_lock(hashtextextended('relay migrations of ' || $1, 0))`, [schema]);
    await work();
  } finally {
    // With the connection the lock goes, too.
    client.release(true);
  }
}

async function makeSchema(sql: Kysely<Tables>, schema: string): Promise<void> {
  // Looked for first: who may not make schemas can still be given one.
  const schemas = await sql.introspection.getSchemas();
  if (!schemas.some(({ name }) => name === schema)) await raw`create schema ${raw.id(schema)}`.execute(sql);
}
