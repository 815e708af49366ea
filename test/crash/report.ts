// What a crash run has to say: a table for people, JSON for machines, and whether it held. A run in which nothing was
// acknowledged, or no kill met any work, proves nothing and counts as failed.

export type Engine = 'sqlite' | 'postgres';
/** What a run is asked for, and what the relay stores into. */
export type Run = { rounds: number; seed: number; say: (words: string) => void };
export type Setting = { engine: Engine; env?: Readonly<Record<string, string>>; processes?: number };

export type Report = {
  name: string;
  engine: Engine;
  rounds: number;
  acknowledged: number;
  refused: number;
  unanswered: number;
  lost: string[];
  twice: string[];
  /** Kills that fell while a call to Cobot or the locks was under way. */
  hitWork: number;
  /** Of these: the call had changed something there, and the relay did not know yet. */
  hitCommit: number;
  /** What else was measured: "back after (ms)" -> 412. */
  measured: Record<string, number | string>;
  /** Why it did not hold, beside what was lost and done twice. */
  problems: string[];
  seconds: number;
};

export const holds = ({ lost, twice, problems }: Report): boolean => lost.length + twice.length + problems.length === 0;

const COLUMNS: [title: string, of: (report: Report) => string | number][] = [
  ['run', ({ name, engine }) => `${name} (${engine})`],
  ['rounds', ({ rounds }) => rounds],
  ['acknowledged', ({ acknowledged }) => acknowledged],
  ['refused', ({ refused }) => refused],
  ['no answer', ({ unanswered }) => unanswered],
  ['lost', ({ lost }) => lost.length],
  ['twice', ({ twice }) => twice.length],
  ['hit work', ({ hitWork }) => hitWork],
  ['before commit', ({ hitCommit }) => hitCommit],
  ['seconds', ({ seconds }) => seconds],
  ['', (report) => (holds(report) ? 'held' : 'FAILED')],
];

export function tableOf(reports: readonly Report[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...reports.map((each) => COLUMNS.map(([, of]) => String(of(each))))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return rows.map((row) => `${line(row).join('  ').trimEnd()}\n`).join('');
}

/** Below the table: what was measured, and every sentence about what did not hold. */
export function notesOf({ name, engine, measured, lost, twice, problems }: Report): string {
  const figures = Object.entries(measured).map(([what, value]) => `${what}: ${value}`);
  const wrong = [...problems, ...lost.map((each) => `lost: ${each}`), ...twice.map((each) => `done twice: ${each}`)];
  return `${name} (${engine})\n${[...figures, ...wrong].map((each) => `  - ${each}\n`).join('')}`;
}

/** The middle one, and the largest. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return 'never';
  return `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} / ${Math.round(sorted.at(-1) ?? 0)}`;
}

export const secondsSince = (began: number): number => Math.round((Date.now() - began) / 1000);
