// A database of its own for one test, with two spaces in it: the second is to show that nothing crosses over.
import { onTestFinished } from 'vitest';
import type { Queue } from '../../src/queue/queue.ts';
import { createSqliteQueue } from '../../src/queue/sqlite.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';
import { now } from './samples.ts';

export type Spaces = { database: Database; clock: VirtualClock; queue: Queue; store: Store; elsewhere: Store };

export async function openSpaces(): Promise<Spaces> {
  const clock = createVirtualClock(now + 500);
  const database = await openDatabase({ dataDir: temporaryFolder() });
  onTestFinished(() => database.close());
  const north = await openSpace('north', { database, clock });
  const south = await openSpace('south', { database, clock });
  return { database, clock, ...north, elsewhere: south.store };
}

export async function openSpace(
  space: string,
  { database, clock }: { database: Database; clock: VirtualClock },
): Promise<{ queue: Queue; store: Store }> {
  const parts = { database, space, clock, random: () => 0.5 };
  const queue = createSqliteQueue(parts);
  return { queue, store: await openStore({ database, space, clock, queue }) };
}
