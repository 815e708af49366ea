// A Cobot and a SmartLock, and the command line run in this process against them: what it printed and how it ended.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { serveOperator } from '../../src/cli/socket-server.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { loadConfig } from '../../src/config.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { createOperator } from '../../src/operator/operator.ts';
import { type CobotOptions, startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const KEY = 'the-key-in-the-callback-urls';
const PUBLIC_URL = 'https://relay.example.com/doors';

/** `progress`: what a slow machine may show on stderr; it is not in `err`. */
export type Ran = { code: number; out: string; err: string; progress: string; answer(): unknown };
type RunOptions = { env?: Record<string, string | undefined>; terminal?: Partial<Terminal>; clock?: Clock };

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld(options: Partial<CobotOptions> = {}) {
  const cobot = await startCobotSimulator({ clock: systemClock, limits: 'off', ...options });
  const lock = await startSmartLockSimulator({ clock: systemClock, limits: 'off' });
  onTestFinished(async () => {
    cobot.healAll();
    lock.healAll();
    await cobot.close();
    await lock.close();
  });
  lock.addLocks('Front door', 'Studio');
  const dataDir = join(temporaryFolder(), 'data');
  const policyFile = join(temporaryFolder(), 'access.yaml');
  const env: Record<string, string | undefined> = {
    ...cobot.env(),
    ...lock.env(),
    WEBHOOK_KEY: KEY,
    PUBLIC_URL,
    DATA_DIR: dataDir,
  };
  const secrets = [cobot.token, lock.token, KEY];

  return {
    cobot,
    lock,
    env,
    secrets,
    dataDir,
    policyFile,
    plan: cobot.addPlan({ name: 'Full Time' }),

    /** `words`: as a list where one of them holds a space. */
    async run(
      words: string | readonly string[],
      { env: more, terminal, clock = systemClock }: RunOptions = {},
    ): Promise<Ran> {
      let out = '';
      let err = '';
      let progress = '';
      const code = await runCommandLine(typeof words === 'string' ? words.split(' ').filter(Boolean) : words, {
        env: { ...env, ...more },
        clock,
        terminal: {
          out: (text) => {
            out += text;
          },
          err: (text) => {
            if (text.startsWith('... ')) progress += text;
            else err += text;
          },
          width: null,
          colours: false,
          ask: null,
          ...terminal,
        },
      });
      return { code, out, err, progress, answer: () => JSON.parse(out) };
    },

    /** The parts of the service that a command meets, until the test ends. */
    async service(more: Record<string, string> = {}) {
      const lines: Record<string, unknown>[] = [];
      const log = createLog({ level: 'info', secrets, destination: { write: (line) => lines.push(JSON.parse(line)) } });
      const app = await openApp({ ...env, ...more }, log);
      const socket = await serveOperator(createOperator(app), {
        dataDir: more['DATA_DIR'] ?? dataDir,
        log,
        clock: systemClock,
      });
      let isStopped = false;
      const stop = async () => {
        if (isStopped) return;
        isStopped = true;
        await socket.close();
        await app.stop();
      };
      onTestFinished(stop);
      return { app, lines, stop };
    },

    /** The database alone, with nobody listening; handed to `work` and closed again. */
    async withApp<T>(work: (app: App) => Promise<T>): Promise<T> {
      const app = await openApp(env, createLog({ level: 'silent', secrets }));
      try {
        return await work(app);
      } finally {
        await app.stop();
      }
    },

    /** Requests that change something, on either side. */
    writes: () => [...cobot.requests, ...lock.requests].filter(({ method }) => method !== 'GET'),
  };
}

async function openApp(env: Record<string, string | undefined>, log: ReturnType<typeof createLog>): Promise<App> {
  const loaded = loadConfig(env);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return await createApp(loaded.config, { log });
}

/** A clock whose sleeps take no time, and whose time goes on all the same. */
export function hurriedClock(): Clock {
  let ahead = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    async sleep(ms) {
      ahead += 10 * ms;
    },
  };
}
