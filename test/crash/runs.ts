// The crash runs there are, by name and by what the relay stores into.
import { diskFull } from './disk-full.ts';
import { endRounds } from './ends.ts';
import { oneFolder } from './one-folder.ts';
import type { Engine, Report, Run } from './report.ts';

type CrashRun = { name: string; engine: Engine; play: (run: Run) => Promise<Report> };

/** A few of them are enough for what does not depend on the moment. */
const few = (run: Run): Run => ({ ...run, rounds: Math.min(run.rounds, 3) });

export const RUNS: readonly CrashRun[] = [
  { name: 'kill -9', engine: 'sqlite', play: (run) => endRounds('kill -9', run, { engine: 'sqlite' }) },
  { name: 'SIGTERM', engine: 'sqlite', play: (run) => endRounds('SIGTERM', run, { engine: 'sqlite' }) },
  { name: 'disk full', engine: 'sqlite', play: (run) => diskFull(few(run)) },
  { name: 'two on one folder', engine: 'sqlite', play: (run) => oneFolder(few(run)) },
];
