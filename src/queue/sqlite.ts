// The embedded engine of the work queue: one table in the database that the store uses too, worked off by this process.
import type { Instant } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { groupCommit } from '../lib/group-commit.ts';
import type { Log } from '../lib/log.ts';
import type { Database, Transaction } from '../store/database.ts';
import type { JobEvent } from './job-event.ts';
import { createJobReads } from './job-reads.ts';
import type { JobRow } from './job-table.ts';
import type { JobName, JobRequest, Queue } from './queue.ts';
import { createSqliteJobs } from './sqlite-jobs.ts';
import { type Round, startWorker, type Taken, type Worker } from './worker.ts';

export function createSqliteQueue({
  database,
  space,
  clock,
  random,
  onJob = () => undefined,
  log = { error: () => undefined },
}: {
  database: Pick<Database, 'sql' | 'takeNumbers' | 'durable' | 'flushSoon'>;
  space: string;
  clock: Clock;
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** Told of every try once it is durable. */
  onJob?: (event: JobEvent) => void;
  log?: Pick<Log, 'error'>;
}): Queue {
  const { sql } = database;
  const jobs = createSqliteJobs({ database, space });
  const reads = createJobReads({ sql, space });
  let worker: Worker | undefined;
  /** Names that were added since the worker was told. */
  const news = new Set<JobName>();
  let recovery: Promise<void> | undefined;
  let adding = 0;
  let waiters: (() => void)[] = [];

  /** At the first use, what a crash left running waits again. */
  function recovered(): Promise<void> {
    recovery ??= sql
      .transaction()
      .execute((trx) => jobs.recover(worker?.inHand() ?? new Set(), trx))
      .catch((error: unknown) => {
        recovery = undefined;
        throw error;
      });
    return recovery;
  }

  function nudge(): void {
    const names = [...news];
    news.clear();
    worker?.nudge(names.length > 0 ? names : undefined);
  }

  async function addWithin(requests: readonly JobRequest[], within: Transaction): Promise<void> {
    await jobs.add(requests, clock.now(), within);
    for (const { name } of requests) news.add(name);
  }

  function changed(): void {
    const told = waiters;
    waiters = [];
    for (const tell of told) tell();
  }

  const addTogether = groupCommit<readonly JobRequest[]>(async (groups) => {
    await database.durable((trx) => addWithin(groups.flat(), trx));
    nudge();
  });

  return {
    async add(requests, within) {
      if (requests.length === 0) return;
      if (within) return await addWithin(requests, within);
      adding += 1;
      try {
        await addTogether(requests);
      } finally {
        adding -= 1;
        changed();
      }
    },

    nudge,

    work(handlers, options) {
      if (worker) throw new Error('this queue is worked off already: stop() comes first');
      const doubt = () => {
        recovery = undefined;
      };
      worker = startWorker({ round, clock, random, onJob, log, doubt, changed }, handlers, options);
      worker.nudge();
    },

    async stop(graceMs) {
      await worker?.stop(graceMs);
      worker = undefined;
    },

    async list(filter) {
      await recovered();
      return reads.list(filter);
    },

    async counts() {
      await recovered();
      return reads.counts();
    },

    async waiting(some) {
      await recovered();
      return reads.waiting(some);
    },

    async settle(ids, sequence) {
      await recovered();
      const settled = await reads.settle(ids, sequence);
      changed();
      return settled;
    },

    sequence: reads.sequence,

    async wake() {
      await recovered();
      const now = clock.now();
      const { numUpdatedRows } = await sql
        .updateTable('jobs')
        .set({ run_at: now })
        .where('space', '=', space)
        .where('state', '=', 'waiting')
        .where('transient', '=', 1)
        .where('run_at', '>', now)
        .executeTakeFirstOrThrow();
      nudge();
      return Number(numUpdatedRows);
    },

    async redrive(id) {
      await recovered();
      const redriven = await sql.transaction().execute((trx) => jobs.redrive(id, clock.now(), trx));
      nudge();
      return redriven;
    },

    async idle() {
      for (;;) {
        const next = new Promise<void>((resolve) => waiters.push(resolve));
        const due = await isDue(clock.now());
        if (!due && adding === 0 && !worker?.busy()) return;
        if (due && !worker?.busy()) nudge();
        await next;
      }
    },
  };

  async function isDue(now: Instant): Promise<boolean> {
    await recovered();
    return reads.isDue(now, worker?.resting() ?? []);
  }

  async function round({ over, free, names, now }: Round): Promise<Taken> {
    await recovered();
    const taken = await sql.transaction().execute(async (trx) => {
      for (const ending of over) await jobs.end(ending, trx);
      const rows: JobRow[] = [];
      const lookAt = new Map<JobName, Instant>();
      for (const name of names) {
        if (rows.length >= free) break;
        const claimed = await jobs.claim({ name, limit: free - rows.length, now }, trx);
        rows.push(...claimed.rows);
        lookAt.set(name, claimed.nextAt);
      }
      return { rows, lookAt };
    });
    // What the jobs that are over have written, too.
    database.flushSoon();
    return taken;
  }
}
