// The real relay as a process of its own, as `npm start` would start it: ends by SIGTERM, dies by SIGKILL, comes back on
// the same port with the same data. Its log goes to a file. It gets the environment it is given and nothing else.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { Operator } from '../../operator/answers.ts';
import { askService } from '../socket-client.ts';

const ROOT = new URL('../../../', import.meta.url);
const { scripts } = z
  .object({ scripts: z.object({ start: z.string() }) })
  .parse(JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')));
const [, ...parts] = scripts.start.split(' ');
const MAIN = fileURLToPath(new URL(parts.at(-1) ?? '', ROOT));
/** Options of Node that `npm start` gives. */
export const nodeOptions: readonly string[] = parts.slice(0, -1);
/** A busy machine may need long to load it. */
const PATIENCE = 60_000;
const LOOK_EVERY = 20;

export type RelayProcess = {
  url: string;
  logFile: string;
  /** Everything that it wrote so far, over all its lives. */
  log(): string;
  /** Does not wait for anything. */
  launch(): void;
  /** Resolves when it answers /readyz with 200. */
  start(): Promise<void>;
  /** With SIGTERM; resolves with its exit code and how long it took. */
  stop(): Promise<{ code: number | null; ms: number }>;
  /** With signal 9, as power or the kernel would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Stops it in its tracks (SIGSTOP), or lets it go on (SIGCONT). */
  signal(name: NodeJS.Signals): void;
  /** undefined while it does not run. */
  pid(): number | undefined;
  /** Kills it, and it cannot be started again. */
  close(): Promise<void>;
  isRunning(): boolean;
  /** Who answers for it; undefined while it does not run. */
  operator(): Promise<Operator | undefined>;
  /** Folder and environment, for commands that are run beside it. */
  surroundings: { cwd: string; env: Readonly<Record<string, string>> };
};

/** `folder`: its working directory, where data, log and a policy may lie. */
export async function createRelayProcess(
  folder: string,
  env: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<RelayProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, 'relay.log');
  const surroundings = {
    cwd: folder,
    env: {
      DATA_DIR: join(folder, 'data'),
      DOTENV_CONFIG_PATH: join(folder, '.env'),
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: url,
      ...env,
    },
  };
  let child: ChildProcess | undefined;
  let isClosed = false;

  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const log = () => readFileSync(logFile, 'utf8');

  async function ended(running: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
    const exit = once(running, 'exit');
    running.kill(signal);
    await exit;
    return running.exitCode;
  }

  function launch(): ChildProcess {
    if (isClosed) throw new Error('The relay was closed for good.');
    const output = openSync(logFile, 'a');
    child = spawn(process.execPath, [...nodeOptions, MAIN], { ...surroundings, stdio: ['ignore', output, output] });
    closeSync(output);
    return child;
  }

  async function kill(): Promise<void> {
    if (child && isRunning()) await ended(child, 'SIGKILL');
  }

  return {
    url,
    logFile,
    log,
    isRunning,
    operator: () => askService(surroundings.env.DATA_DIR, clock),
    surroundings,
    launch: () => void launch(),
    async start() {
      const started = launch();
      const until = clock.now() + PATIENCE;
      while (!(await isReady(url))) {
        if (!isRunning() || clock.now() > until) {
          started.kill('SIGKILL');
          throw new Error(`The relay did not start. Its log is ${logFile}, and ends with:\n${log().slice(-2000)}`);
        }
        await clock.sleep(LOOK_EVERY);
      }
    },
    async stop() {
      const began = clock.now();
      const code = child && isRunning() ? await ended(child, 'SIGTERM') : (child?.exitCode ?? null);
      return { code, ms: clock.now() - began };
    },
    kill,
    signal: (name) => void child?.kill(name),
    pid: () => (isRunning() ? child?.pid : undefined),
    close() {
      isClosed = true;
      return kill();
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

/** Its callbacks have to be known before it listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
