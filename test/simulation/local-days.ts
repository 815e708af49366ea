// The calendar of the oracle: days and minutes on the wall, by plain arithmetic over the offsets that a zone has in the
// weeks at hand. Written apart from src/access/calendar.ts, which it is held against.
import type { Instant, LocalDate } from '../../src/access/model.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** `weekday`: 1 = Monday ... 7 = Sunday. `minute`: as the clock on the wall shows it. */
export type Local = { date: LocalDate; weekday: number; minute: number };

export type LocalDays = {
  at(at: Instant): Local;
  /** When that wall clock shows that minute of that day; where it does twice, the first time. */
  instant(date: LocalDate, minute: number): Instant;
  addDays(date: LocalDate, days: number): LocalDate;
  /** The Cobot day: from four to four. */
  cobotDayOf(at: Instant): LocalDate;
};

export function createLocalDays(zone: string, from: Instant, until: Instant): LocalDays {
  const offsetAt = (at: Instant) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
  const changes: { from: Instant; offset: number }[] = [];
  for (let hour = from - 2 * DAY; hour < until + 8 * DAY; hour += 60 * MINUTE) {
    const offset = offsetAt(hour);
    if (changes.at(-1)?.offset !== offset) changes.push({ from: hour, offset });
  }
  const offsetOf = (at: Instant) => changes.findLast((change) => change.from <= at)?.offset ?? changes[0]?.offset ?? 0;
  const dates = new Map<number, LocalDate>();

  function dateOf(day: number): LocalDate {
    const known = dates.get(day) ?? new Date(day * DAY).toISOString().slice(0, 10);
    dates.set(day, known);
    return known;
  }

  function at(instant: Instant): Local {
    const wall = instant + offsetOf(instant);
    const day = Math.floor(wall / DAY);
    return { date: dateOf(day), weekday: ((day + 3) % 7) + 1, minute: Math.floor((wall - day * DAY) / MINUTE) };
  }

  const addDays = (date: LocalDate, days: number) => dateOf(Math.round(Date.parse(date) / DAY) + days);

  return {
    at,
    addDays,
    instant(date, minute) {
      const wall = Date.parse(date) + minute * MINUTE;
      const fits = changes.map(({ offset }) => wall - offset).filter((each) => each + offsetOf(each) === wall);
      return fits[0] ?? wall - offsetOf(wall);
    },
    cobotDayOf(instant) {
      const { date, minute } = at(instant);
      return minute >= 4 * 60 ? date : addDays(date, -1);
    },
  };
}
