// PostgreSQL: what every engine promises, and what this one does beyond it.
import { describe } from 'vitest';
import type { JobRequest } from '../../src/queue/queue.ts';
import { startChild } from '../support/child.ts';
import { ask, databaseOfFile, noPostgres } from '../support/postgres.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { describeQueue } from './conformance.ts';
import { openOn } from './open-postgres.ts';
import { space } from './open-sqlite.ts';

describe.skipIf(noPostgres)('with a server', () => {
  const database = databaseOfFile();

  describeQueue({
    name: 'PostgreSQL',
    open: async () => openOn(await database.url()),
    async openAfterKill(requests: readonly JobRequest[]) {
      const url = await database.url();
      const script = new URL('./run-until-killed.ts', import.meta.url);
      const child = startChild(script, [url, space, JSON.stringify(requests)]);
      await child.printed(1);
      await child.kill();
      await silenceIsLong(url);
      // The child's jobs were asked for by the real clock.
      const opened = await openOn(url, { clock: createVirtualClock(Date.UTC(2100, 0)) });
      await opened.queue.supervise();
      return opened;
    },
  });
});

/** As if the ten seconds had passed that a process may be silent, and nobody had looked meanwhile. */
async function silenceIsLong(url: string): Promise<void> {
  await ask(`update relay_pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute'`, url);
  await ask('update relay_pgboss.queue set monitor_on = null, monitor_claim_on = null', url);
}
