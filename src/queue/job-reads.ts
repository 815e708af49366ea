// What is asked of the table of jobs, on both engines.
import type { Kysely } from 'kysely';
import type { Instant } from '../access/model.ts';
import { chunks } from '../lib/chunks.ts';
import type { Tables } from '../store/tables.ts';
import type { JobRow } from './job-table.ts';
import { isJobName, readJob } from './payloads.ts';
import type { JobCount, JobName, JobRecord, JobState, Queue } from './queue.ts';

const IDS_AT_ONCE = 500;

export type JobReads = Pick<Queue, 'list' | 'counts' | 'waiting' | 'settle' | 'sequence'> & {
  /** Of another name than these. */
  isDue(now: Instant, but: readonly JobName[]): Promise<boolean>;
  isRunning(): Promise<boolean>;
};

export function createJobReads({ sql, space }: { sql: Kysely<Tables>; space: string }): JobReads {
  return {
    async list({ name, state } = {}) {
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

    async waiting({ name, after, dueBefore, most }) {
      const { count } = await sql
        .selectFrom(
          sql
            .selectFrom('jobs')
            .select('id')
            .where('space', '=', space)
            .where('state', '=', 'waiting')
            .where('name', '=', name)
            .where('sequence', '>', after)
            .where('run_at', '<', dueBefore)
            .limit(most)
            .as('some'),
        )
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async settle(ids, sequence) {
      return await sql.transaction().execute(async (trx) => {
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

    async isDue(now, but) {
      const row = await sql
        .selectFrom('jobs')
        .select('id')
        .where('space', '=', space)
        .where('state', '=', 'waiting')
        .where('run_at', '<=', now)
        .$if(but.length > 0, (query) => query.where('name', 'not in', but))
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    async isRunning() {
      const row = await sql
        .selectFrom('jobs')
        .select('id')
        .where('space', '=', space)
        .where('state', '=', 'running')
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

function toRecord(row: JobRow): JobRecord {
  return { ...readJob(row), state: readState(row.state), runAt: row.run_at, lastError: row.last_error };
}

function readState(state: string): JobState {
  if (state === 'waiting' || state === 'running' || state === 'dead') return state;
  throw new Error(`a job is in a state that this version does not know: ${state}`);
}
