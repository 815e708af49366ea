// Weekly spans as windows: the hours of a rule and of a pass, as far ahead as grants reach.
import type { Calendar } from './calendar.ts';
import type { Instant, LocalDate, PassSpan, TimePass } from './model.ts';
import { ALWAYS, type Interval, join, without } from './windows.ts';

const HOUR = 3_600_000;
/** Windows reach at least this far, so that doors work through a weekend without Cobot or the relay. */
export const REACH = 72 * HOUR;
const DAYS_AHEAD = 5;

/** Local minutes of the day; `until` not above `from` is on the next day. Weekdays by the day it began; empty = all. */
export type WeeklySpan = { from: number; until: number; weekdays: readonly number[] };

const everyDay = (weekdays: readonly number[]) => weekdays.length === 0 || new Set(weekdays).size === 7;

/**
 * Up to where windows of weekly spans are made: whole local days, so that they change once a day and not with every
 * sweep, and never less than REACH ahead.
 */
export function horizonOf(calendar: Calendar, now: Instant): { days: LocalDate[]; until: Instant } {
  const today = calendar.dateOf(now);
  // From yesterday on: a span that began yesterday may go on past midnight.
  const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, index) => calendar.addDays(today, index - 1));
  return { days, until: calendar.startOf(calendar.addDays(today, DAYS_AHEAD)) };
}

/** The spans as windows from now on; spans that leave no minute of the week out are one window without end. */
export function windowsOf(spans: readonly WeeklySpan[], calendar: Calendar, now: Instant): Interval[] {
  if (spans.some(({ from, until, weekdays }) => from === until && everyDay(weekdays))) return [ALWAYS];
  const found = horizonOf(calendar, now).days.flatMap((day) =>
    spans
      .filter(({ weekdays }) => everyDay(weekdays) || weekdays.includes(calendar.weekdayOf(day)))
      .map(({ from, until }) => ({
        from: calendar.at(day, from),
        until: calendar.at(day, until > from ? until : until + 1440),
      })),
  );
  return join(found.filter(({ from, until }) => from < until && until > now));
}

const weeklySpanOf = (span: PassSpan): WeeklySpan =>
  span.kind === 'hours'
    ? { from: span.from, until: span.to, weekdays: span.weekdays }
    : // A pass with a duration runs from the check-in on, which may happen at any time of its days.
      { from: 0, until: 0, weekdays: span.weekdays };

/** Neither used up nor expired. */
export const isLeft = ({ usedAt, expiresAt }: TimePass, now: Instant): boolean =>
  usedAt === null && (expiresAt === null || expiresAt > now);

/**
 * When an unused pass opens doors: on its days and hours up to its expiry. A pass that comes with the plan and runs out
 * with the week or month stands for the next one's too, REACH past the turn: the new ones cannot be read before it.
 */
export function passWindows(
  pass: TimePass,
  renewsPasses: readonly ('week' | 'month')[],
  calendar: Calendar,
  now: Instant,
): Interval[] {
  if (!isLeft(pass, now)) return [];
  const spans = pass.spans.length === 0 ? [ALWAYS] : windowsOf(pass.spans.map(weeklySpanOf), calendar, now);
  if (pass.expiresAt === null) return spans;
  const end = runsOutWithPeriod(pass.expiresAt, renewsPasses, calendar) ? pass.expiresAt + REACH : pass.expiresAt;
  return without(spans, { from: end, until: Number.POSITIVE_INFINITY });
}

/**
 * Is that the end of a week or month? Inferred: Cobot documents "end of week/month" without a time, so the last minute
 * of the period, midnight, and the turn of the Cobot day at 04:00 all count.
 */
function runsOutWithPeriod(expiresAt: Instant, periods: readonly ('week' | 'month')[], calendar: Calendar): boolean {
  if (periods.length === 0) return false;
  const first = calendar.dateOf(expiresAt + 60_000);
  if (expiresAt > calendar.at(first, 4 * 60) + 60_000) return false;
  return (
    (periods.includes('week') && calendar.weekdayOf(first) === 1) ||
    (periods.includes('month') && first.endsWith('-01'))
  );
}
