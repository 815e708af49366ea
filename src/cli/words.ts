// Text for a terminal: how wide it is there, without what would move the cursor, and broken into lines that fit.
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** Columns of the terminal: an East Asian character or an emoji takes two, an accent none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** What others wrote must not move the cursor, begin a new line or turn the direction of writing. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At spaces; a word that is longer than a line is broken. At least one line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = broken(word, width);
    line = parts.pop() ?? '';
    lines.push(...parts);
  }
  return [...lines, line];
}

function broken(word: string, width: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const { segment } of characters.segment(word)) {
    if (part !== '' && widthOf(part + segment) > width) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}
