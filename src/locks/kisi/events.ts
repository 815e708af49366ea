// Kisi's events as openings: the same event comes by webhook and in event sets, in two forms that share the fields used
// here, and becomes the same opening from both. Must not guess who stood at the door.
import { z } from 'zod';
import type { Instant, Opening } from '../../access/model.ts';
import { instant, wholeSecond } from './schema.ts';

export const UNLOCK = 'lock.unlock';

const CLOCK_SKEW_MS = 5 * 60_000;
const LONGEST_REASON = 200;

/** Ids that strangers send. Control characters and halves of a character would break URLs, logs and databases. */
const text = z
  .union([z.string(), z.int().transform(String)])
  .pipe(z.string().min(1).max(200))
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value));
const textOrNothing = text.nullish().catch(null);
const wordsOrNothing = z
  .string()
  .transform((words) =>
    words
      .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
      .trim()
      .slice(0, LONGEST_REASON),
  )
  .nullish()
  .catch(null);

const unlock = z.object({
  uuid: text,
  success: z.boolean(),
  object_type: textOrNothing,
  object_id: textOrNothing,
  object_name: textOrNothing,
  place_id: textOrNothing,
  error_code: textOrNothing,
  error_message: wordsOrNothing,
});
const byUser = { actor_type: z.literal('User'), actor_id: text };
const byOther = z.object({ actor_type: z.string().nullable() }).refine((event) => event.actor_type !== 'User');

export const typedSchema = z.object({ type: z.string() });
/** An unlock as it is sent to us: its time counts as missing where it is no use. */
export const sentUnlockSchema = z.union([
  unlock.extend({ ...byUser, created_at: instant.optional().catch(undefined) }),
  byOther,
]);
/** The same in Kisi's own list, which has to tell the time: weeks may lie between an opening and its reading. */
export const listedUnlockSchema = z.union([unlock.extend({ ...byUser, created_at: instant }), byOther]);

type Unlock = z.output<typeof sentUnlockSchema>;

/** `now` stands in for a missing time, and for one that has not come yet. In words: why it is nobody's opening. */
export function toOpening(event: Unlock, placeId: string | null, now: Instant): Opening | string {
  if (event.actor_type !== 'User' || !('uuid' in event)) return `an unlock by ${nameOf(event.actor_type)}`;
  if (placeId !== null && event.place_id != null && event.place_id !== placeId) return 'an unlock at another place';
  const told = event.created_at;
  return {
    id: event.uuid,
    lockUserId: event.actor_id,
    // Other things have ids of their own, which may be a door's too.
    lockId: event.object_type === 'Lock' ? (event.object_id ?? null) : null,
    lockName: event.object_name ?? null,
    occurredAt: told === undefined || told > now + CLOCK_SKEW_MS ? wholeSecond(now) : told,
    ...(event.success ? {} : { refused: reasonOf(event.error_code, event.error_message) }),
  };
}

const ACTORS = new Map([
  ['Guest', 'a guest'],
  ['GroupLink', 'an access link'],
  ['MarketplaceInstallation', 'an integration'],
]);

function nameOf(actorType: string | null): string {
  return actorType === null ? 'nobody in particular' : (ACTORS.get(actorType) ?? 'something that is no user');
}

const REASONS = new Map([
  ['f358de', 'the access is not valid yet'],
  ['f35ade', 'the access is no longer valid'],
  ['fcd8ff', 'the access is switched off'],
  ['34ffaa', 'it is outside the hours in which the group may enter'],
  ['fad10e', 'there is no such door'],
  ['fad001', 'the door is locked down'],
  ['fac001', "the door's controller is offline"],
]);

function reasonOf(code: string | null | undefined, words: string | null | undefined): string {
  const known = REASONS.get(code ?? '');
  if (known !== undefined) return known;
  if (words) return words;
  return code ? `Kisi's code ${code}` : 'Kisi names no reason';
}
