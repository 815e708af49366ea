// An unlock as the webhook and the door-openings log tell it, in the relay's words, so that both name the same opening
// alike. What names no user (a remote unlock by an API caller, an unknown card) is no opening.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Instant, Opening } from '../../access/model.ts';

const SECOND = 1000;
const CLOCK_SKEW_MS = 5 * 60 * SECOND;
export const UNLOCK = 'access.door.unlock';

/** Texts that strangers send. Control characters and halves of a character would break URLs, logs and databases. */
const text = z
  .string()
  .min(1)
  .max(200)
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value));
const textOrNothing = text.optional().catch(undefined);
const moment = z.union([z.number(), z.string()]).optional().catch(undefined);

const actor = z.object({ id: z.string().nullish(), type: z.string().nullish() }).nullish();

export const unlockSchema = z.object({
  event_object_id: textOrNothing,
  data: z.object({
    location: z.object({ id: textOrNothing, name: textOrNothing }).optional().catch(undefined),
    actor,
    object: z.object({ result: textOrNothing, time: moment }).optional().catch(undefined),
  }),
});

/** When a listed unlock was is not guessed: weeks may lie between it and its reading. */
const published = z.union([z.number(), z.string()]).transform((told, context): Instant => {
  const read = readMoment(told);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: 'not a time' });
  return z.NEVER;
});

export const hitsSchema = z
  .object({
    hits: z.array(
      z.object({
        _id: z.string().nullish(),
        _source: z.object({
          actor,
          event: z.object({ type: z.string().nullish(), result: textOrNothing, published }),
          target: z
            .array(z.object({ type: z.string().nullish(), id: textOrNothing, display_name: textOrNothing }))
            .nullish(),
        }),
      }),
    ),
  })
  .transform(({ hits }) => hits);
type Hit = z.output<typeof hitsSchema>[number];

/** The user who is named; undefined: nobody, or somebody who is no user. */
function userOf(named: z.output<typeof actor>): string | undefined {
  if (!named || !isUser(named.type)) return undefined;
  return text.safeParse(named.id).data;
}

/** Unknown: which types there are besides users, visitors and API callers. Only the one that is known to be one counts. */
function isUser(type: string | null | undefined): boolean {
  return type === 'user';
}

/**
 * Unknown: how a webhook words the result that the log calls ACCESS, and whether it always says one. Anything else is a
 * door that stayed shut, so that no day pass is spent for it.
 */
function refusal(result: string | undefined): { refused?: string } {
  const hasOpened = result === undefined || /^access( granted)?$/i.test(result);
  return hasOpened ? {} : { refused: result };
}

/** Unknown: the form of a webhook's time. Milliseconds in the log; seconds and RFC 3339 are read as well. */
function readMoment(told: number | string | undefined): Instant | undefined {
  if (told === undefined || told === '') return undefined;
  const number = typeof told === 'number' ? told : /^\d{9,14}$/.test(told) ? Number(told) : undefined;
  if (number !== undefined) {
    const ms = number < 100_000_000_000 ? number * SECOND : number;
    return Number.isFinite(ms) && ms > 0 ? wholeSecond(ms) : undefined;
  }
  try {
    return wholeSecond(Temporal.Instant.from(String(told)).epochMilliseconds);
  } catch {
    return undefined;
  }
}

/**
 * Unknown: whether `event_object_id` is the same in a repeat, and it is not in the log. So an opening is known by user,
 * door and second, in the webhook, in each repeat of it and in the log; and by that id only where no time is told.
 */
function openingId(
  user: string,
  door: string | null,
  when: Instant | undefined,
  { delivery, refused }: { delivery: string; refused?: string },
): string {
  // Somebody who is refused and gets in at the second try, within the same second, did both.
  const parts = JSON.stringify([user, door, when ?? delivery, refused !== undefined]);
  return `made_${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`;
}

/** undefined: nobody's. `now` stands in for a time that is missing or has not come yet. */
export function openingOfWebhook(
  { event_object_id, data }: z.output<typeof unlockSchema>,
  now: Instant,
): Opening | undefined {
  const lockUserId = userOf(data.actor);
  if (lockUserId === undefined) return undefined;
  const read = readMoment(data.object?.time);
  const told = read !== undefined && read <= now + CLOCK_SKEW_MS ? read : undefined;
  const lockId = data.location?.id ?? null;
  const refused = refusal(data.object?.result);
  return {
    id: openingId(lockUserId, lockId, told, { delivery: event_object_id ?? String(wholeSecond(now)), ...refused }),
    lockUserId,
    lockId,
    lockName: data.location?.name ?? null,
    occurredAt: told ?? wholeSecond(now),
    ...refused,
  };
}

/** undefined: nobody's, or no unlock. */
export function openingOfHit({ _source: { actor: named, event, target } }: Hit): Opening | undefined {
  const lockUserId = userOf(named);
  if (lockUserId === undefined || (event.type && event.type !== UNLOCK)) return undefined;
  const door = target?.find(({ type }) => type === 'door');
  const lockId = door?.id ?? null;
  const refused = refusal(event.result);
  return {
    id: openingId(lockUserId, lockId, event.published, { delivery: '', ...refused }),
    lockUserId,
    lockId,
    lockName: door?.display_name ?? null,
    occurredAt: event.published,
    ...refused,
  };
}

function wholeSecond(instant: Instant): Instant {
  return Math.floor(instant / SECOND) * SECOND;
}
