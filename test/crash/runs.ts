// The crash runs there are, by name and by what the relay stores into.
import { databaseStopped } from './database-stopped.ts';
import { diskFull } from './disk-full.ts';
import { endRounds } from './ends.ts';
import { oneFolder } from './one-folder.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import type { Engine, Report, Run } from './report.ts';

import { frozen, handOver, oneBudget, rollingRestart } from './several.ts';

/** Longer than the work of a process that does not stir is kept for it. */
const FROZEN_MS = 20_000;

type CrashRun = { name: string; engine: Engine; play: (run: Run) => Promise<Report> };

/** A few of them are enough for what does not depend on the moment. */
const few = (run: Run): Run => ({ ...run, rounds: Math.min(run.rounds, 3) });

export const RUNS: readonly CrashRun[] = [
  { name: 'kill -9', engine: 'sqlite', play: (run) => endRounds('kill -9', run, { engine: 'sqlite' }) },
  { name: 'SIGTERM', engine: 'sqlite', play: (run) => endRounds('SIGTERM', run, { engine: 'sqlite' }) },
  { name: 'disk full', engine: 'sqlite', play: (run) => diskFull(few(run)) },
  { name: 'two on one folder', engine: 'sqlite', play: (run) => oneFolder(few(run)) },
  onPostgres('kill -9', (run, DATABASE_URL) =>
    endRounds('kill -9', run, { engine: 'postgres', env: { DATABASE_URL } }),
  ),
  onPostgres('SIGTERM', (run, DATABASE_URL) =>
    endRounds('SIGTERM', run, { engine: 'postgres', env: { DATABASE_URL } }),
  ),
  {
    name: 'PostgreSQL stopped',
    engine: 'postgres',
    play: (run) => withPostgres((postgres) => databaseStopped(run, postgres)),
  },
  ...[2, 4].flatMap((processes) => [
    onPostgres(`kill -9, one of ${processes}`, (run, DATABASE_URL) =>
      endRounds('kill -9', run, { engine: 'postgres', env: { DATABASE_URL }, processes }),
    ),
    onPostgres(`one of ${processes} dies and stays away`, (run, databaseUrl) =>
      handOver(run, { processes, databaseUrl }),
    ),
    onPostgres(`one of ${processes} freezes and thaws`, (run, databaseUrl) =>
      frozen(run, { processes, databaseUrl }, FROZEN_MS),
    ),
    onPostgres(`rolling restart of ${processes}`, (run, databaseUrl) =>
      rollingRestart(few(run), { processes, databaseUrl }),
    ),
    onPostgres(`one budget of Cobot for ${processes}`, (run, databaseUrl) =>
      oneBudget({ ...run, rounds: 1 }, { processes, databaseUrl }),
    ),
  ]),
];

function onPostgres(name: string, play: (run: Run, databaseUrl: string) => Promise<Report>): CrashRun {
  return {
    name,
    engine: 'postgres',
    play: (run) => withPostgres(async (postgres) => play(run, await postgres.newDatabase())),
  };
}

async function withPostgres(play: (postgres: Postgres) => Promise<Report>): Promise<Report> {
  const postgres = await startPostgres();
  try {
    return await play(postgres);
  } finally {
    await postgres.close();
  }
}
