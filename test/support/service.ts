// The whole service over real HTTP: the relay as a process of its own between a simulated Cobot and lock system. Closing
// it proves, for every story, that it ends with exit code 0 and that its log holds no secret.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { daytimeZone, localDay, startOfDay } from '../../src/cli/demo/daytime.ts';
import { buildStage, type Stage, type StageOptions } from '../../src/cli/demo/stage.ts';
import { until } from '../../src/cli/demo/until.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Member } from '../../src/simulators/cobot/space.ts';
import type { Thing } from '../../src/simulators/cobot/views.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import {
  type SmartLockOptions,
  type SmartLockSimulator,
  startSmartLockSimulator,
} from '../../src/simulators/smartlock/smartlock.ts';
import { secretsIn } from './secrets.ts';

/** For expect.poll: what the relay does by itself, it does soon. */
export const soon = { timeout: 15_000, interval: 25 };

export type Service<L extends LockSimulator = LockSimulator> = Stage<L> & {
  zone: string;
  /** The local date so many days from today. */
  day(days: number): string;
  /** 00:00 of that date. */
  midnight(date: string): number;
  /** What the member may open now. */
  opens(member: Pick<Member, 'email'>): string[];
  /** Tells the relay, as Cobot would, that something happened to it. */
  tell(event: string, thing: Thing): Promise<unknown>;
  /** Resolves when no job waits or runs. */
  idle(): Promise<void>;
  metrics(): Promise<string>;
  readiness(): Promise<unknown>;
  logLines(): Record<string, unknown>[];
  close(): Promise<void>;
};

type Options<L extends LockSimulator> = Omit<StageOptions<L>, 'clock' | 'folder'> & {
  /** access.yaml. */
  policy?: string;
};

type SmartLockService = Service<SmartLockSimulator> & { smartlock: SmartLockSimulator };

/** On SmartLock, whose simulator has more to look at than all of them have. */
export async function setUpService(
  options: Omit<Options<SmartLockSimulator>, 'startLocks'> & { smartlock?: Partial<SmartLockOptions> } = {},
): Promise<SmartLockService> {
  const { smartlock: more, ...rest } = options;
  const service = await setUpServiceOn({
    startLocks: (given) => startSmartLockSimulator({ ...given, limits: 'off', ...more }),
    ...rest,
  });
  return { ...service, smartlock: service.locks };
}

/** The simulators are there and the relay is not started yet. Closed after the tests of the file. */
export async function setUpServiceOn<L extends LockSimulator>(options: Options<L>): Promise<Service<L>> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-story-'));
  if (options.policy !== undefined) writeFileSync(join(folder, 'access.yaml'), options.policy);
  const zone = daytimeZone(systemClock.now());
  const stage = await buildStage({
    clock: systemClock,
    folder,
    ...options,
    cobot: { zone, limits: 'off', ...options.cobot },
  });
  const { cobot, locks, relay } = stage;
  const get = async (path: string) => (await fetch(relay.url + path)).text();

  const service: Service<L> = {
    ...stage,
    zone,
    day: (days) => localDay(systemClock.now(), zone, days),
    midnight: (date) => startOfDay(date, zone),
    opens: ({ email }) => (email === null ? [] : locks.opens(email)),
    tell: (event, thing) => cobot.emit(event, cobot.body(thing)),
    metrics: () => get('/metrics'),
    readiness: async () => JSON.parse(await get('/readyz')),
    async idle() {
      const busy = await until(stage.busyJobs, (jobs) => jobs.length === 0, { clock: systemClock, ms: soon.timeout });
      if (busy.length > 0) throw new Error(`jobs still wait or run: ${busy.join(', ')}`);
    },
    logLines: () =>
      relay
        .log()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): Record<string, unknown> => JSON.parse(line)),
    async close() {
      cobot.healAll();
      locks.healAll();
      const { code } = relay.isRunning() ? await relay.stop() : { code: 0 };
      await stage.close();
      const leaks = secretsIn(relay.log(), stage);
      rmSync(folder, { recursive: true, force: true });
      expect(leaks, 'log lines with a secret in them').toEqual([]);
      expect(code, 'exit code after SIGTERM').toBe(0);
    },
  };
  afterAll(service.close);
  return service;
}
