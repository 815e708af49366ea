// The composition root: the only file that builds parts and hands them to each other. One space; nothing in here lives
// at module level, so that one process can serve several some day.
import type { Express } from 'express';
import { createAdmin } from './admin/admin.ts';
import { createHealthRouter } from './admin/health.ts';
import { openAlerting } from './alerts/open-alerting.ts';
import { createTokenWatch } from './alerts/token-watch.ts';
import { createCobotClient } from './cobot/client.ts';
import { readMember, readSpace } from './cobot/facts.ts';
import { createSubscriptionCare, createSubscriptionView } from './cobot/subscription-care.ts';
import { type Config, secretsOf } from './config.ts';
import { createSteadyTime } from './lib/clock.ts';
import { createClockDrift } from './lib/clock-drift.ts';
import type { CallInfo } from './lib/http.ts';
import { createMetrics } from './lib/metrics.ts';
import { sideOf } from './lib/together.ts';
import { createLockSystem } from './locks/catalog.ts';
import { createDryRun } from './locks/dry-run.ts';
import { createNotesByStore } from './locks/notes-by-store.ts';
import { createOwnedLocks, marks } from './locks/owned.ts';
import { createWindowsByTimer } from './locks/windows-by-timer.ts';
import { createOperator } from './operator/operator.ts';
import type { OperatorApp } from './operator/parts.ts';
import { logJobs } from './queue/log-jobs.ts';
import { openQueue } from './queue/open-queue.ts';
import { openStore } from './store/open-store.ts';
import { openTogether } from './store/open-together.ts';
import { witnessOf } from './store/witness.ts';
import { type Surroundings, usualSurroundings } from './surroundings.ts';
import { boundaryJob } from './sync/boundary.ts';
import type { SyncParts } from './sync/parts.ts';
import { createPolicyKeeper } from './sync/policy-keeper.ts';
import { createRecovery } from './sync/recovery.ts';
import { createSchedule } from './sync/schedule.ts';
import { createSpaceKeeper } from './sync/space-keeper.ts';
import { createSweeping } from './sync/sweeping.ts';
import { createHandlers, jobOrder } from './sync/worker.ts';
import { createHttpApp } from './webhooks/http-app.ts';
import { createWebhookRouter } from './webhooks/routes.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const CONCURRENCY = 16;
/** Running work may go on so long after a SIGTERM; then its calls to the other sides are given up. */
const GRACE = 4000;

export type App = OperatorApp & {
  http: Express;
  /** Works jobs off, sweeps, watches the policy file. */
  start(): Promise<void>;
  /** Ends what would go on for ever: streams to the operator's page. */
  hangUp(): void;
  /** Finishes what runs and closes the database. */
  stop(): Promise<void>;
};

