// Joins the processes that share a database, as app.ts does; also for a process of its own in a test.
import { randomUUID } from 'node:crypto';
import { createSteadyTime, systemClock } from '../../src/lib/clock.ts';
import type { Together } from '../../src/lib/together.ts';
import { openDatabase } from '../../src/store/database.ts';
import { shareWithOthers } from '../../src/store/shared.ts';
import type { Silence } from '../../src/store/shared-lease.ts';

/** Silence that a test can wait for, and a busy machine does not fall into. */
export const quick: Silence = { beatEvery: 200, givesUpAfter: 2500, takenOverAfter: 4000 };

export async function joinAt(url: string, silence: Silence, space = 'north'): Promise<Together> {
  const database = await openDatabase({ dataDir: '/nowhere', url });
  if (database.kind !== 'postgres') throw new Error(`it is ${database.kind}`);
  const together = await shareWithOthers({
    database,
    space,
    clock: systemClock,
    steady: createSteadyTime(),
    newId: randomUUID,
    log: { warn: () => undefined, info: () => undefined },
    silence,
  });
  const { close } = together;
  return {
    ...together,
    async close() {
      await close();
      await database.close();
    },
  };
}
