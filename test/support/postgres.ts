// A PostgreSQL for tests: the one that TEST_DATABASE_URL names, else one of its own in a temporary folder, for as long as
// the file's tests run. Every test gets an empty database in it.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, onTestFinished } from 'vitest';

const ROOT = 0;

export type PostgresServer = {
  /** Makes a database, empty or like the one at the address, and returns its address. */
  newDatabase(like?: string): Promise<string>;
  /** With signal 9 or in order; only of a server of its own. */
  halt(how: 'immediate' | 'fast'): void;
  start(): void;
  end(): Promise<void>;
};

/**
 * For one file: started before its first test, gone after its last. With `prepare`, every database begins as the one
 * that it has made.
 */
export async function postgresForFile(prepare?: (url: string) => Promise<void>): Promise<PostgresServer> {
  const server = await startPostgres();
  afterAll(() => server.end());
  if (!prepare) return server;
  const model = await server.newDatabase();
  await prepare(model);
  return { ...server, newDatabase: () => server.newDatabase(model) };
}

/** A database that is dropped after the test. */
export async function temporaryDatabase(server: PostgresServer): Promise<string> {
  const url = await server.newDatabase();
  onTestFinished(() => drop(url));
  return url;
}

export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env['TEST_DATABASE_URL'];
  return given ? { ...alreadyThere(), ...databasesOf(given) } : startOwn();
}

function alreadyThere() {
  const refuse = () => {
    throw new Error('the server of TEST_DATABASE_URL is not ours to stop');
  };
  return { halt: refuse, start: refuse, end: async () => undefined };
}

async function startOwn(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(roomFor(), 'relay-postgres-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const run = runner(folder);
  run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync');
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off`;
  const start = () => run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  const halt = (how: 'immediate' | 'fast') => run('pg_ctl', '-D', data, '-w', '-m', how, 'stop');
  start();
  return {
    ...databasesOf(`postgres://postgres@127.0.0.1:${port}/postgres`),
    start,
    halt,
    async end() {
      halt('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In memory where there is enough of it: most of what such a server does is to make files. */
function roomFor(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 2 ** 31 ? memory : tmpdir();
}

/** A cluster does not run as root. */
function runner(folder: string): (program: string, ...args: string[]) => void {
  const isRoot = process.getuid?.() === ROOT;
  if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'));
  return (program, ...args) => {
    const command = [join(programs(), program), ...args];
    const [first = '', ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    execFileSync(first, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
  };
}

const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));

function programs(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  return versions[0] === undefined ? '' : join(root, versions[0], 'bin');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function databasesOf(admin: string) {
  let made = 0;
  return {
    async newDatabase(like?: string) {
      made += 1;
      const name = `relay_test_${process.pid}_${Date.now()}_${made}`;
      const model = like === undefined ? '' : ` template ${new URL(like).pathname.slice(1)}`;
      await asAdmin(admin, `create database ${name}${model}`);
      const url = new URL(admin);
      url.pathname = `/${name}`;
      return url.href;
    },
  };
}

async function drop(url: string): Promise<void> {
  const admin = new URL(url);
  const name = admin.pathname.slice(1);
  admin.pathname = '/postgres';
  await asAdmin(admin.href, `drop database if exists ${name} with (force)`);
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
