// The relay with everything real but the time: store in a temporary folder, queue, clients, and both other sides as
// simulators on 127.0.0.1. It does not listen and nothing happens by itself: a test says when to look and when time passes.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type Config, loadConfig, secretsOf } from '../../src/config.ts';
import { createLog } from '../../src/lib/log.ts';
import type { JobName } from '../../src/queue/queue.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { type CobotOptions, startCobotSimulator } from '../../src/simulators/cobot.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { createHandlers, jobOrder } from '../../src/sync/worker.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** Monday, 09:00 in Berlin. */
export const MONDAY = Date.parse('2026-11-30T08:00:00Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Failures that are not repeated on the spot, so that a test does not wait for it. */
export const UNAVAILABLE = { kind: 'answer', status: 503, headers: { 'retry-after': '1' } } as const;
export const FORBIDDEN = { kind: 'answer', status: 403, json: {} } as const;

export type RelayOptions = {
  at?: number;
  /** The text of access.yaml; none: no file. */
  policy?: string;
  /** Was the policy's path named by ACCESS_POLICY? */
  named?: boolean;
  cobot?: Partial<Omit<CobotOptions, 'clock'>>;
  locks?: string[];
  environment?: Record<string, string>;
  /** Jobs are not worked off. */
  idle?: boolean;
};

type OpenedHow = { id?: string; occurredAt?: number };

export type RelayWorld = Awaited<ReturnType<typeof createRelayWorld>>;

export async function createRelayWorld(options: RelayOptions = {}) {
  const clock = createVirtualClock(options.at ?? MONDAY);
  // The queue that keeps to a minute's budget asks for the time itself.
  const sameTime = vi.spyOn(Date, 'now').mockImplementation(clock.now);
  const cobot = await startCobotSimulator({ clock, random: seededRandom(7), limits: 'off', ...options.cobot });
  const locks = await startSmartLockSimulator({ clock, random: seededRandom(11), limits: 'off' });
  const doors = locks.addLocks(...(options.locks ?? ['Front door']));
  const folder = temporaryFolder();
  const dataDir = join(folder, 'data');
  const policyPath = join(folder, 'access.yaml');
  if (options.policy !== undefined) writeFileSync(policyPath, options.policy);
  const config = configFor({ ...cobot.env(), ...locks.env(), DATA_DIR: dataDir, ...options.environment }, policyPath);
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    secrets: secretsOf(config),
    destination: { write: (line) => void lines.push(line) },
  });

  let app = await open();
  let isOver = false;
  onTestFinished(end);

  async function end(): Promise<void> {
    if (isOver) return;
    isOver = true;
    cobot.healAll();
    locks.healAll();
    await close();
    await Promise.all([cobot.close(), locks.close()]);
    sameTime.mockRestore();
  }

  function configFor(environment: Record<string, string>, path: string): Config {
    const loaded = loadConfig({ WEBHOOK_KEY: 'the-key-of-the-callbacks-1', ...environment });
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    return { ...loaded.config, policy: { path, named: options.named ?? false } };
  }

  async function open(): Promise<App> {
    const opened = await createApp(config, { log, clock });
    if (!options.idle) workOff(opened);
    return opened;
  }

  /** As app.start() does, without what happens by the clock. */
  function workOff({ parts, sync }: App): void {
    const sweepNow = async (cause: string) => {
      await sync({ dryRun: false, cause });
    };
    parts.queue.work(createHandlers(parts, sweepNow), { concurrency: 16, order: jobOrder });
  }

  async function close(): Promise<void> {
    let isStopped = false;
    const stopped = app.stop().finally(() => {
      isStopped = true;
    });
    while (!isStopped) await clock.advance(SECOND);
    await stopped;
  }

  let openings = 0;

  /** Until no job runs and none is due. */
  const settle = () => app.parts.queue.idle();

  const world = {
    clock,
    cobot,
    locks,
    doors,
    lines,
    config,
    policyPath,
    get app() {
      return app;
    },
    get parts() {
      return app.parts;
    },
    get store() {
      return app.parts.store;
    },
    settle,
    /** Happens by itself when the test is over. */
    end,

    /** Somebody opened a lock, and the webhook of it has come; it is not waited for what is done then. */
    async opened({ id: lockUserId }: { id: string }, lock: { id: string; name: string } | null, how: OpenedHow = {}) {
      openings += 1;
      const { id = `opening-${openings}`, occurredAt = clock.now() } = how;
      const opening = { id, lockUserId, lockId: lock?.id ?? null, lockName: lock?.name ?? null, occurredAt };
      await app.parts.store.inbox.accept({
        delivery: {
          id: `delivery-${openings}`,
          receivedAt: clock.now(),
          source: 'lock',
          event: 'lock_open',
          body: '{}',
          understood: true,
          subject: lockUserId,
        },
        opening,
        jobs: [{ name: 'check-in', key: lockUserId, payload: { lockUserId } }],
      });
      return opening;
    },
    async outcomeOf({ id }: { id: string }) {
      return (await app.parts.store.openings.list()).find((opening) => opening.id === id)?.outcome;
    },

    /** A sweep, and the jobs that it leaves. */
    async sweep(cause = 'test') {
      const report = await app.sync({ dryRun: false, cause });
      await settle();
      return report;
    },
    preview: () => app.sync({ dryRun: true, cause: 'test' }),

    /** One reconcile, and the jobs that it leaves. */
    async reconcile({ id }: { id: string }, cause = 'test') {
      await reconcile(id, cause, app.parts);
      await settle();
    },

    /** Time goes on from one due job to the next, each of which is waited for. */
    async pass(ms: number) {
      const until = clock.now() + ms;
      for (;;) {
        await settle();
        const waiting = await app.parts.queue.list({ state: 'waiting' });
        const next = Math.min(...waiting.map(({ runAt }) => runAt).filter((at) => at > clock.now()));
        if (next > until) break;
        await clock.advance(next - clock.now());
      }
      await clock.advance(until - clock.now());
      await settle();
    },

    jobs: (name: JobName, state: 'waiting' | 'dead' = 'waiting') => app.parts.queue.list({ name, state }),

    async restart() {
      await close();
      app = await open();
    },
    /** What the relay remembers is gone; both other sides are as they were. */
    async loseDatabase() {
      await close();
      rmSync(dataDir, { recursive: true });
      app = await open();
    },

    /** The lock user that stands for the member now, by email. */
    userOf: ({ email }: { email: string | null }) => {
      const user = locks.userByEmail(email ?? '');
      if (!user) throw new Error(`${email} has no lock user`);
      return user;
    },
    /** The locks that open to the member now. */
    opens: ({ email }: { email: string | null }) => locks.opens(email ?? ''),
    openers: (members: readonly { email: string | null }[]) =>
      members.filter(({ email }) => locks.opens(email ?? '').length > 0).length,

    problemsOf: async ({ id }: { id: string }) =>
      (await app.parts.store.problems.all()).filter(({ subject }) => subject === id).map(({ kind }) => kind),

    addMembers(count: number, plan = cobot.addPlan({ name: 'Full Time' })) {
      return Array.from({ length: count }, (_, index) => cobot.addMember({ name: `Member ${index + 1}`, plan }));
    },
    /** What an earlier relay would have left for the member: lock user, a grant at every lock, check-in token. */
    giveEverything({ id, email, name }: { id: string; email: string | null; name: string }) {
      const { marks } = app.parts;
      const user = locks.addUser({ email: email ?? '', name, externalId: marks.userMark(id) });
      for (const lock of doors) locks.addAccess({ user, lock, note: marks.noteOf(id, 'as before') });
      cobot.tokens.set(user.id, id);
      return user;
    },
  };
  return world;
}

/** Requests of that kind, counted from now on. */
export function counting(side: { requests: Seen[] }, match: string | RegExp = /./): () => number {
  const from = side.requests.length;
  const isMeant = ({ endpoint }: Seen) => (typeof match === 'string' ? endpoint === match : match.test(endpoint));
  return () => side.requests.slice(from).filter(isMeant).length;
}

/** Waits in real time for something that another part of the process does. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} never came`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
