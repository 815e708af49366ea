// A database of its own for one test, on any engine, with two spaces in it: the second shows that nothing crosses over.
import { onTestFinished } from 'vitest';
import { type OpenQueue, openQueue } from '../../src/queue/open-queue.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { databaseOfFile, noPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { now } from './samples.ts';

export type EngineName = 'SQLite' | 'PostgreSQL';
/** For describe.each. */
export const ENGINES: readonly EngineName[] = noPostgres ? ['SQLite'] : ['SQLite', 'PostgreSQL'];

export type Spaces = { database: Database; clock: VirtualClock; queue: OpenQueue; store: Store; elsewhere: Store };

const server = databaseOfFile();

export async function openSpaces(engine: EngineName): Promise<Spaces> {
  const clock = createVirtualClock(now + 500);
  const url = engine === 'PostgreSQL' ? await server.url() : null;
  const database = await openDatabase({ dataDir: url === null ? temporaryFolder() : '/nowhere', url });
  onTestFinished(() => database.close());
  const north = await openSpace('north', { database, clock });
  const south = await openSpace('south', { database, clock });
  return { database, clock, ...north, elsewhere: south.store };
}

export async function openSpace(
  space: string,
  { database, clock }: { database: Database; clock: VirtualClock },
): Promise<{ queue: OpenQueue; store: Store }> {
  const queue = await openQueue({ database, space, clock, random: () => 0.5 });
  onTestFinished(() => queue.close());
  return { queue, store: await openStore({ database, space, clock, queue }) };
}
