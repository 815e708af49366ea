// SmartLock's answers and events, turned into the relay's words here and nowhere else. Only the fields that are used;
// unknown ones are ignored. What cannot be read fails the whole answer: it must not look absent.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CurrentGrant, Instant, Lock, LockUser, Opening } from '../../access/model.ts';

const SECOND = 1000;
const CLOCK_SKEW_MS = 5 * 60 * SECOND;
const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?$/;

/** With or without fractions (cut off) and offset (without one it is UTC). undefined: no such time. */
function readInstant(text: string): Instant | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  try {
    // Unlike Date.parse, Temporal refuses the 30th of February.
    const instant = Temporal.Instant.from(match[3] === undefined ? `${text}Z` : text);
    return wholeSecond(instant.epochMilliseconds);
  } catch {
    return undefined;
  }
}

/** Whole seconds with Z, as SmartLock wants them. */
export function writeInstant(instant: Instant): string {
  return new Date(wholeSecond(instant)).toISOString().replace('.000Z', 'Z');
}

export function wholeSecond(instant: Instant): Instant {
  return Math.floor(instant / SECOND) * SECOND;
}

const id = z.string().min(1);

const instant = z.string().transform((text, context): Instant => {
  const read = readInstant(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: 'not a time' });
  return z.NEVER;
});
const bound = instant.nullish().transform((read) => read ?? null);

export const userSchema = z
  .object({ id, email: z.string(), name: z.string().nullish(), external_id: z.string().nullish() })
  .transform(
    (user): LockUser => ({
      id: user.id,
      email: user.email,
      name: user.name ?? null,
      externalId: user.external_id ?? null,
    }),
  );

export const accessSchema = z
  .object({ id, user_id: id, lock_id: id, from: bound, until: bound, note: z.string().nullish() })
  .transform(
    (access): CurrentGrant => ({
      id: access.id,
      lockUserId: access.user_id,
      lockId: access.lock_id,
      from: access.from,
      until: access.until,
      note: access.note ?? null,
    }),
  );

export const locksSchema = z
  .object({ locks: z.array(z.object({ id, name: z.string() })) })
  .transform(({ locks }): Lock[] => locks);

/** Ids that strangers send. Control characters and halves of a character would break URLs, logs and databases. */
const text = z
  .union([z.string(), z.int().transform(String)])
  .pipe(z.string().min(1).max(200))
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value));
const textOrNothing = text.optional().catch(undefined);
const place = z.object({ id: textOrNothing, name: textOrNothing }).optional().catch(undefined);

/** An opening as it is sent to us: only user.id is certain, and the rest counts as missing where it is no use. */
export const sentEventSchema = z.object({
  user: z.object({ id: text }),
  id: textOrNothing,
  occurred_at: instant.optional().catch(undefined),
  lock: place,
});
export type SentEvent = z.output<typeof sentEventSchema>;

/** The same in SmartLock's own list, which has to tell the time: weeks may lie between an opening and its reading. */
const listedEventSchema = z.object({
  user: z.object({ id: text }),
  id: textOrNothing,
  occurred_at: instant,
  lock: place,
});

/**
 * `now` stands in for a missing time, and for one that has not come yet. Without an id of its own an opening is known by
 * user, lock and second, so that the webhook and the list, and every repeat of either, name it alike; and without a
 * time by the `delivery` that all repeats of one webhook share.
 */
export function toOpening(event: SentEvent, now: Instant, delivery?: string): Opening {
  const told = event.occurred_at;
  const lockId = event.lock?.id ?? null;
  return {
    id: event.id ?? madeId([event.user.id, lockId, told ?? delivery ?? wholeSecond(now)]),
    lockUserId: event.user.id,
    lockId,
    lockName: event.lock?.name ?? null,
    occurredAt: told === undefined || told > now + CLOCK_SKEW_MS ? wholeSecond(now) : told,
  };
}

function madeId(parts: readonly (string | number | null)[]): string {
  return `made_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

const cursor = z
  .string()
  .nullish()
  .transform((value): string | null => (value === undefined || value === '' ? null : value));

export type Page<T> = { items: T[]; nextCursor: string | null };

export const userPage = z
  .object({ users: z.array(userSchema), next_cursor: cursor })
  .transform(({ users, next_cursor }): Page<LockUser> => ({ items: users, nextCursor: next_cursor }));

export const accessPage = z
  .object({ access: z.array(accessSchema), next_cursor: cursor })
  .transform(({ access, next_cursor }): Page<CurrentGrant> => ({ items: access, nextCursor: next_cursor }));

export const eventPage = z
  .object({ events: z.array(listedEventSchema), next_cursor: cursor })
  .transform(({ events, next_cursor }): Page<SentEvent> => ({ items: events, nextCursor: next_cursor }));

const errorSchema = z.object({
  error: z.object({ message: z.string().optional(), existing_user_id: z.string().min(1).optional().catch(undefined) }),
});

/** SmartLock's own words in a refusal. */
export function wordsOf(body: unknown): string[] {
  const message = errorSchema.safeParse(body).data?.error.message;
  return message === undefined ? [] : [message];
}

/** The user that has the email already, where the 409 names it. */
export function existingUserOf(body: unknown): string | null {
  return errorSchema.safeParse(body).data?.error.existing_user_id ?? null;
}
