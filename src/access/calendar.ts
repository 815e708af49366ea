// The space's own calendar: local dates and times of an IANA zone as instants. Uses Temporal, so that the days of 23
// and of 25 hours come out right; remembers what it computed, since a sweep asks for the same few days for everybody.
import type { Instant, LocalDate } from './model.ts';

export type CobotDay = { date: LocalDate; from: Instant; until: Instant };

export type Calendar = {
  zone: string;
  dateOf(at: Instant): LocalDate;
  addDays(date: LocalDate, days: number): LocalDate;
  /** 1 = Monday ... 7 = Sunday. */
  weekdayOf(date: LocalDate): number;
  /** 00:00 of the day. */
  startOf(date: LocalDate): Instant;
  /**
   * So many minutes after local midnight by the wall clock; 1440 and more are on the next day. Of a time that comes
   * twice the first; a time that is left out is the moment of the jump.
   */
  at(date: LocalDate, minutes: number): Instant;
  /** The Cobot day turns at 04:00 local. */
  cobotDayOf(at: Instant): CobotDay;
  /** "2026-11-30 18:00", for sentences. */
  show(at: Instant): string;
};

const COBOT_DAY_TURNS_AT = 4 * 60;

export function createCalendar(zone: string): Calendar {
  const instants = new Map<string, Instant>();
  const dates = new Map<number, LocalDate>();
  const local = (at: Instant) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

  const calendar: Calendar = {
    zone,
    dateOf(at) {
      // Zones change by quarters of an hour at the finest, so a quarter has one date.
      const quarter = Math.floor(at / 900_000);
      const known = dates.get(quarter);
      if (known !== undefined) return known;
      const date = local(at).toPlainDate().toString();
      dates.set(quarter, date);
      return date;
    },
    addDays: (date, days) => Temporal.PlainDate.from(date).add({ days }).toString(),
    weekdayOf: (date) => Temporal.PlainDate.from(date).dayOfWeek,
    startOf: (date) => calendar.at(date, 0),
    at(date, minutes) {
      const key = `${date}/${minutes}`;
      const known = instants.get(key);
      if (known !== undefined) return known;
      const day = Temporal.PlainDate.from(date).add({ days: Math.floor(minutes / 1440) });
      const inDay = minutes % 1440;
      const time = Temporal.PlainTime.from({ hour: Math.floor(inDay / 60), minute: inDay % 60 });
      const found = day.toZonedDateTime({ timeZone: zone, plainTime: time });
      // A time that the clock leaves out is the moment at which it jumps, so that no window is pushed past its own end.
      const isOnTheClock = found.toPlainTime().equals(time);
      const jump = isOnTheClock ? null : found.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
      const at = (jump ?? found).epochMilliseconds;
      instants.set(key, at);
      return at;
    },
    cobotDayOf(at) {
      const today = calendar.dateOf(at);
      const date = at < calendar.at(today, COBOT_DAY_TURNS_AT) ? calendar.addDays(today, -1) : today;
      return {
        date,
        from: calendar.at(date, COBOT_DAY_TURNS_AT),
        until: calendar.at(calendar.addDays(date, 1), COBOT_DAY_TURNS_AT),
      };
    },
    show: (at) => local(at).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' '),
  };
  return calendar;
}
