// The audit trail for a table of numbers. Names come from outside, and a program for tables takes a text that begins with =
// for a formula to be run: such a text gets an apostrophe before it. Every field is quoted, lines end as RFC 4180 has them.
import type { Answers } from '../operator/answers.ts';
import { localOf } from './words.ts';

type Entry = Answers['audit']['entries'][number];

const HEAD = [
  'time',
  'local time',
  'action',
  'member',
  'membership',
  'lock',
  'lock id',
  'lock user',
  'sentence',
  'cause',
];
/** So that the table of numbers knows that it is UTF-8. */
const UTF8 = '\ufeff';

export function* csvLines(entries: Iterable<Entry>, zone: string): Generator<string> {
  yield UTF8 + line(HEAD);
  for (const each of entries) {
    const { at, action, member, membershipId, lock, lockId, lockUserId, sentence, cause } = each;
    const local = localOf(at, zone).toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
    yield line([at, local, action, member, membershipId, lock, lockId, lockUserId, sentence, cause]);
  }
}

const line = (cells: readonly (string | null)[]): string => `${cells.map(csvField).join(',')}\r\n`;

export function csvField(text: string | null): string {
  const safe = /^\s*[=+\-@\t\r\n|%]/.test(text ?? '') ? `'${text}` : (text ?? '');
  return `"${safe.replaceAll('"', '""')}"`;
}
