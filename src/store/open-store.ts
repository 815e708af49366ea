// Puts the tables of one space together.
import type { Clock } from '../lib/clock.ts';
import type { Queue } from '../queue/queue.ts';
import { createAlerts } from './alerts.ts';
import { createAttempts } from './attempts.ts';
import { createAudit } from './audit.ts';
import { createCheckIns } from './check-ins.ts';
import type { Database } from './database.ts';
import { createEvidence } from './evidence.ts';
import { createGrantNotes } from './grant-notes.ts';
import { createHolds } from './holds.ts';
import { createInbox } from './inbox.ts';
import { createLinks } from './links.ts';
import { createLosses } from './losses.ts';
import { createManaged } from './managed.ts';
import { createOpenings } from './openings.ts';
import { createProblems } from './problems.ts';
import { createRefusals } from './refusals.ts';
import { createRefusedCalls } from './refused-calls.ts';
import { scopeOf } from './scope.ts';
import { createSettings } from './settings.ts';
import type { Store } from './store.ts';
import { createTimedGrants } from './timed-grants.ts';
import { createTokens } from './tokens.ts';
import { createWitness } from './witness.ts';

/** `space`: the subdomain. The first time it also writes down when the store was made. */
export async function openStore({
  database,
  space,
  clock,
  queue,
}: {
  database: Database;
  space: string;
  clock: Pick<Clock, 'now'>;
  queue: Pick<Queue, 'add' | 'nudge'>;
}): Promise<Store> {
  const scope = scopeOf(database, space);
  const settings = createSettings(scope);
  await settings.setOnce('made-at', Math.floor(clock.now() / 1000) * 1000);

  return {
    inbox: createInbox({ ...scope, queue }),
    links: createLinks(scope),
    tokens: createTokens(scope),
    evidence: createEvidence(scope),
    checkIns: createCheckIns(scope),
    attempts: createAttempts(scope),
    openings: createOpenings(scope),
    refusals: createRefusals(scope),
    holds: createHolds(scope),
    losses: createLosses(scope),
    managed: createManaged(scope),
    witness: createWitness(scope),
    timedGrants: createTimedGrants(scope),
    grantNotes: createGrantNotes(scope),
    problems: createProblems(scope),
    alerts: createAlerts({ ...scope, queue }),
    refusedCalls: createRefusedCalls(scope),
    audit: createAudit({ database, space }),
    settings,
    keptIn: database.kind === 'postgres' ? 'PostgreSQL' : 'SQLite',
    ping: createPing(database, space),
  };
}

/** Writes, and waits for the disk, since a full one can still be read. All who ask at the same time share one write. */
function createPing(database: Database, space: string): () => Promise<void> {
  let writing: Promise<void> | undefined;
  return () => {
    writing ??= database
      .durable(async (trx) => void (await database.takeNumbers({ space, name: 'pings' }, 1, trx)))
      .finally(() => {
        writing = undefined;
      });
    return writing;
  };
}
