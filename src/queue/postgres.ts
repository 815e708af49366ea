// The work queue on PostgreSQL, for several processes: what is to be done, and when, is in our table of jobs; pg-boss says
// who does it (postgres-tickets.ts).
import type { Clock } from '../lib/clock.ts';
import { systemClock } from '../lib/clock.ts';
import { groupCommit } from '../lib/group-commit.ts';
import type { Log } from '../lib/log.ts';
import type { PostgresDatabase, Transaction } from '../store/database.ts';
import type { JobEvent } from './job-event.ts';
import { createJobReads } from './job-reads.ts';
import { createJobTable } from './job-table.ts';
import { createRounds } from './postgres-rounds.ts';
import { openTickets } from './postgres-tickets.ts';
import type { JobName, JobRequest, Queue } from './queue.ts';
import { startWorker, type Worker } from './worker.ts';

/** So often a process looks for what others left or nobody told: a lost one's jobs, a call that nobody heard. */
const LOOK_AGAIN = 3_000;
/** A job that became due so long ago has a ticket, or something went wrong: once a minute all are looked through. */
const MINUTE = 60_000;
const BEAT = 3_000;
const IDLE_LOOK = 100;

export type PostgresQueue = Queue & {
  /** Takes their jobs from processes that have gone silent: done by itself while this one works. */
  supervise(): Promise<void>;
  /** After stop(). */
  close(): Promise<void>;
};

export async function openPostgresQueue({
  database,
  space,
  clock,
  random,
  onJob = () => undefined,
  log = { error: () => undefined, warn: () => undefined },
  lookAgainMs = LOOK_AGAIN,
}: {
  database: Pick<PostgresDatabase, 'sql' | 'takeNumbers' | 'durable' | 'pool' | 'schema'>;
  space: string;
  clock: Clock;
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** Told of every try once it is durable. */
  onJob?: (event: JobEvent) => void;
  log?: Pick<Log, 'error' | 'warn'>;
  lookAgainMs?: number;
}): Promise<PostgresQueue> {
  const { sql } = database;
  let worker: Worker | undefined;
  const tickets = await openTickets({ database, space, log, heard: (names) => worker?.nudge(names) });
  const table = createJobTable({ database, space });
  const reads = createJobReads({ sql, space });
  const rounds = createRounds({ database, space, tickets });
  /** Names that were added since somebody was told. */
  const news = new Set<JobName>();
  let cancelLook: () => void = () => undefined;
  let cancelBeat: () => void = () => undefined;
  let lookedThroughAt = Number.NEGATIVE_INFINITY;
  let adding = 0;
  let waiters: (() => void)[] = [];

  function changed(): void {
    const told = waiters;
    waiters = [];
    for (const tell of told) tell();
  }

  function nudge(): void {
    const names = [...news];
    news.clear();
    worker?.nudge(names.length > 0 ? names : undefined);
    if (worker && !worker.full()) return;
    tickets
      .tellOthers(names)
      .catch((error: unknown) => log.warn({ error }, 'other processes could not be told of work'));
  }

  async function addWithin(asked: readonly JobRequest[], within: Transaction): Promise<void> {
    const now = clock.now();
    // As it will be stored: PostgreSQL takes no NUL in a text.
    const requests = asked.map((request) => ({ ...request, key: request.key.replaceAll('\0', '\uFFFD') }));
    const due = requests.filter(({ runAt = now }) => runAt <= now);
    await tickets.offer(
      due.map(({ name, key, runAt = now }) => ({ name, key, runAt })),
      within,
    );
    await table.add(requests, now, within);
    for (const { name } of requests) news.add(name);
  }

  const addTogether = groupCommit<readonly JobRequest[]>(async (groups) => {
    await database.durable((trx) => addWithin(groups.flat(), trx));
    nudge();
  });

  async function look(of: Worker): Promise<void> {
    try {
      await supervise();
      const now = clock.now();
      const isLong = now >= lookedThroughAt + MINUTE;
      await rounds.offerDue(isLong ? Number.NEGATIVE_INFINITY : now - MINUTE, now);
      if (isLong) lookedThroughAt = now;
      const due = await rounds.dueNames(now);
      if (due.length > 0) worker?.nudge(due);
    } catch (error) {
      log.warn({ error }, 'the queue could not look for work that was left: trying again');
    }
    if (worker === of) cancelLook = clock.after(lookAgainMs, () => void look(of));
  }

  async function supervise(): Promise<void> {
    await tickets.supervise();
    await rounds.recover();
  }

  /** By the real clock, since the database's judges it. */
  async function beat(of: Worker): Promise<void> {
    try {
      await tickets.beat(rounds.inHand());
    } catch (error) {
      log.warn({ error }, 'the queue could not say that it is still at work');
    }
    if (worker === of) cancelBeat = systemClock.after(BEAT, () => void beat(of));
  }

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
      const { round } = rounds;
      const started = startWorker(
        { round, clock, random, onJob, log, doubt: () => undefined, changed },
        handlers,
        options,
      );
      worker = started;
      started.nudge();
      cancelLook = clock.after(0, () => void look(started));
      cancelBeat = systemClock.after(BEAT, () => void beat(started));
    },

    async stop(graceMs) {
      await worker?.stop(graceMs);
      worker = undefined;
      cancelLook();
      cancelBeat();
    },

    async list(filter) {
      await rounds.recover();
      return reads.list(filter);
    },

    async counts() {
      await rounds.recover();
      return reads.counts();
    },

    waiting: reads.waiting,

    async settle(ids, sequence) {
      const settled = await reads.settle(ids, sequence);
      changed();
      return settled;
    },

    sequence: reads.sequence,

    async wake() {
      const now = clock.now();
      const { numUpdatedRows } = await sql
        .updateTable('jobs')
        .set({ run_at: now })
        .where('space', '=', space)
        .where('state', '=', 'waiting')
        .where('transient', '=', 1)
        .where('run_at', '>', now)
        .executeTakeFirstOrThrow();
      await rounds.offerDue(now - 1, now);
      nudge();
      return Number(numUpdatedRows);
    },

    async redrive(id) {
      const now = clock.now();
      const redriven = await sql.transaction().execute((trx) => table.redrive(id, now, trx));
      await rounds.offerDue(now - 1, now);
      nudge();
      return redriven;
    },

    async idle() {
      for (;;) {
        const next = new Promise<void>((resolve) => waiters.push(resolve));
        const busy =
          adding > 0 ||
          worker?.busy() ||
          (await reads.isRunning()) ||
          (await reads.isDue(clock.now(), worker?.resting() ?? []));
        if (!busy) return;
        // What others do is seen by looking.
        const cancel = systemClock.after(IDLE_LOOK, changed);
        await next;
        cancel();
      }
    },

    supervise,

    close: () => tickets.close(),
  };
}
