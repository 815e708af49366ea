// Aligned columns that fit the terminal. Where it is too narrow, words are wrapped; then columns that can be spared are
// left out, and that is said; then each row becomes a few lines. Nothing is cut off without a word.
import { plain, widthOf, wrap } from './words.ts';

const GAP = '  ';
const INDENT = '    ';

export type Column = {
  head: string;
  /** It may be wrapped, down to so many columns of the terminal; else it stays on one line, as ids and times do. */
  least?: number;
  /** Can be left out where there is no room: the highest goes first. */
  spare?: number;
};
/** What a sentence needs to be read with ease. */
export const SENTENCE = 26;
export const NAME = 10;

type Paint = (line: string) => string;
type Cells = readonly (readonly string[])[];

/** `width` null: no terminal, so every row is one line. `paint` is for what only explains: heads and remarks. */
export function formatTable(
  columns: readonly Column[],
  rows: Cells,
  { width, paint = (line) => line }: { width: number | null; paint?: Paint },
): string {
  const cells = rows.map((row) => columns.map((_, index) => plain(row[index] ?? '').trim()));
  const used = columns.map((_, index) => index).filter((index) => cells.some((row) => row[index] !== ''));
  const attempt = (kept: readonly number[]) => fitted(kept, columns, cells, width);

  let kept = used;
  for (let widths = attempt(kept); ; widths = attempt(kept)) {
    if (widths)
      return [
        ...lined(kept, widths, { columns, cells, paint }),
        ...leftOut(used, kept, columns, { width, paint }),
      ].join('');
    const [next] = kept.filter((index) => columns[index]?.spare !== undefined).toSorted(bySpare(columns));
    if (next === undefined) return stacked(used, { columns, cells, width: width ?? 0, paint });
    kept = kept.filter((index) => index !== next);
  }
}

const bySpare = (columns: readonly Column[]) => (one: number, other: number) =>
  (columns[other]?.spare ?? 0) - (columns[one]?.spare ?? 0);

/** How wide each of the kept columns is; undefined: there is no room for them. */
function fitted(
  kept: readonly number[],
  columns: readonly Column[],
  cells: Cells,
  width: number | null,
): number[] | undefined {
  const natural = kept.map((index) =>
    Math.max(widthOf(columns[index]?.head ?? ''), ...cells.map((row) => widthOf(row[index] ?? ''))),
  );
  if (width === null) return natural;
  const room = width - GAP.length * Math.max(0, kept.length - 1);
  const least = kept.map((index, place) => {
    const needed = Math.max(columns[index]?.least ?? Number.POSITIVE_INFINITY, widthOf(columns[index]?.head ?? ''));
    return Math.min(natural[place] ?? 0, needed);
  });
  const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
  if (sum(least) > room) return undefined;
  const widths = [...natural];
  // The widest of those that can be wrapped gives first.
  while (sum(widths) > room) {
    const able = widths.map((each, place) => (each > (least[place] ?? 0) ? each : 0));
    const place = able.indexOf(Math.max(...able));
    widths[place] = (widths[place] ?? 0) - 1;
  }
  return widths;
}

type Laid = { columns: readonly Column[]; cells: Cells; paint: Paint };

function lined(kept: readonly number[], widths: readonly number[], { columns, cells, paint }: Laid): string[] {
  const layOut = (row: readonly string[]): string[] => {
    const parts = kept.map((index, place) => wrap(row[index] ?? '', widths[place] ?? 0));
    const height = Math.max(1, ...parts.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      parts
        .map((part, place) => padded(part[line] ?? '', widths[place] ?? 0))
        .join(GAP)
        .trimEnd(),
    );
  };
  const head = layOut(columns.map((column) => column.head)).map(paint);
  return [...head, ...cells.flatMap(layOut)].map((line) => `${line}\n`);
}

const padded = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)));

function leftOut(
  used: readonly number[],
  kept: readonly number[],
  columns: readonly Column[],
  { width, paint }: { width: number | null; paint: Paint },
): string[] {
  const heads = used.filter((index) => !kept.includes(index)).map((index) => columns[index]?.head ?? '');
  if (heads.length === 0) return [];
  const sentence = `Left out for want of room: ${heads.join(', ')}. A wider window or --json shows it.`;
  return wrap(sentence, width ?? Number.POSITIVE_INFINITY).map((line) => `${paint(line)}\n`);
}

/** Each row by itself: what is short on one line, and sentences below, each with its head. */
function stacked(used: readonly number[], { columns, cells, width, paint }: Laid & { width: number }): string {
  const isSentence = (index: number) => (columns[index]?.least ?? 0) >= SENTENCE;
  const short = used.filter((index) => !isSentence(index));
  return cells
    .flatMap((row) => {
      const first = short.map((index) => row[index] ?? '').filter((text) => text !== '');
      const below = used
        .filter((index) => isSentence(index) && row[index] !== '')
        .flatMap((index) => {
          const label = `${columns[index]?.head.toLowerCase() ?? ''}: `;
          const [line = '', ...rest] = wrap(`${label}${row[index] ?? ''}`, width - INDENT.length);
          return [`${paint(label)}${line.slice(label.length)}`, ...rest];
        });
      const [line = '', ...rest] = wrap(first.join(GAP), width);
      return [line, ...rest.map((each) => INDENT + each), ...below.map((each) => INDENT + each)];
    })
    .map((line) => `${line}\n`)
    .join('');
}
