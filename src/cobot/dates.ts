// Cobot's spellings of dates and times, read leniently and turned into instants and local dates.
// v1 writes "2010/01/01 12:00:00 +0000" and "2010/02/01", API 2 writes ISO 8601; both answer in UTC.
import { z } from 'zod';
import type { Instant, LocalDate } from '../access/model.ts';

const DATE_TIME =
  /^(\d{4})([-/])(\d\d)\2(\d\d)[T ] *(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)? *(?:Z|UTC|GMT|([+-])(\d\d):?(\d\d))?$/i;
/** A midnight behind it is taken for padding; another time of day is not, since its local date would be a guess. */
const DATE = /^(\d{4})([-/])(\d\d)\2(\d\d)(?:[T ] *00:00(?::00(?:\.0+)?)? *(?:Z|UTC|GMT|[+-]00:?00)?)?$/i;

/** Whole seconds; undefined: not a date with a time of day. Without an offset it is UTC. */
export function parseInstant(text: string): Instant | undefined {
  const match = DATE_TIME.exec(text.trim());
  if (!match) return undefined;
  const [, year, , month, day, hour, minute, second = '0', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return sign === '-' ? utc + offset : utc - offset;
}

export function parseLocalDate(text: string): LocalDate | undefined {
  const match = DATE.exec(text.trim());
  if (!match) return undefined;
  const [, year, , month, day] = match;
  return isDay(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : undefined;
}

/** For v1: "2010-01-01 12:00:00 +0000". */
export function v1Time(at: Instant): string {
  return `${isoTime(at).replace('T', ' ').replace('Z', '')} +0000`;
}

/** For API 2: "2010-01-01T12:00:00Z". */
export function isoTime(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

export const instant = z.string().transform((text, context): Instant => {
  const at = parseInstant(text);
  if (at !== undefined) return at;
  context.addIssue({ code: 'custom', message: 'not a date with a time' });
  return z.NEVER;
});

export const localDate = z.string().transform((text, context): LocalDate => {
  const date = parseLocalDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: 'custom', message: 'not a date' });
  return z.NEVER;
});

/** The 31st of February would otherwise become some day in March. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
