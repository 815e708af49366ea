// A time zone in which it is morning now, so that a play that takes seconds never meets midnight, nor 04:00, when a
// Cobot day ends.
import type { Instant } from '../../access/model.ts';

const ZONES = [
  'Pacific/Auckland',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Europe/Berlin',
  'America/Sao_Paulo',
  'America/New_York',
  'America/Los_Angeles',
];
const MID_MORNING = 10;

/** Of a handful around the world, the one where it is nearest to ten in the morning. */
export function daytimeZone(now: Instant): string {
  const distance = (zone: string) => {
    const { hour, minute } = localTime(now, zone);
    return Math.abs(hour + minute / 60 - MID_MORNING);
  };
  const [nearest = 'UTC'] = ZONES.toSorted((a, b) => distance(a) - distance(b));
  return nearest;
}

export function localTime(at: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** The local date so many days from now. */
export function localDay(now: Instant, zone: string, days: number): string {
  return localTime(now, zone).toPlainDate().add({ days }).toString();
}

/** 00:00 of that day. */
export function startOfDay(date: string, zone: string): Instant {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
}
