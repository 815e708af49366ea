// How times, numbers and members are put into words on the command line.
import type { Instant } from '../access/model.ts';
import type { HeldLine } from './answers.ts';
import { plain } from './table.ts';

/** "1 person", "20 persons". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function isoTime(at: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' });
}

/** "2026-11-23 10:04" in the zone of the space. */
export function localTime(iso: string, zone: string): string {
  const local = Temporal.Instant.from(iso).toZonedDateTimeISO(zone);
  return `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

type Who = { member: string | null; membershipId: string | null };

/** "Ada Lovelace", or "" where nothing is known of the name. */
export function memberName({ member }: Pick<Who, 'member'>): string {
  return plain(member ?? '').trim();
}

/** "Ada Lovelace (membership 0f3c)", or what is known of that. */
export function memberLabel(who: Who): string {
  if (who.membershipId === null) return 'the space';
  const name = memberName(who);
  return name === '' ? `membership ${who.membershipId}` : `${name} (membership ${who.membershipId})`;
}

/** What a list lacks is no evidence yet, and is not to be read as a fact. */
export function heldReason({ reason, restsOnAbsence }: Pick<HeldLine, 'reason' | 'restsOnAbsence'>): string {
  return restsOnAbsence ? `${reason} (as far as Cobot's lists tell; not confirmed)` : reason;
}
