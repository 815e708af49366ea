// How the one process of the embedded engine takes jobs from the table, and finds again what a crash left running.
import type { Instant } from '../access/model.ts';
import type { Database, Transaction } from '../store/database.ts';
import { createJobTable, type JobRow } from './job-table.ts';
import type { JobName } from './queue.ts';

export function createSqliteJobs({ database, space }: { database: Pick<Database, 'takeNumbers'>; space: string }) {
  const table = createJobTable({ database, space });

  return {
    ...table,

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

    /** Jobs that a crash left running wait again. `inHand`: those that do run. */
    async recover(inHand: ReadonlySet<string>, within: Transaction): Promise<void> {
      const running = await within
        .selectFrom('jobs')
        .selectAll()
        .where('space', '=', space)
        .where('state', '=', 'running')
        .execute();
      for (const row of running.filter(({ id }) => !inHand.has(id))) {
        await table.wait(row, {}, within);
      }
    },
  };
}
