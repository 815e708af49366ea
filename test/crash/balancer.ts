// HAProxy before several relays, with the file that compose.yaml gives it.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BALANCER_FILE = fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url));

/** For it.skipIf(). In CI it has to be there. */
export const noHaproxy = !isInstalled();

export type Balancer = { log(): string; close(): Promise<void> };

const PATIENCE = 30_000;

/** `port`: where it listens; `relays`: where they do. Resolves when one of them is ready behind it. */
export async function startBalancer(port: number, relays: readonly { url: string }[]): Promise<Balancer> {
  let log = '';
  const balancer = spawn('haproxy', ['-db', '-f', BALANCER_FILE], {
    env: balancerEnv(port, relays),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const hear = (text: Buffer) => {
    log += String(text);
  };
  balancer.stdout.on('data', hear);
  balancer.stderr.on('data', hear);
  const failed = once(balancer, 'error').then(([error]) => Promise.reject(error));
  await Promise.race([isReady(port, balancer, () => log), failed]);
  return {
    log: () => log,
    async close() {
      const gone = once(balancer, 'exit');
      balancer.kill('SIGKILL');
      await gone;
    },
  };
}

/** Resolves with what HAProxy says about the file; rejects where it would not take it. */
export async function checkBalancerFile(env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('haproxy', ['-c', '-f', BALANCER_FILE], {
    env: { ...process.env, ...env },
  });
  return stdout + stderr;
}

function balancerEnv(port: number, relays: readonly { url: string }[]): Record<string, string | undefined> {
  const places = relays.map(({ url }, index) => [`RELAY_${index + 1}`, new URL(url).host]);
  return { ...process.env, BIND: `127.0.0.1:${port}`, ...Object.fromEntries(places) };
}

async function isReady(port: number, balancer: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while ((await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status !== 200) {
    if (balancer.exitCode !== null || Date.now() > deadline) throw new Error(`HAProxy is not ready: ${log()}`);
    await sleep(50);
  }
}

function isInstalled(): boolean {
  try {
    execFileSync('haproxy', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env['CI']) throw new Error('HAProxy is not installed here: in CI its tests have to run');
    return false;
  }
}
