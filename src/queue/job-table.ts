// What is written to the table of jobs, on both engines. No timing, no handlers: those are in worker.ts; how a process
// takes a job is its engine's own. (space, name, key, state) is unique: one waiting, one running and one dead job per key.
// A dead one stays listed until a newer job of its key is done, or is dead in its place.
import type { ExpressionBuilder, OnConflictDatabase, OnConflictTables, Selectable } from 'kysely';
import type { Instant } from '../access/model.ts';
import { describeError } from '../lib/errors.ts';
import { createRowInserts } from '../lib/row-inserts.ts';
import type { Database, Transaction } from '../store/database.ts';
import type { Tables } from '../store/tables.ts';
import type { AfterFailure } from './after-failure.ts';
import type { JobRequest } from './queue.ts';

export type JobRow = Selectable<Tables['jobs']>;

/** How a try ended. */
export type Ending = { row: JobRow } & (
  | { outcome: 'done' }
  | { outcome: 'again'; runAt: Instant }
  | { outcome: 'failed'; error: unknown; after: AfterFailure }
  | { outcome: 'handed back' }
);

const LONGEST_ERROR = 2_000;

export function createJobTable({ database, space }: { database: Pick<Database, 'takeNumbers'>; space: string }) {
  const counter = { space, name: 'jobs' };
  const insertJobs = createRowInserts((sql: Transaction, rows: readonly JobRow[]) =>
    sql
      .insertInto('jobs')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['space', 'name', 'key', 'state']).doUpdateSet((eb) => ({
          payload: eb.ref('excluded.payload'),
          sequence: eb.ref('excluded.sequence'),
          run_at: earlier(eb, 'run_at'),
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
          await wait(row, { attempts: row.attempts - 1 }, within);
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

    async redrive(id: string | 'all', now: Instant, within: Transaction): Promise<number> {
      const dead = await within
        .selectFrom('jobs')
        .selectAll()
        .where('space', '=', space)
        .where('state', '=', 'dead')
        .$if(id !== 'all', (query) => query.where('id', '=', id))
        .execute();
      for (const row of dead) {
        await wait(row, { run_at: now, attempts: 0, refusals: 0, transient: 0 }, within);
      }
      return dead.length;
    },

    wait,
  };

  /** Back among the waiting; where a repeat waits already, the two become one: its payload, the elder's history. */
  async function wait(
    row: JobRow,
    next: Partial<Pick<JobRow, 'run_at' | 'attempts' | 'refusals' | 'last_error' | 'transient'>>,
    within: Transaction,
    { repeatWaitsToo = false } = {},
  ): Promise<void> {
    await within.deleteFrom('jobs').where('space', '=', space).where('id', '=', row.id).execute();
    await within
      .insertInto('jobs')
      .values({ ...row, ...next, state: 'waiting' })
      .onConflict((conflict) =>
        conflict.columns(['space', 'name', 'key', 'state']).doUpdateSet((eb) => ({
          attempts: eb.ref('excluded.attempts'),
          refusals: eb.ref('excluded.refusals'),
          last_error: eb.ref('excluded.last_error'),
          transient: eb.ref('excluded.transient'),
          requested_at: earlier(eb, 'requested_at'),
          run_at: repeatWaitsToo ? eb.ref('excluded.run_at') : earlier(eb, 'run_at'),
        })),
      )
      .execute();
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

/** In place of min(), which is the one engine's, and least(), which is the other's. */
function earlier(
  eb: ExpressionBuilder<OnConflictDatabase<Tables, 'jobs'>, OnConflictTables<'jobs'>>,
  column: 'run_at' | 'requested_at',
) {
  return eb
    .case()
    .when(`excluded.${column}`, '<', eb.ref(`jobs.${column}`))
    .then(eb.ref(`excluded.${column}`))
    .else(eb.ref(`jobs.${column}`))
    .end();
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
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
  // In the order in which everybody locks them, where several processes write at once.
  return [...rows.values()].sort((one, other) => compare(one.name, other.name) || compare(one.key, other.key));
}
