// A PostgreSQL for the tests: the one that RELAY_TEST_DATABASE_URL names, whose user may make databases; else a new one
// from the binaries of this machine, in a temporary folder, started when the first test asks for it and gone when the tests
// are over, however they end. vitest runs this once (globalSetup), before the first test file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where its address is told, which starts it where need be; null: this machine has none. */
    postgres: string | null;
  }
}

const PATIENCE = 30_000;

/**
 * As the user postgres where we are root, since it does not run as root. Ends, and takes its folder along, when its
 * input ends: that is also when the process of the tests was killed. Without fsync: what it is for is proven elsewhere.
 */
const SCRIPT = `
set -e
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$FOLDER"
cd "$FOLDER"
as "$BIN/initdb" -D "$FOLDER/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$FOLDER/log" 2>&1
as "$BIN/postgres" -D "$FOLDER/data" -h 127.0.0.1 -p "$PORT" -c unix_socket_directories='' -c max_connections=400 \\
  -c fsync=off -c full_page_writes=off >>"$FOLDER/log" 2>&1 &
cat >/dev/null
as "$BIN/pg_ctl" -D "$FOLDER/data" stop -m immediate >/dev/null 2>&1 || true
cd /
rm -rf "$FOLDER"
`;

type Server = { url: string; stop: () => Promise<void> };

let running: Promise<Server> | undefined;
let desk: HttpServer | undefined;

export async function setup(project: TestProject): Promise<void> {
  const given = process.env['RELAY_TEST_DATABASE_URL'];
  const bin = given ? undefined : findBinaries();
  if (!given && !bin) {
    sayMissing();
    return project.provide('postgres', null);
  }
  const find = async () => {
    if (bin) running ??= startServer(bin);
    return (await running)?.url ?? given ?? '';
  };
  desk = createHttpServer((_request, response) => {
    find().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  desk.listen(0, '127.0.0.1');
  await once(desk, 'listening');
  project.provide('postgres', `http://127.0.0.1:${portOf(desk)}`);
}

export async function teardown(): Promise<void> {
  desk?.close();
  desk?.closeAllConnections();
  await running?.then(
    ({ stop }) => stop(),
    () => undefined,
  );
}

function sayMissing(): void {
  const words = 'PostgreSQL is not installed here (no initdb on the PATH nor below /usr/lib/postgresql)';
  if (process.env['CI']) throw new Error(`${words}: in CI its tests have to run`);
  process.stderr.write(`\n${words}: its tests are SKIPPED. RELAY_TEST_DATABASE_URL may name a server.\n\n`);
}

/** The newest one, where Debian keeps several. */
export function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => ['initdb', 'postgres', 'pg_ctl'].every((name) => existsSync(join(folder, name))));
}

async function startServer(bin: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-postgres-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const keeper = spawn('sh', ['-c', SCRIPT], {
    env: { ...process.env, BIN: bin, FOLDER: folder, PORT: String(port) },
    stdio: ['pipe', 'ignore', 'pipe'],
    // Not told of a Ctrl-C, which would keep it from tidying up.
    detached: true,
  });
  const complaint = text(keeper.stderr);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const stop = async () => {
    keeper.stdin.end();
    if (keeper.exitCode === null) await once(keeper, 'exit');
  };
  try {
    await answers(url, () => keeper.exitCode !== null);
  } catch (error) {
    const log = join(folder, 'log');
    const written = existsSync(log) ? readFileSync(log, 'utf8') : '';
    await stop();
    throw new Error(`PostgreSQL did not start: ${await complaint}${written}`, { cause: error });
  }
  return { url, stop };
}

async function answers(url: string, isOver: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (isOver() || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Pick<NetServer, 'address'>): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return address.port;
}
