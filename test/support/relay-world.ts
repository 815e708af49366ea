// The relay on any simulated lock system, with everything real but the time: store in a temporary folder, queue, clients,
// and both other sides on 127.0.0.1. It does not listen and nothing happens by itself: a test says when to look and when
// time passes. relay.ts is this on SmartLock, relay-on.ts on each of them.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type Config, loadConfig, secretsOf } from '../../src/config.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import type { JobName } from '../../src/queue/queue.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { type CobotOptions, startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { createHandlers, jobOrder } from '../../src/sync/worker.ts';
import { openWithoutDisk } from './no-disk.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

const SECOND = 1000;

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

/** The world's time. */
export type Time = {
  clock: VirtualClock;
  /** Resolves with what is worked at. `requests`: both sides', to see whether anything goes on. */
  wait<T>(work: Promise<T>, requests: readonly (readonly Seen[])[]): Promise<T>;
  end(): void;
};

/** Time that stands still until a test moves it. */
export function standingTime(at: number): Time {
  const clock = createVirtualClock(at);
  // The queue that keeps to a minute's budget asks for the time itself.
  const sameTime = vi.spyOn(Date, 'now').mockImplementation(clock.now);
  return { clock, wait: (work) => work, end: () => sameTime.mockRestore() };
}

type OpenedHow = { id?: string; occurredAt?: number };

export async function createWorldOn<L extends LockSimulator>(
  startLocks: (given: { clock: Clock }) => Promise<L>,
  { clock, wait, end: endTime }: Time,
  options: RelayOptions,
) {
  const cobot = await startCobotSimulator({ clock, random: seededRandom(7), limits: 'off', ...options.cobot });
  const locks = await startLocks({ clock });
  const folder = temporaryFolder();
  const dataDir = join(folder, 'data');
  const policyPath = join(folder, 'access.yaml');
  if (options.policy !== undefined) writeFileSync(policyPath, options.policy);
  const env = {
    WEBHOOK_KEY: 'the-key-of-the-callbacks-1',
    ...cobot.env(),
    ...locks.env(),
    DATA_DIR: dataDir,
    ...options.environment,
  };
  const config = configFor(env, policyPath);
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    secrets: secretsOf(config),
    destination: { write: (line) => void lines.push(line) },
  });

  let app = await open();
  let isUp = true;
  let isOver = false;
  onTestFinished(end);

  async function end(): Promise<void> {
    if (isOver) return;
    isOver = true;
    cobot.healAll();
    locks.healAll();
    if (isUp) await stop();
    await Promise.all([cobot.close(), locks.close()]);
    endTime();
  }

  function configFor(environment: Record<string, string>, path: string): Config {
    const loaded = loadConfig(environment);
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    return { ...loaded.config, policy: { path, named: options.named ?? false } };
  }

  async function open(): Promise<App> {
    const opened = await createApp(config, { log, clock, openDatabase: openWithoutDisk });
    if (!options.idle) workOff(opened);
    return opened;
  }

  /** As app.start() does, without what happens by the clock. */
  function workOff({ parts, sync, alerting }: App): void {
    const sweepNow = async (about: { cause: string; burst?: true }) => (await sync({ dryRun: false, ...about })).done;
    parts.queue.work(createHandlers(parts, sweepNow, alerting.handlers), { concurrency: 16, order: jobOrder });
  }

  async function stop(): Promise<void> {
    isUp = false;
    let isStopped = false;
    const stopped = app.stop().finally(() => {
      isStopped = true;
    });
    while (!isStopped) await clock.advance(SECOND);
    await stopped;
  }

  async function start(): Promise<void> {
    app = await open();
    isUp = true;
  }

  let openings = 0;

  const waitFor = <T>(work: Promise<T>): Promise<T> => wait(work, [cobot.requests, locks.requests]);
  /** Until no job runs and none is due. */
  const settle = () => waitFor(app.parts.queue.idle());

  return {
    clock,
    cobot,
    locks,
    lines,
    env,
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
    get isUp() {
      return isUp;
    },
    settle,
    /** For what may have to wait for time to go on. */
    waitFor,
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
      const report = await waitFor(app.sync({ dryRun: false, cause }));
      await settle();
      return report;
    },
    preview: () => waitFor(app.sync({ dryRun: true, cause: 'test' })),

    /** One reconcile, and the jobs that it leaves. */
    async reconcile({ id }: { id: string }, cause = 'test') {
      await waitFor(reconcile(id, cause, app.parts));
      await settle();
    },

    /** Time goes on from one due job to the next, each of which is waited for. */
    async pass(ms: number) {
      const until = clock.now() + ms;
      for (;;) {
        await settle();
        const waiting = await app.parts.queue.list({ state: 'waiting' });
        // Those that are due and rest are looked at within the second.
        const next = Math.min(...waiting.map(({ runAt }) => (runAt > clock.now() ? runAt : clock.now() + SECOND)));
        if (next > until) break;
        await clock.advance(next - clock.now());
      }
      await clock.advance(Math.max(0, until - clock.now()));
      await settle();
    },

    jobs: (name: JobName, state: 'waiting' | 'dead' = 'waiting') => app.parts.queue.list({ name, state }),

    stop,
    start,
    async restart() {
      await stop();
      await start();
    },
    /** What the relay remembers is gone; both other sides are as they were. */
    async loseDatabase() {
      await stop();
      rmSync(dataDir, { recursive: true });
      await start();
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
  };
}
