// Times as somebody types them, by the clock of the space.
import type { Instant } from '../access/model.ts';
import { CommandError } from '../lib/failure.ts';

const LOCAL = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?$/i;
const WITH_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d(:?\d\d)?)$/i;
const IN_WORDS = /^(?:(today|tomorrow|[a-z]{3,9})\s+)?(?:at\s+)?(\d{1,2}):(\d\d)$/i;
const AGO = /^(\d{1,6})([mhdw])$/;
const LENGTHS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/**
 * "2026-12-24T09:00" in the zone, "2026-12-24" as its 00:00, with an offset or Z; or in words: "Friday 07:45" (the next
 * one, today among them), "tomorrow 9:00", "07:45" (today).
 */
export function momentOf(text: string, zone: string, now: Instant): Instant {
  const moment = readMoment(text.trim(), zone) ?? inWords(text.trim(), zone, now);
  if (moment !== undefined) return moment;
  throw new CommandError({
    code: 'usage',
    what: `"${text}" is no time`,
    advice: `write it like "Friday 07:45" or 2026-12-24T09:00 (the clock of ${zone}), or with an offset: 2026-12-24T09:00+01:00`,
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

function inWords(text: string, zone: string, now: Instant): Instant | undefined {
  const [, day = 'today', hour, minute] = IN_WORDS.exec(text) ?? [];
  if (Number(hour) > 23 || Number(minute) > 59 || hour === undefined) return undefined;
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
  const days = daysAhead(day.toLowerCase(), today.dayOfWeek);
  if (days === undefined) return undefined;
  const plainTime = Temporal.PlainTime.from({ hour: Number(hour), minute: Number(minute) });
  return today.add({ days }).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds;
}

function daysAhead(day: string, todayIs: number): number | undefined {
  if (day === 'today') return 0;
  if (day === 'tomorrow') return 1;
  const wanted = WEEKDAYS.findIndex((each) => each.startsWith(day));
  return wanted < 0 ? undefined : (wanted + 8 - todayIs) % 7;
}
