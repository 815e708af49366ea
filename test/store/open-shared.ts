// Processes that share one PostgreSQL, each with connections of its own, within one test.
import { onTestFinished } from 'vitest';
import type { Together } from '../../src/lib/together.ts';
import type { Silence } from '../../src/store/shared-lease.ts';
import { temporaryDatabase } from '../support/postgres.ts';
import { joinAt } from './join-shared.ts';

export async function openShared(): Promise<{
  url: string;
  join: (silence: Silence, at?: string) => Promise<{ together: Together }>;
}> {
  const url = await temporaryDatabase();
  return {
    url,
    async join(silence, at = url) {
      const together = await joinAt(at, silence);
      onTestFinished(() => together.close());
      return { together };
    },
  };
}
