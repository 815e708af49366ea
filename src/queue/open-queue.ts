// The work queue of the engine that the database is of.
import type { Database } from '../store/database.ts';
import type { openPostgresQueue } from './postgres.ts';
import type { Queue } from './queue.ts';
import { createSqliteQueue } from './sqlite.ts';

type Parts = Omit<Parameters<typeof openPostgresQueue>[0], 'database'>;

export type OpenQueue = Queue & {
  /** After stop(), before the database is closed. */
  close(): Promise<void>;
};

export async function openQueue({ database, ...parts }: Parts & { database: Database }): Promise<OpenQueue> {
  if (database.kind === 'postgres') {
    const postgres = await import('./postgres.ts');
    return await postgres.openPostgresQueue({ database, ...parts });
  }
  return { ...createSqliteQueue({ database, ...parts }), close: async () => undefined };
}
