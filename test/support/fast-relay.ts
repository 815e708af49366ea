// The relay inside the test's own process, over real HTTP, on a clock that runs faster: time-outs of ten seconds and
// waits of half a minute pass in a moment. Closing it proves that its log holds no secret.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { daytimeZone, localDay } from '../../src/cli/demo/daytime.ts';
import { buildStage, type StageOptions } from '../../src/cli/demo/stage.ts';
import { loadConfig, secretsOf } from '../../src/config.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import {
  type SmartLockOptions,
  type SmartLockSimulator,
  startSmartLockSimulator,
} from '../../src/simulators/smartlock/smartlock.ts';
import { secretsIn } from './secrets.ts';

const SPEED = 20;

function createFastClock(began = Date.now()): Clock {
  return {
    now: () => began + (Date.now() - began) * SPEED,
    sleep: (ms, signal) => sleep(ms / SPEED, undefined, signal ? { signal } : undefined),
    after(ms, work) {
      const timer = setTimeout(work, Math.min(Math.max(0, ms / SPEED), 2 ** 31 - 1));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** Simulators that stand, and a relay that `start` starts; the caller closes it. */
export async function setUpFastRelay({
  policy,
  smartlock,
  ...options
}: Partial<StageOptions<SmartLockSimulator>> & { policy?: string; smartlock?: Partial<SmartLockOptions> } = {}) {
  const clock = createFastClock();
  const folder = mkdtempSync(join(tmpdir(), 'relay-story-'));
  const policyFile = join(folder, 'access.yaml');
  if (policy !== undefined) writeFileSync(policyFile, policy);
  const zone = daytimeZone(clock.now());
  const stage = await buildStage({
    clock,
    folder,
    startLocks: (given) => startSmartLockSimulator({ ...given, limits: 'off', ...smartlock }),
    ...options,
    cobot: { zone, limits: 'off', ...options.cobot },
  });
  const env = { ...stage.relay.surroundings.env, ...(policy === undefined ? {} : { ACCESS_POLICY: policyFile }) };
  const loaded = loadConfig(env);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const { config } = loaded;
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({ level: 'info', secrets: secretsOf(config), destination });
  let startedAt = 0;
  let running: { app: App; server: Server } | undefined;

  async function stop(): Promise<void> {
    if (!running) return;
    const { app, server } = running;
    running = undefined;
    server.close();
    server.closeAllConnections();
    await app.stop();
  }

  async function start(): Promise<void> {
    const app = await createApp(config, { log, clock });
    const server = app.http.listen(config.http.port, config.http.host);
    await once(server, 'listening');
    running = { app, server };
    await app.start();
  }

  return {
    ...stage,
    smartlock: stage.locks,
    clock,
    zone,
    /** Since the last start. */
    log: () => lines.slice(startedAt).join(''),
    day: (days: number) => localDay(clock.now(), zone, days),
    start,
    stop,
    async restart() {
      await stop();
      startedAt = lines.length;
      await start();
    },
    async close() {
      stage.cobot.healAll();
      stage.locks.healAll();
      await stop();
      await stage.close();
      rmSync(folder, { recursive: true, force: true });
      expect(secretsIn(lines.join(''), stage), 'log lines with a secret in them').toEqual([]);
    },
  };
}
