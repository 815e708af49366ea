// What is measured and what it is measured against, each a process of its own, started the same way.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRelayProcess, type RelayProcess } from '../../src/cli/demo/relay-process.ts';
import { until } from '../../src/cli/demo/until.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startChild } from '../support/child.ts';
import type { ListeningMethods } from './listen.ts';
import { POLICY } from './policy.ts';

/** The same for all: what is not the relay does not look at it. */
const KEY = 'the-key-of-the-benchmarks-1';
const PATIENCE = 180_000;

/** Limits of the other sides: what the relay makes of them is measured by frugality, and here it is what the relay takes. */
const LIFTED = { COBOT_CALLS_PER_MINUTE: '100000', SMARTLOCK_CALLS_PER_MINUTE: '100000' };

export type Subject = {
  port: number;
  /** From its start until it said so: of the relay, by /readyz. */
  readyMs: number;
  pid(): number | undefined;
  close(): Promise<void>;
};

export type RelaySubject = Subject & { relay: RelayProcess };

export const paths = {
  confirmation: `/membership_confirmation?key=${KEY}`,
  cancellation: `/cobot/membership_cancellation_date_reached?key=${KEY}`,
  opening: `/lock_open?key=${KEY}`,
} as const;

/** As Cobot sends it, with the id to be filled in. */
export const confirmationBody = (cobotUrl: string): string =>
  JSON.stringify({ url: `${cobotUrl}/api/memberships/{id}` });

export async function startBareExpress(): Promise<Subject> {
  return listening(new URL('./bare-express-process.ts', import.meta.url), []);
}

/** `env`: where the other sides are, in the relay's own variables. */
export async function startGuide(env: Readonly<Record<string, string>>): Promise<Subject> {
  const sides = {
    cobotUrl: env['COBOT_URL'],
    cobotToken: env['COBOT_ACCESS_TOKEN'],
    locksUrl: env['SMARTLOCK_URL'],
    locksToken: env['SMARTLOCK_API_TOKEN'],
  };
  return listening(new URL('./guide-process.ts', import.meta.url), [JSON.stringify(sides)]);
}

async function listening(script: URL, args: string[]): Promise<Subject> {
  const began = performance.now();
  const child = await startChild<ListeningMethods>(script, args);
  const port = await child.ask('port');
  return { port, readyMs: performance.now() - began, pid: () => child.pid, close: child.close };
}

/** The relay as `npm start` would start it, with what it comes with, and its first sweep behind it. */
export async function startRelay(
  env: Readonly<Record<string, string>>,
  databaseUrl: string | null,
): Promise<RelaySubject> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'access.yaml'), POLICY);
  const relay = await createRelayProcess(
    folder,
    { ...env, ...LIFTED, WEBHOOK_KEY: KEY, ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) },
    systemClock,
  );
  const close = async () => {
    await relay.close();
    rmSync(folder, { recursive: true, force: true });
  };
  let readyMs: number;
  try {
    const began = performance.now();
    await relay.start();
    readyMs = performance.now() - began;
    const isOver = /"sweep done"|"name":"sweep"[^\n]*"a job failed/;
    const log = await until(relay.log, (text) => isOver.test(text), { clock: systemClock, ms: PATIENCE });
    if (!log.includes('"sweep done"')) throw new Error(`The first sweep did not get through:\n${log.slice(-2000)}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { relay, port: Number(new URL(relay.url).port), readyMs, pid: relay.pid, close };
}
