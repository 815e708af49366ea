// The two stores that the relay runs on. PostgreSQL is a throwaway server that flushes like one that matters; where this
// machine has none, that is said.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startPostgres } from '../../test/crash/postgres.ts';
import { findBinaries } from '../../test/support/postgres-server.ts';
import type { EngineName } from '../report.ts';

export type Engine = {
  name: EngineName;
  /** For people. */
  words: string;
  /** What DATABASE_URL is set to, of an empty database; null: SQLite. */
  newDatabase(): Promise<string | null>;
  close(): Promise<void>;
};

export type Engines = { engines: Engine[]; missing: string[] };

export async function openEngines(wanted: readonly EngineName[]): Promise<Engines> {
  const engines: Engine[] = [];
  const missing: string[] = [];
  if (wanted.includes('sqlite'))
    engines.push({
      name: 'sqlite',
      words: 'relay, SQLite',
      newDatabase: async () => null,
      close: async () => undefined,
    });
  if (wanted.includes('postgres')) {
    const version = postgresVersion();
    if (version === null) missing.push('PostgreSQL was NOT measured: it is not installed on this machine.');
    else {
      const { newDatabase, close } = await startPostgres();
      engines.push({ name: 'postgres', words: 'relay, PostgreSQL', newDatabase, close });
    }
  }
  return { engines, missing };
}

/** "15.14"; null: there is none here. */
export function postgresVersion(): string | null {
  const bin = findBinaries();
  if (!bin) return null;
  const words = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)*/.exec(words)?.[0] ?? words.trim();
}
