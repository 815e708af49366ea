// A PostgreSQL that a crash run may stop in every way and start again, from the binaries of this machine, flushing to the
// disk as one does that matters.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../src/cli/demo/relay-process.ts';
import { findBinaries } from '../support/postgres-server.ts';

/** Fast: connections are cut, and everything is written down. Immediate: as if it had been killed. */
export type HowToStop = 'fast' | 'immediate';

export type Postgres = {
  /** An empty database; what DATABASE_URL is set to. */
  newDatabase(): Promise<string>;
  start(): Promise<void>;
  stop(how: HowToStop): Promise<void>;
  close(): Promise<void>;
};

const SIGNAL = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const PATIENCE = 60_000;

export async function startPostgres(): Promise<Postgres> {
  const bin = findBinaries();
  if (!bin) throw new Error('PostgreSQL is not installed here: no initdb below /usr/lib/postgresql nor on the PATH.');
  const folder = mkdtempSync(join(tmpdir(), 'relay-crash-postgres-'));
  const data = join(folder, 'data');
  const user = notRoot();
  chmodSync(folder, 0o755);
  if (user) chownSync(folder, user.uid, user.gid);
  const how = { ...user, cwd: folder, stdio: 'ignore' } as const;
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], how);
  const port = await freePort();
  const urlOf = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`;
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300'];
  let server: ChildProcess | undefined;
  let databases = 0;

  const isOver = () => server === undefined || server.exitCode !== null || server.signalCode !== null;
  const end = () => void (isOver() || server?.kill('SIGQUIT'));
  process.once('exit', end);

  async function start(): Promise<void> {
    server = spawn(join(bin ?? '', 'postgres'), ['-D', data, ...settings.flatMap((each) => ['-c', each])], how);
    const deadline = Date.now() + PATIENCE;
    while (!(await ask(urlOf('postgres'), 'select 1'))) {
      if (isOver() || Date.now() > deadline) throw new Error('PostgreSQL did not start.');
      await sleep(25);
    }
  }

  async function stop(way: HowToStop): Promise<void> {
    if (!server || isOver()) return;
    const gone = once(server, 'exit');
    server.kill(SIGNAL[way]);
    await gone;
  }

  await start();
  return {
    async newDatabase() {
      databases += 1;
      const name = `relay_${databases}`;
      if (!(await ask(urlOf('postgres'), `create database ${name}`))) throw new Error('No database could be made.');
      return urlOf(name);
    },
    start,
    stop,
    async close() {
      await stop('immediate');
      process.off('exit', end);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ask(url: string, statement: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** It does not run as root. */
function notRoot(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (which: string) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
