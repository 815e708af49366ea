// Aligned columns that fit the terminal: what does not fit on a line goes on below, and nothing is cut off.
import { stripVTControlCharacters } from 'node:util';

const GAP = '  ';
const NARROWEST = 12;

/** `width` null: no terminal, so every row is one line. `paint` gets whole rows, after they were laid out. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width, paintHead = (line) => line }: { width: number | null; paintHead?: (line: string) => string },
): string {
  const cells = [head, ...rows].map((row) => row.map(plain));
  const natural = head.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))));
  const widths = width === null ? natural : shrunk(natural, width - GAP.length * (head.length - 1));
  const lines = cells.map((row) => layOut(row, widths));
  const [first = [], ...rest] = lines;
  return [...first.map(paintHead), ...rest.flat()].map((line) => `${line}\n`).join('');
}

/** What others wrote must not move the cursor or begin a new line. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}

const lengthOf = (text: string) => [...text].length;

/** The widest column gives first. */
function shrunk(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  while (widths.reduce((sum, each) => sum + each, 0) > room) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function layOut(row: readonly string[], widths: readonly number[]): string[] {
  const columns = widths.map((width, column) => wrap(row[column] ?? '', width));
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((column, index) => {
        const text = column[line] ?? '';
        return text + ' '.repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(text)));
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** At spaces; a word that is longer than a line is broken. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (lengthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    let rest = [...word];
    for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width).join(''));
    line = rest.join('');
  }
  return [...lines, line];
}
