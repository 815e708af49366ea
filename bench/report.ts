// What a benchmark hands back: figures, what was aimed at, and curves. Words and numbers only; how they are shown is
// print.ts and publish.ts.
import type { Chart } from './support/line-chart.ts';

export type Row = readonly string[];

export type Table = {
  title: string;
  columns: readonly string[];
  rows: readonly Row[];
};

export type Aim = {
  what: string;
  /** `most`: the value is to be at most that much; `least`: at least. */
  bound: { most: number } | { least: number };
  value: number;
  /** Behind the numbers: " ms". */
  unit: string;
};

export type Report = {
  tables: readonly Table[];
  aims: readonly Aim[];
  charts: readonly Chart[];
  /** Where something could not be measured here: said aloud. */
  missing: readonly string[];
  /** Why these figures are not to be trusted; none: the run was sound. */
  unsound: readonly string[];
  /** For the JSON: what the tables were made from. */
  figures: unknown;
};

export type Options = {
  /** A first look: fewer, shorter rounds. */
  quick: boolean;
  /** null: as the benchmark has it. */
  rounds: number | null;
  engines: readonly EngineName[];
  /** The folder for CPU profiles; null: none are kept. */
  profile: string | null;
  say: (words: string) => void;
};

export type EngineName = 'sqlite' | 'postgres';

export type Benchmark = {
  name: string;
  title: string;
  run(options: Options): Promise<Report>;
};

/** A value that is not there meets nothing. */
export function isMet({ bound, value }: Aim): boolean {
  return 'most' in bound ? value <= bound.most : value >= bound.least;
}

export function verdictOn(aim: Aim): string {
  const { what, bound, value, unit } = aim;
  const [words, limit] = 'most' in bound ? ['at most', bound.most] : ['at least', bound.least];
  const wanted = `${what}: ${words} ${short(limit)}${unit}`;
  if (isMet(aim)) return `met: ${wanted} (${short(value)}${unit})`;
  const off = Number.isFinite(value) && limit !== 0 && value !== 0 ? `, ${offBy(value, limit)}` : '';
  return `not met: ${wanted} (${short(value)}${unit} instead of ${short(limit)}${unit}${off})`;
}

function offBy(value: number, limit: number): string {
  const factor = Math.max(value / limit, limit / value);
  return factor < 2 ? `off by ${Math.round((factor - 1) * 100)} %` : `off by a factor of ${short(factor)}`;
}

/** Three figures that tell, thousands apart. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return String(Math.round(value * 10) / 10);
  return String(Math.round(value * 100) / 100);
}
