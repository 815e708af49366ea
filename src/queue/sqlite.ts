// The embedded engine of the work queue: one table in the database that the store uses too, worked off by this process.
import type { Instant } from '../access/model.ts';
import { chunks } from '../lib/chunks.ts';
import type { Clock } from '../lib/clock.ts';
import { groupCommit } from '../lib/group-commit.ts';
import type { Log } from '../lib/log.ts';
import type { Database } from '../store/database.ts';
import type { JobEvent } from './job-event.ts';
import { isJobName, readJob } from './payloads.ts';
import type { JobCount, JobRecord, JobRequest, JobState, Queue } from './queue.ts';
import { createJobs, type JobRow } from './sqlite-jobs.ts';
import { startWorker, type Worker } from './sqlite-worker.ts';

const IDS_AT_ONCE = 500;

export function createSqliteQueue({
  database,
  space,
  clock,
  random,
  onJob = () => undefined,
  log = { error: () => undefined },
}: {
  database: Pick<Database, 'sql' | 'takeNumbers'>;
  space: string;
  clock: Clock;
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** Told of every try once it is durable. */
  onJob?: (event: JobEvent) => void;
  log?: Pick<Log, 'error'>;
}): Queue {
  const { sql } = database;
  const jobs = createJobs({ database, space });
  let worker: Worker | undefined;
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
    worker?.nudge();
  }

  function changed(): void {
    const told = waiters;
    waiters = [];
    for (const tell of told) tell();
  }

  const addTogether = groupCommit<readonly JobRequest[]>(async (groups) => {
    await sql.transaction().execute((trx) => jobs.add(groups.flat(), clock.now(), trx));
    nudge();
  });

  return {
    async add(requests, within) {
      if (requests.length === 0) return;
      if (within) return await jobs.add(requests, clock.now(), within);
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
      worker = startWorker({ database, jobs, clock, random, onJob, log, recovered, doubt, changed }, handlers, options);
      worker.nudge();
    },

    async stop(graceMs) {
      await worker?.stop(graceMs);
      worker = undefined;
    },

    async list({ name, state } = {}) {
      await recovered();
      const rows = await sql
        .selectFrom('jobs')
        .selectAll()
        .where('space', '=', space)
        .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
        .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
        .orderBy('sequence')
        .execute();
      return rows.map(toRecord);
    },

    async counts() {
      await recovered();
      const rows = await sql
        .selectFrom('jobs')
        .select(({ fn }) => ['name', 'state', fn.countAll<number>().as('count'), fn.min('requested_at').as('oldest')])
        .where('space', '=', space)
        .groupBy(['name', 'state'])
        .orderBy('name')
        .orderBy('state')
        .execute();
      return rows.flatMap(({ name, state, count, oldest }): JobCount[] =>
        isJobName(name) ? [{ name, state: readState(state), count: Number(count), oldestRequestedAt: oldest }] : [],
      );
    },

    async waiting({ name, after, most }) {
      await recovered();
      const { count } = await sql
        .selectFrom(
          sql
            .selectFrom('jobs')
            .select('id')
            .where('space', '=', space)
            .where('state', '=', 'waiting')
            .where('name', '=', name)
            .where('sequence', '>', after)
            .limit(most)
            .as('some'),
        )
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async settle(ids, sequence) {
      await recovered();
      const settled = await sql.transaction().execute(async (trx) => {
        let deleted = 0;
        for (const some of chunks(ids, IDS_AT_ONCE)) {
          const { numDeletedRows } = await trx
            .deleteFrom('jobs')
            .where('space', '=', space)
            .where('state', '=', 'waiting')
            .where('id', 'in', some)
            .where('sequence', '<=', sequence)
            .executeTakeFirstOrThrow();
          deleted += Number(numDeletedRows);
        }
        return deleted;
      });
      changed();
      return settled;
    },

    async sequence() {
      const counter = await sql
        .selectFrom('counters')
        .select('value')
        .where('space', '=', space)
        .where('name', '=', 'jobs')
        .executeTakeFirst();
      return counter?.value ?? 0;
    },

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
    const row = await sql
      .selectFrom('jobs')
      .select('id')
      .where('space', '=', space)
      .where('state', '=', 'waiting')
      .where('run_at', '<=', now)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

function toRecord(row: JobRow): JobRecord {
  return { ...readJob(row), state: readState(row.state), runAt: row.run_at, lastError: row.last_error };
}

function readState(state: string): JobState {
  if (state === 'waiting' || state === 'running' || state === 'dead') return state;
  throw new Error(`a job is in a state that this version does not know: ${state}`);
}
