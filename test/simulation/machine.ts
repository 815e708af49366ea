// The machine that the relay runs on: its disk, its file of house rules, its network, and one process after another. A
// process is the real app, put together by src/app.ts as src/main.ts does it, with everything that leaves it handed in.
import inject from 'light-my-request';
import { type App, createApp } from '../../src/app.ts';
import { type Config, loadConfig, secretsOf } from '../../src/config.ts';
import { createLog } from '../../src/lib/log.ts';
import type { Wire } from '../../src/lib/wire.ts';
import type { Carried, InProcess } from '../../src/simulators/carrier.ts';
import { hexId, type Random } from '../../src/simulators/chance.ts';
import { createDisk } from './disk.ts';
import { createLife, type Death, type Life } from './life.ts';
import type { Trace } from './trace.ts';
import type { WorldClock } from './world-clock.ts';

export type Machine = Awaited<ReturnType<typeof createMachine>>;

export type Answered = { status: number; headers: Record<string, string>; text: string };

const POLICY_PATIENCE = 3000;
const AGAIN = 60_000;
/** A process that cannot be reached, as the sender of a webhook sees it. */
const refused = () => Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

export async function createMachine(given: {
  clock: WorldClock;
  random: Random;
  network: InProcess;
  env: Record<string, string>;
  rules: string;
  trace: Trace;
  /** Every call that leaves the machine, before it does; throws where it must not. */
  leaves(request: Carried): void;
  /** Every answer that came back. */
  answered(request: Carried, status: number | null): void;
  /** A new process has found the jobs that the one before had left; it has not touched one yet. */
  recovered(app: App): Promise<void>;
  /** The relay says that it got through a sweep, for which it began to read then. */
  loggedSweep(from: number): void;
  died(downMs: number, death: Death | null): void;
  /** A job has gone to the dead letters, for an error of this code. */
  jobDied(code: string): void;
  /** A webhook is answered with 204, now. */
  acknowledges(): void;
}) {
  const { clock, random, network, trace } = given;
  const disk = createDisk();
  const config = configOf(given.env);
  const lines: string[] = [];
  const log = createLog({ level: 'debug', secrets: secretsOf(config), destination: { write: logged } });
  const watchers = new Set<() => void>();
  let rules = given.rules;
  let skew = 0;
  let lives = 0;
  let running: { life: Life; app: App; isListening: boolean } | undefined;
  /** Puts an end to who waits for the process that died. */
  let hangUp = Promise.withResolvers<never>();
  hangUp.promise.catch(() => undefined);
  let downMs = 5000;
  let doom: Death | null = null;

  function logged(line: string): void {
    lines.push(line);
    const { msg, level, error } = JSON.parse(line);
    if (msg === 'sweep done') {
      const [row] = disk.rows(`select value from settings where key = 'last-good-sweep'`);
      if (row) given.loggedSweep(Number(row['value']));
    }
    if (msg === 'a job is dead: it waits for a person') given.jobDied(String(error?.code ?? ''));
    if (level === 'error' || level === 'warn') trace.line(`   log ${level}: ${msg} ${JSON.stringify(error ?? '')}`);
  }

  const wireOf = (life: Life): Wire => ({
    pause: life.clock.sleep,
    carry: ({ method, url, headers, body, signal }) =>
      life.step('call', async () => {
        const request = { method, url, headers, text: body, signal };
        given.leaves(request);
        const what = `${method} ${url.replace('https://', '').slice(0, 150)}`;
        await clock.sleep(15 + Math.floor(random() * 240), signal);
        try {
          const answer = await network.send(request);
          trace.line(`   ${what} ${body ?? ''} -> ${answer.status}`);
          given.answered(request, answer.status);
          return answer;
        } catch (error) {
          trace.line(`   ${what} ${body ?? ''} -> ${error instanceof Error ? error.message : error}`);
          given.answered(request, null);
          throw error;
        }
      }),
  });

  function died(): void {
    trace.line('!! the process is dead');
    disk.lostPower();
    given.died(downMs, doom);
    doom = null;
    watchers.clear();
    running = undefined;
    hangUp.reject(reset());
    hangUp = Promise.withResolvers<never>();
    hangUp.promise.catch(() => undefined);
    clock.after(downMs, begin);
  }

  /** As main.ts does it: a policy that was never good ends the start. */
  async function start(): Promise<void> {
    lives += 1;
    const number = lives;
    let ids = 0;
    const life = createLife(clock, () => skew, died);
    const app = await createApp(config, {
      log,
      clock: life.clock,
      random,
      newId: () => {
        ids += 1;
        return `${hexId(random, 8)}-${number}-${ids}`;
      },
      wire: wireOf(life),
      files: {
        read: (path) => life.step('other', () => readRules(path)),
        watch(_path, changed) {
          watchers.add(changed);
          return () => watchers.delete(changed);
        },
      },
      openDatabase: () => disk.open(life),
    });
    running = { life, app, isListening: false };
    const pending = () => 'pending' as const;
    const state = await Promise.race([
      app.policy.refresh().catch(pending),
      life.clock.sleep(POLICY_PATIENCE).then(pending),
    ]);
    if (state === 'wrong') {
      trace.line('!! the policy has mistakes: the process ends');
      await app.stop();
      running = undefined;
      clock.after(AGAIN, begin);
      return;
    }
    await given.recovered(app);
    await app.start();
    running.isListening = true;
    trace.line(`!! process ${number} is up`);
  }

  async function readRules(path: string): Promise<string> {
    if (rules !== '') return rules;
    throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
  }

  function begin(): void {
    start().catch((error: unknown) => {
      trace.line(`!! the process could not start: ${error instanceof Error ? error.stack : error}`);
      lines.push(`the process could not start: ${String(error)}`);
    });
  }

  return {
    config,
    disk,
    /** Everything that was logged. */
    lines,
    begin,
    get app() {
      return running?.isListening ? running.app : undefined;
    },
    get lives() {
      return lives;
    },
    get skew() {
      return skew;
    },
    wrongClock(by: number) {
      skew = by;
    },
    crash(death: Death, down: number) {
      downMs = down;
      if (!running) return;
      doom = death;
      running.life.doom(death);
    },
    calm() {
      skew = 0;
      doom = null;
      running?.life.doom(null);
    },
    async restart(down: number) {
      const stopping = running;
      if (!stopping?.isListening) return;
      stopping.isListening = false;
      await stopping.app.stop();
      if (stopping.life.isDead) return;
      watchers.clear();
      running = undefined;
      trace.line('!! the process has stopped');
      clock.after(down, begin);
    },
    writeRules(text: string) {
      rules = text;
      for (const changed of watchers) clock.after(2000, changed);
    },
    /** A webhook comes in, over the real router. */
    async receive({ method, url, headers, text }: Carried): Promise<Answered> {
      clock.stir();
      if (!running?.isListening) throw refused();
      const { pathname, search } = new URL(url);
      const handler = running.app.http;
      // In the very moment of the answer: a turn later what was only promised may be kept.
      const answered = (response: { statusCode: number; end: (...rest: unknown[]) => unknown }) => {
        const end = response.end.bind(response);
        response.end = (...rest) => {
          if (response.statusCode === 204) given.acknowledges();
          return end(...rest);
        };
        return response;
      };
      const dispatch: Parameters<typeof inject>[0] = (request, response) =>
        handler(Object.assign(request), Object.assign(answered(Object.assign(response))));
      const answer = inject(dispatch, {
        method: method === 'POST' ? 'POST' : 'GET',
        url: pathname + search,
        headers,
        payload: text ?? '',
      });
      const { statusCode, payload } = await Promise.race([answer, hangUp.promise]);
      clock.stir();
      return { status: statusCode, headers: {}, text: payload };
    },
  };
}

function configOf(env: Record<string, string>): Config {
  const loaded = loadConfig(env);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}
