import { systemClock } from '../../src/lib/clock.ts';
import { createAlone } from '../../src/lib/together.ts';
import { noPostgres } from '../support/postgres.ts';
import { quick } from './join-shared.ts';
import { openShared } from './open-shared.ts';
import { describeTogether } from './together-conformance.ts';

describeTogether('in memory', async () => {
  const alone = createAlone(systemClock);
  return { one: alone, other: alone };
});

describeTogether(
  'on PostgreSQL',
  async () => {
    const { join } = await openShared();
    return { one: (await join(quick)).together, other: (await join(quick)).together };
  },
  noPostgres,
);
