// A relay that sweeps when it is told, in a process of its own: the real app, over real HTTP, on a real database, but on a
// clock on which nobody waits, since the lock system's limit of calls would spread a sweep of a large space over minutes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { loadConfig, secretsOf } from '../../src/config.ts';
import { createLog } from '../../src/lib/log.ts';
import { POLICY } from '../subjects/policy.ts';
import { answerParent } from '../support/child.ts';
import { createHurriedClock } from '../support/hurried-clock.ts';

export type Swept = { cpuMs: number; ms: number; changes: number };

const given = z.record(z.string(), z.string()).parse(JSON.parse(process.argv[2] ?? ''));
const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const policy = join(folder, 'access.yaml');
writeFileSync(policy, POLICY);
const loaded = loadConfig({
  ...given,
  WEBHOOK_KEY: 'the-key-of-the-benchmarks-1',
  DATA_DIR: folder,
  ACCESS_POLICY: policy,
});
if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
const { config } = loaded;
const log = createLog({ level: 'info', secrets: secretsOf(config), destination: { write: () => undefined } });
const app = await createApp(config, { log, clock: createHurriedClock() });

async function sweep(): Promise<Swept> {
  const [before, began] = [process.cpuUsage(), performance.now()];
  const { changes } = await app.sync({ dryRun: false, cause: 'benchmark' });
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, ms: performance.now() - began, changes: changes.length };
}

const methods = {
  sweep,
  /** `mostMb`: at any time so far. */
  memory: () => ({ nowMb: process.memoryUsage.rss() / 2 ** 20, mostMb: process.resourceUsage().maxRSS / 1024 }),
  async profile(file: string): Promise<void> {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await sweep();
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
  },
  /** Leaves nothing behind. */
  end: () => void setImmediate(() => process.exit(0)),
};
export type SweepMethods = typeof methods;

answerParent(methods);
