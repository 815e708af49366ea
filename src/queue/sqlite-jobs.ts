// The statements on the table of jobs. No timing, no handlers: those are in sqlite-worker.ts.
// (space, name, key, state) is unique: one waiting, one running and one dead job per key. A dead one stays listed until
// a newer job of its key is done, or is dead in its place.
import type { Selectable } from 'kysely';
import type { Instant } from '../access/model.ts';
import { describeError } from '../lib/errors.ts';
import { createRowInserts } from '../lib/row-inserts.ts';
import type { Database, Transaction } from '../store/database.ts';
import type { Tables } from '../store/tables.ts';
import type { AfterFailure } from './after-failure.ts';
import type { JobName, JobRequest } from './queue.ts';

export type JobRow = Selectable<Tables['jobs']>;

/** How a try ended. */
export type Ending = { row: JobRow } & (
  | { outcome: 'done' }
  | { outcome: 'again'; runAt: Instant }
  | { outcome: 'failed'; error: unknown; after: AfterFailure }
  | { outcome: 'handed back' }
);

export type Jobs = ReturnType<typeof createJobs>;

const LONGEST_ERROR = 2_000;

export function createJobs({ database, space }: { database: Pick<Database, 'takeNumbers'>; space: string }) {
  const counter = { space, name: 'jobs' };
  const insertJobs = createRowInserts((sql: Transaction, rows: readonly JobRow[]) =>
    sql
      .insertInto('jobs')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['space', 'name', 'key', 'state']).doUpdateSet((eb) => ({
          payload: eb.ref('excluded.payload'),
          sequence: eb.ref('excluded.sequence'),
          run_at: eb
            .case()
            .when('excluded.run_at', '<', eb.ref('jobs.run_at'))
            .then(eb.ref('excluded.run_at'))
            .else(eb.ref('jobs.run_at'))
            .end(),
        })),
      ),
  );

  return {
    async add(requests: readonly JobRequest[], now: Instant, within: Transaction): Promise<void> {
      if (requests.length === 0) return;
      const last = await database.takeNumbers(counter, requests.length, within);
      const rows = collapse(requests, { space, now, first: last - requests.length + 1 });
      await insertJobs(within, rows);
    },

    /** Takes up to `limit` due jobs whose key is not running. `nextAt`: when there may be another one. */
    async claim(
      { name, limit, now }: { name: JobName; limit: number; now: Instant },
      within: Transaction,
    ): Promise<{ rows: JobRow[]; nextAt: Instant }> {
      const first = await within
        .selectFrom('jobs')
        .selectAll()
        .where('space', '=', space)
        .where('state', '=', 'waiting')
        .where('name', '=', name)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('jobs as other')
                .select('other.id')
                .where('other.space', '=', space)
                .where('other.name', '=', name)
                .whereRef('other.key', '=', 'jobs.key')
                .where('other.state', '=', 'running'),
            ),
          ),
        )
        .orderBy('run_at')
        .orderBy('sequence')
        .limit(limit)
        .execute();
      const due = first.filter((row) => row.run_at <= now);
      const rows = due.map((row) => ({ ...row, state: 'running', attempts: row.attempts + 1 }));
      if (rows.length > 0) {
        await within
          .updateTable('jobs')
          .set((eb) => ({ state: 'running', attempts: eb('attempts', '+', 1) }))
          .where('space', '=', space)
          .where(
            'id',
            'in',
            rows.map(({ id }) => id),
          )
          .execute();
      }
      const later = first.find((row) => row.run_at > now)?.run_at;
      return { rows, nextAt: later ?? (first.length < limit ? Number.POSITIVE_INFINITY : now) };
    },

    async end(ending: Ending, within: Transaction): Promise<void> {
      const { row } = ending;
      switch (ending.outcome) {
        case 'done':
          await remove(row, ['running', 'dead'], within);
          return;
        case 'again':
          await wait(row, { run_at: ending.runAt, attempts: 0, refusals: 0, last_error: null, transient: 0 }, within);
          return;
        case 'handed back':
          await wait(row, { ...memory(row), run_at: row.run_at, attempts: row.attempts - 1 }, within);
          return;
        case 'failed':
          break;
      }
      const { after } = ending;
      const failure = { refusals: after.refusals, last_error: describeError(ending.error).slice(0, LONGEST_ERROR) };
      if (after.next === 'retry') {
        const { runAt: run_at, transient } = after;
        const next = { ...failure, run_at, attempts: row.attempts, transient: transient ? 1 : 0 };
        // The failure is the newer news: a repeat that came meanwhile waits as long as the other side asked for.
        await wait(row, next, within, { repeatWaitsToo: true });
        return;
      }
      await remove(row, ['dead'], within);
      await within
        .updateTable('jobs')
        .set({ ...failure, state: 'dead' })
        .where('space', '=', space)
        .where('id', '=', row.id)
        .execute();
    },

    /** Jobs that a crash left running wait again. `inHand`: those that do run. */
    async recover(inHand: ReadonlySet<string>, within: Transaction): Promise<void> {
      const running = await within
        .selectFrom('jobs')
        .selectAll()
        .where('space', '=', space)
        .where('state', '=', 'running')
        .execute();
      for (const row of running.filter(({ id }) => !inHand.has(id))) {
        await wait(row, { ...memory(row), run_at: row.run_at, attempts: row.attempts }, within);
      }
    },

    async redrive(id: string | 'all', now: Instant, within: Transaction): Promise<number> {
      const dead = await within
        .selectFrom('jobs')
        .selectAll()
        .where('space', '=', space)
        .where('state', '=', 'dead')
        .$if(id !== 'all', (query) => query.where('id', '=', id))
        .execute();
      for (const row of dead) {
        await wait(row, { run_at: now, attempts: 0, refusals: 0, last_error: row.last_error, transient: 0 }, within);
      }
      return dead.length;
    },
  };

  /** Back among the waiting; where a repeat waits already, the two become one: its payload, the elder's history. */
  async function wait(
    row: JobRow,
    next: Pick<JobRow, 'run_at' | 'attempts' | 'refusals' | 'last_error' | 'transient'>,
    within: Transaction,
    { repeatWaitsToo = false } = {},
  ): Promise<void> {
    const repeat = await within
      .selectFrom('jobs')
      .select(['id', 'run_at', 'requested_at'])
      .where('space', '=', space)
      .where('name', '=', row.name)
      .where('key', '=', row.key)
      .where('state', '=', 'waiting')
      .where('id', '!=', row.id)
      .executeTakeFirst();
    const update = within.updateTable('jobs').where('space', '=', space);
    if (!repeat) {
      await update
        .set({ ...next, state: 'waiting' })
        .where('id', '=', row.id)
        .execute();
      return;
    }
    await update
      .set({
        ...next,
        run_at: repeatWaitsToo ? next.run_at : Math.min(next.run_at, repeat.run_at),
        requested_at: Math.min(row.requested_at, repeat.requested_at),
      })
      .where('id', '=', repeat.id)
      .execute();
    await within.deleteFrom('jobs').where('space', '=', space).where('id', '=', row.id).execute();
  }

  async function remove(row: JobRow, states: readonly string[], within: Transaction): Promise<void> {
    await within
      .deleteFrom('jobs')
      .where('space', '=', space)
      .where('name', '=', row.name)
      .where('key', '=', row.key)
      .where('state', 'in', states)
      .execute();
  }
}

function memory({ refusals, last_error, transient }: JobRow): Pick<JobRow, 'refusals' | 'last_error' | 'transient'> {
  return { refusals, last_error, transient };
}

/** One row per name and key: no statement may touch a row twice. */
function collapse(
  requests: readonly JobRequest[],
  { space, now, first }: { space: string; now: Instant; first: number },
): JobRow[] {
  const rows = new Map<string, JobRow>();
  for (const [index, { name, key, payload, runAt }] of requests.entries()) {
    const sequence = first + index;
    const where = `${name} ${key}`;
    const earlier = rows.get(where);
    rows.set(where, {
      space,
      id: earlier?.id ?? String(sequence),
      name,
      key,
      payload: JSON.stringify(payload),
      state: 'waiting',
      run_at: Math.min(runAt ?? now, earlier?.run_at ?? Number.POSITIVE_INFINITY),
      attempts: 0,
      refusals: 0,
      last_error: null,
      transient: 0,
      requested_at: now,
      sequence,
    });
  }
  return [...rows.values()];
}