export async function createApp(config: Config, surroundings: Surroundings): Promise<App> {
  const { log, clock, newId, random, wire, files, openDatabase } = { ...usualSurroundings, ...surroundings };
  const database = await openDatabase({ dataDir: config.dataDir, url: config.databaseUrl });
  const stopping = new AbortController();
  const space = config.cobot.subdomain;

  const queue = await openQueue({
    database,
    space,
    clock,
    random,
    log,
    onJob: logJobs(log),
  });
  const together = await openTogether({ database, space, clock, steady: createSteadyTime(), newId, log });
  const store = await openStore({ database, space, clock, queue });
  const metrics = createMetrics({
    jobs: () => queue.counts(),
    budgets: () => cobot.budgets(),
    lastGoodSweep: () => store.settings.get('last-good-sweep'),
    holdLines: async () => (await store.holds.open())?.lines.length ?? 0,
    problems: async () => (await store.problems.all()).length,
    now: clock.now,
  });

  const drift = createClockDrift();
  const heard = (side: string) => (call: CallInfo) => {
    metrics.upstreamCalled({ side, ...call });
    drift.heard(side, call);
    recovery.heard(side, call);
  };
  const { signal } = stopping;
  const watch = createTokenWatch({ store: store.refusedCalls, clock, log });
  const heardAndBounded = (name: 'cobot' | 'locks', side: string) => ({
    clock,
    random,
    signal,
    ...(wire && { wire }),
    onCall: heard(name),
    side: sideOf(together, side),
  });
  const client = createCobotClient({ config: config.cobot, ...heardAndBounded('cobot', 'cobot') });
  const cobot = watch.over('Cobot', client);
  const ownMarks = marks(space);
  const vendor = createLockSystem(config.locks, heardAndBounded('locks', config.locks.system));
  const connector = watch.over(vendor.name, vendor);
  const noted = connector.capabilities.notesOnGrants
    ? connector
    : createNotesByStore(connector, {
        store: store.grantNotes,
        clock,
        newId,
        oneAtATime: together.oneAtATime('notes'),
      });
  const windowsByTimer = noted.capabilities.windowsOnGrants
    ? null
    : createWindowsByTimer(noted, {
        store: store.timedGrants,
        clock,
        newId,
        oneAtATime: together.oneAtATime('windows'),
        isOurNote: ownMarks.isOurNote,
        boundaryChanged: (at) => queue.add([boundaryJob(at)]),
      });
  const lockSystem = windowsByTimer ?? noted;
  const recovery = createRecovery({
    probes: { cobot: () => cobot.space(), locks: () => lockSystem.locks() },
    wake: () => queue.wake(),
    clock,
  });

  let neverTouch: ReadonlySet<string> = new Set();
  const ownership: Parameters<typeof createOwnedLocks>[1] = {
    marks: ownMarks,
    neverTouch: (email) => neverTouch.has(email.toLowerCase()),
    witness: witnessOf(store.witness),
  };
  const locks = createOwnedLocks(lockSystem, ownership);
  const policy = createPolicyKeeper(config.policy, { cobot, locks, store, clock, log, together, files });
  let sweepEnded: number | undefined;
  const parts: SyncParts = {
    cobot,
    facts: { ofMember: readMember, ofSpace: readSpace },
    locks,
    boundaries: windowsByTimer,
    marks: ownMarks,
    store,
    queue,
    clock,
    log,
    newId,
    space: createSpaceKeeper({ cobot, store, clock }),
    async policy() {
      const inForce = await policy.inForce();
      neverTouch = inForce.policy.neverTouch;
      return inForce;
    },
    together,
    oneAtATime: together.oneAtATime('sync'),
    touched: together.touched('reconciled'),
    swept: together.touched('swept'),
    callsPerMinute: config.cobot.callsPerMinute,
    managedFor: Math.max(HOUR, 2 * config.sweepMinutes * 60_000),
    counted: {
      checkIn(outcome) {
        metrics.openingJudged(outcome);
        if (outcome === 'refused') metrics.checkInRefused();
      },
      foreignOpening: () => metrics.foreignOpeningIgnored(),
      sweepDone(at) {
        sweepEnded = at;
      },
    },
  };

  const ownWebhooks = { publicUrl: config.publicUrl, keys: config.webhookKeys };
  const sync = createSweeping(parts, {
    policy,
    // By construction nothing can be written, whatever the sweep would do.
    readOnly: () => createOwnedLocks(createDryRun(lockSystem), ownership),
    subscriptionCare: createSubscriptionCare(cobot, { ...ownWebhooks, log }),
  });

  const schedule = createSchedule(parts, {
    policy,
    files,
    sweepMinutes: config.sweepMinutes,
    auditDays: config.auditDays,
  });
  let isWorking = false;
  let isStopping = false;

  /** A full disk is no reason to end, and be started again for ever: who waits is told so, and it goes on by itself. */
  async function begin(): Promise<void> {
    try {
      // Pauses after failures belong to the life before.
      await queue.wake();
      await schedule.start();
    } catch (error) {
      log.error({ error }, 'the database takes nothing: trying again');
      clock.after(SECOND, () => {
        if (!isStopping) void begin();
      });
    }
  }

  const webhookRouter = createWebhookRouter({
    inbox: store.inbox,
    keys: config.webhookKeys,
    lockKeys: config.lockWebhookKeys,
    lockSystem,
    clock,
    newId,
    isStopping: () => isStopping,
    log,
    metrics,
  });
  const healthRouter = createHealthRouter({
    async checks() {
      await store.ping();
      const worker = isStopping ? 'stopping' : isWorking ? 'ok' : 'not started';
      return {
        ready: worker === 'ok',
        parts: { database: 'ok', worker },
        holds: (await store.holds.open())?.lines.length ?? 0,
        problems: (await store.problems.all()).length,
      };
    },
    metrics,
    log,
  });

  const alerting = openAlerting(config, { store, queue, clock, log, newId, space, signal, secrets: secretsOf(config) });
  const forOperator: OperatorApp = {
    parts,
    policy,
    sync,
    alerting,
    webhooksAtCobot: createSubscriptionView(cobot, ownWebhooks),
    clocksAhead: drift.ahead,
  };
  const admin =
    config.adminPassword === null
      ? null
      : await createAdmin({
          operator: createOperator(forOperator),
          password: config.adminPassword,
          space,
          publicUrl: config.publicUrl,
          sweepMinutes: config.sweepMinutes,
          async known() {
            const known = await store.settings.get('space');
            return { name: known?.name ?? null, zone: known?.zone ?? 'UTC' };
          },
          async counts() {
            const jobs = await queue.counts();
            const dead = jobs.filter(({ state }) => state === 'dead').reduce((all, { count }) => all + count, 0);
            return { holds: (await store.holds.open())?.lines.length ?? 0, dead };
          },
          clock,
          newId,
          log,
        });

  return {
    http: createHttpApp({ webhookRouter, healthRouter, adminRouter: admin?.router ?? null, log }),
    ...forOperator,
    hangUp: () => admin?.stop(),
    async start() {
      const runSweep = async (about: { cause: string; burst?: true }) => (await sync({ dryRun: false, ...about })).done;
      await begin();
      queue.work(createHandlers(parts, runSweep, alerting.handlers), { concurrency: CONCURRENCY, order: jobOrder });
      isWorking = true;
      await watch.refresh();
      alerting.start();
    },
    async stop() {
      isStopping = true;
      admin?.stop();
      schedule.stop();
      recovery.stop();
      alerting.stop();
      const cancel = clock.after(GRACE, () => stopping.abort());
      await queue.stop(GRACE + 500);
      cancel();
      stopping.abort();
      await queue.close();
      await together.close();
      await database.close();
      log.info({ lastGoodSweep: sweepEnded ?? null }, 'stopped');
    },
  };
}
