// What processes agree on, by the engine that the database is of: on SQLite there is one process, and on PostgreSQL there
// may be several.
import { createAlone, type Together } from '../lib/together.ts';
import type { Database } from './database.ts';
import type { shareWithOthers } from './shared.ts';

type Parts = Omit<Parameters<typeof shareWithOthers>[0], 'database'>;

export async function openTogether({ database, ...parts }: Parts & { database: Database }): Promise<Together> {
  if (database.kind === 'sqlite') return createAlone(parts.clock);
  const shared = await import('./shared.ts');
  return await shared.shareWithOthers({ database, ...parts });
}
