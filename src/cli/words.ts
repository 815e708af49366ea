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

/** A command to copy is left as it is: a terminal breaks it without harm, and we would not. */
const TO_COPY = /^\s*(\$|relay) /;

/** Lines as they are, but for those that do not fit: these go on below themselves, a little further in. */
export function fitted(text: string, width: number | null): string {
  if (width === null) return text;
  const fit = (line: string) => {
    if (widthOf(line) <= width || TO_COPY.test(line)) return line;
    const [indent = ''] = /^ */.exec(line) ?? [];
    const [first = '', ...rest] = wrap(line.slice(indent.length), width - indent.length - 2);
    return [indent + first, ...rest.map((each) => `${indent}  ${each}`)].join('\n');
  };
  return text.split('\n').map(fit).join('\n');
}
