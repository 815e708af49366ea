// The space's own calendar: dates, the Cobot day (it turns at 04:00), and when a span of a time pass runs.
import type { Instant, LocalDate } from '../access/model.ts';

/** Hours of a day, inclusive of the minute of `to` where that is :59 (03:59 is shown as 03:59:59), or a length. */
export type Span = { from: string; to: string; weekdays?: number[] } | { minutes: number; weekdays?: number[] };

/** The default of a day pass: the whole Cobot day. */
export const wholeDay: Span = { from: '04:00', to: '03:59' };

const COBOT_DAY_TURNS_AT = '04:00';

export function localDate(at: Instant, zone: string): LocalDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
}

function addDays(date: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

function atLocal(date: LocalDate, time: string, zone: string): Instant {
  return Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

/** The Cobot day that `at` lies in, whole: what `GET /api/check_ins` calls today. */
export function cobotDay(at: Instant, zone: string): { from: Instant; until: Instant } {
  const today = localDate(at, zone);
  const began = at >= atLocal(today, COBOT_DAY_TURNS_AT, zone) ? today : addDays(today, -1);
  return {
    from: atLocal(began, COBOT_DAY_TURNS_AT, zone),
    until: atLocal(addDays(began, 1), COBOT_DAY_TURNS_AT, zone),
  };
}

/** 03:59:59 of the next morning; in the last second of a day, of the morning after. */
export function endOfCobotDay(at: Instant, zone: string): Instant {
  return cobotDay(at + 1000, zone).until - 1000;
}

/** When a check-in made at `at` on this span would end; null where the span does not fit then. */
export function spanEnd(span: Span, at: Instant, zone: string): Instant | null {
  const today = localDate(at, zone);
  if ('minutes' in span) return runsOn(span, today) ? at + span.minutes * 60_000 : null;

  // A span that wraps past midnight may have begun yesterday: the weekday is that of the day it began.
  const ends = [addDays(today, -1), today]
    .filter((day) => runsOn(span, day))
    .map((day) => hoursOf(span, day, zone))
    .filter(({ from, until }) => from <= at && at < until)
    .map(({ until }) => until);
  return ends.length > 0 ? Math.max(...ends) : null;
}

function runsOn(span: Span, day: LocalDate): boolean {
  const weekdays = span.weekdays ?? [];
  return weekdays.length === 0 || weekdays.includes(Temporal.PlainDate.from(day).dayOfWeek);
}

function hoursOf(span: { from: string; to: string }, day: LocalDate, zone: string): { from: Instant; until: Instant } {
  const lastDay = span.to <= span.from ? addDays(day, 1) : day;
  const lastSecond = span.to.endsWith(':59') ? 59_000 : 0;
  return { from: atLocal(day, span.from, zone), until: atLocal(lastDay, span.to, zone) + lastSecond };
}
