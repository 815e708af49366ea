// What all answers look alike by: tables, paragraphs, and sentences below each other, each with a sign before it that says
// in one character what its colour says too.
import { type Column, formatTable } from './table.ts';
import { type Colour, painter, type Terminal } from './terminal.ts';
import { plain, wrap } from './words.ts';

const SIGNS = { good: '✓', bad: '✗', look: '!', note: '-', gives: '+', moves: '~', mend: '→' } as const;
export type Sign = keyof typeof SIGNS;

const COLOURS: Partial<Record<Sign, Colour>> = {
  good: 'green',
  bad: 'red',
  look: 'yellow',
  gives: 'green',
  moves: 'yellow',
};

type Look = Pick<Terminal, 'width' | 'colours'>;

/** One item; what does not fit on its line goes on below its first word. */
export function item(
  sign: Sign,
  sentence: string,
  { terminal, indent = 2, colour = COLOURS[sign] }: { terminal: Look; indent?: number; colour?: Colour | undefined },
): string {
  const paint = painter(terminal);
  const before = ' '.repeat(indent);
  const room = (terminal.width ?? Number.POSITIVE_INFINITY) - indent - 2;
  const [first = '', ...rest] = wrap(plain(sentence), room);
  const lines = [`${SIGNS[sign]} ${first}`, ...rest.map((line) => `  ${line}`)];
  return lines.map((line) => `${before}${colour === undefined ? line : paint(colour, line)}\n`).join('');
}

/** Aligned, and with a quiet head. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], terminal: Look): string {
  const paint = painter(terminal);
  return formatTable(columns, rows, { width: terminal.width, paint: (line) => paint('dim', line) });
}

/** A paragraph that fits the terminal. */
export function paragraph(text: string, { width }: Pick<Look, 'width'>): string {
  if (width === null) return `${text}\n`;
  return wrap(text, width)
    .map((line) => `${line}\n`)
    .join('');
}
