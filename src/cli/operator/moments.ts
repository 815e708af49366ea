// Times as somebody types them, by the clock of the space.
import type { Instant } from '../../access/model.ts';
import { CommandError } from '../failure.ts';

const LOCAL = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?$/i;
const WITH_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d(:?\d\d)?)$/i;
const AGO = /^(\d{1,6})([mhdw])$/;
const LENGTHS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** "2026-12-24T09:00" in the zone, "2026-12-24" as its 00:00, or with an offset or Z. */
export function momentOf(text: string, zone: string): Instant {
  const moment = readMoment(text.trim(), zone);
  if (moment !== undefined) return moment;
  throw new CommandError({
    code: 'usage',
    what: `"${text}" is no time`,
    advice: `write it like 2026-12-24T09:00 (the clock of ${zone}), or with an offset: 2026-12-24T09:00+01:00`,
  });
}

/** The same, or a duration that ends now: 90m, 24h, 7d, 2w. */
export function sinceOf(text: string, zone: string, now: Instant): Instant {
  const [, count, unit = ''] = AGO.exec(text.trim()) ?? [];
  if (count !== undefined) return now - Number(count) * (LENGTHS[unit] ?? 0);
  const moment = readMoment(text.trim(), zone);
  if (moment !== undefined) return moment;
  throw new CommandError({
    code: 'usage',
    what: `"${text}" is neither a duration nor a date`,
    advice: 'write a duration such as 24h or 7d, or a date such as 2026-11-23',
  });
}

function readMoment(text: string, zone: string): Instant | undefined {
  const iso = text.replace(' ', 'T');
  try {
    if (WITH_OFFSET.test(text)) return Temporal.Instant.from(iso).epochMilliseconds;
    if (LOCAL.test(text)) return Temporal.PlainDateTime.from(iso).toZonedDateTime(zone).epochMilliseconds;
  } catch (error) {
    // 2026-02-30, 25:00
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}
