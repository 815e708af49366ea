// The hours in which only what is urgent is told, by the clock of the space. They may go past midnight.
import type { Instant } from '../access/model.ts';

/** Minutes since midnight. */
export type QuietHours = { from: number; until: number };

export function isQuietAt(hours: QuietHours | null, zone: string, now: Instant): boolean {
  if (hours === null) return false;
  const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  const at = hour * 60 + minute;
  const { from, until } = hours;
  return from <= until ? from <= at && at < until : at >= from || at < until;
}
