// PostgreSQL: what every engine promises, and what this one does beyond it.
import { describe } from 'vitest';
import type { JobRequest } from '../../src/queue/queue.ts';
import { startChild } from '../support/child.ts';
import { databaseOfFile, noPostgres, silenceIsLong } from '../support/postgres.ts';
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
