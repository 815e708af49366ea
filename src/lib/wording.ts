// How times and numbers are put into words for people, the same on the command line and on the operator's page.

/** "1 person", "20 persons". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Milliseconds since 1970 as ISO 8601, UTC. */
export function isoTime(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
}

/** "2026-11-23 10:04" in the zone of the space. */
export function localTime(iso: string, zone: string): string {
  const local = Temporal.Instant.from(iso).toZonedDateTimeISO(zone);
  return `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

/** What a list lacks is no evidence yet, and is not to be read as a fact. */
export function heldReason({ reason, restsOnAbsence }: { reason: string; restsOnAbsence: boolean }): string {
  return restsOnAbsence ? `${reason} (as far as Cobot's lists tell; not confirmed)` : reason;
}
