import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/access/calendar.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../support/facts.ts';
import { holdsAlways } from '../support/laws.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const FIRST = Date.UTC(2024, 0, 1);
const LAST = Date.UTC(2031, 0, 1);
const moment = fc.integer({ min: FIRST / SECOND, max: LAST / SECOND }).map((seconds) => seconds * SECOND);
const somewhere = fc.record({ zone: fc.constantFrom(...ZONES), at: moment });
const local = (at: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

/** Moments around each change of the clock in these years. */
function changesOf(zone: string): number[] {
  const changes: number[] = [];
  let next = local(FIRST, zone).getTimeZoneTransition('next');
  while (next && next.epochMilliseconds < LAST) {
    changes.push(next.epochMilliseconds);
    next = next.getTimeZoneTransition('next');
  }
  return changes.flatMap((change) =>
    [-DAY, -HOUR, -SECOND, 0, SECOND, 30 * MINUTE, HOUR, DAY].map((by) => change + by),
  );
}

describe('the calendar of a space', () => {
  it('knows the date and the beginning of the day at every change of the clock of every zone', () => {
    expect(ZONES.length).toBeGreaterThan(400);
    for (const zone of ZONES) {
      const calendar = createCalendar(zone);
      for (const at of changesOf(zone)) {
        const date = local(at, zone).toPlainDate();

        expect(calendar.dateOf(at), `${zone} ${at}`).toBe(date.toString());
        expect(calendar.startOf(date.toString()), `${zone} ${at}`).toBe(date.toZonedDateTime(zone).epochMilliseconds);
      }
    }
  });

  it('gives every moment the date that Temporal gives it, also when asked again', () => {
    holdsAlways(
      fc.property(somewhere, fc.array(fc.integer({ min: -90, max: 90 }), { maxLength: 8 }), ({ zone, at }, minutes) => {
        const calendar = createCalendar(zone);
        for (const each of [at, ...minutes.map((by) => at + by * MINUTE), at]) {
          expect(calendar.dateOf(each)).toBe(local(each, zone).toPlainDate().toString());
        }
      }),
    );
  });

  it('a day goes from its beginning to that of the next', () => {
    holdsAlways(
      fc.property(somewhere, ({ zone, at }) => {
        const calendar = createCalendar(zone);
        const date = calendar.dateOf(at);
        const next = calendar.addDays(date, 1);

        expect(calendar.startOf(date)).toBeLessThanOrEqual(at);
        expect(calendar.startOf(next)).toBeGreaterThan(at);
        expect(calendar.dateOf(calendar.startOf(date) - SECOND)).not.toBe(date);
        expect(calendar.addDays(next, -1)).toBe(date);
        expect(calendar.weekdayOf(next)).toBe((calendar.weekdayOf(date) % 7) + 1);
      }),
    );
  });

  it('a time of day is what the clock shows, but where the clock leaves it out', () => {
    holdsAlways(
      fc.property(somewhere, fc.integer({ min: 0, max: 2879 }), ({ zone, at }, minutes) => {
        const calendar = createCalendar(zone);
        const date = calendar.dateOf(at);
        const found = local(calendar.at(date, minutes), zone);
        const wanted = Temporal.PlainDate.from(date)
          .add({ days: Math.floor(minutes / 1440) })
          .toPlainDateTime({ hour: Math.floor((minutes % 1440) / 60), minute: minutes % 60 });
        const isOnTheClock = wanted
          .toZonedDateTime(zone, { disambiguation: 'earlier' })
          .toPlainDateTime()
          .equals(wanted);

        if (isOnTheClock) expect(found.toPlainDateTime().equals(wanted)).toBe(true);
        else expect(Temporal.PlainDateTime.compare(found.toPlainDateTime(), wanted)).toBe(1);
        // Of a time that comes twice, the first.
        expect(
          local(found.epochMilliseconds - HOUR, zone)
            .toPlainDateTime()
            .equals(wanted),
        ).toBe(false);
      }),
    );
  });

  it('later times of one day are never earlier moments', () => {
    holdsAlways(
      fc.property(
        somewhere,
        fc.integer({ min: 0, max: 1440 }),
        fc.integer({ min: 0, max: 1440 }),
        ({ zone, at }, a, b) => {
          const calendar = createCalendar(zone);
          const date = calendar.dateOf(at);
          const isInGap = (minutes: number) => {
            const { hour, minute } = local(calendar.at(date, minutes), zone);
            return (hour * 60 + minute) % 1440 !== minutes % 1440;
          };
          fc.pre(a <= b && !isInGap(a) && !isInGap(b));

          expect(calendar.at(date, a)).toBeLessThanOrEqual(calendar.at(date, b));
        },
      ),
    );
  });

  it('every moment lies in one Cobot day, which turns when the clock reaches four', () => {
    holdsAlways(
      fc.property(somewhere, ({ zone, at }) => {
        const calendar = createCalendar(zone);
        const { date, from, until } = calendar.cobotDayOf(at);

        expect(from).toBeLessThanOrEqual(at);
        expect(until).toBeGreaterThan(at);
        expect(calendar.cobotDayOf(from)).toEqual({ date, from, until });
        expect(calendar.cobotDayOf(until - SECOND)).toEqual({ date, from, until });
        expect(calendar.cobotDayOf(until).from).toBe(until);
        expect(local(from, zone).hour).toBe(4);
        expect(local(from, zone).toPlainDate().toString()).toBe(date);
      }),
    );
  });

  it('shows the minute that the clock shows', () => {
    const at = Temporal.Instant.from('2026-11-30T17:00:59Z').epochMilliseconds;

    expect(createCalendar('Europe/Berlin').show(at)).toBe('2026-11-30 18:00');
    expect(createCalendar('Asia/Kathmandu').show(at)).toBe('2026-11-30 22:45');
  });
});
