import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createAlone } from '../../src/lib/together.ts';
import { databaseOfFile, noPostgres } from '../support/postgres.ts';
import { joinAt, quick } from './join-shared.ts';
import { describeTogether } from './together-conformance.ts';

describeTogether('in memory', async () => {
  const alone = createAlone(systemClock);
  return { one: alone, other: alone };
});

const database = databaseOfFile();
let spaces = 0;

describeTogether(
  'on PostgreSQL',
  async () => {
    spaces += 1;
    // Asked once: it empties the database.
    const url = await database.url();
    const join = async () => {
      const together = await joinAt(url, quick, `space-${spaces}`);
      onTestFinished(() => together.close());
      return together;
    };
    return { one: await join(), other: await join() };
  },
  noPostgres,
);
