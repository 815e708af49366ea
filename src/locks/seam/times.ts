// Moments as Seam writes them, and the windows of its two kinds of access. Pure; whoever calls says what time it is.
// The unknowns about starts and open ends sit here, one function each.
import { z } from 'zod';
import type { Instant, Window } from '../../access/model.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const CREATED_WITHIN = 5 * SECOND;
/** Exactly so long after its start a code ends that has no end: nobody asks for such a window, so it reads back as open. */
const FAR = 3650 * DAY;

/** Microseconds and offsets are fine; a time without an offset is none. */
export const instant = z.string().transform((text, context): Instant => {
  try {
    return wholeSecond(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    context.addIssue({ code: 'custom', message: 'not a time' });
    return z.NEVER;
  }
});
export const bound = instant.nullish().transform((read) => read ?? null);

export const wholeSecond = (at: Instant): Instant => Math.floor(at / SECOND) * SECOND;

export const writeInstant = (at: Instant): string =>
  Temporal.Instant.fromEpochMilliseconds(wholeSecond(at)).toString({ smallestUnit: 'second' });

/**
 * Unknown: what Seam reports as the start of something that was given at once. Where that is the moment at which it was
 * made, it has no start; a few seconds are left for their clock.
 */
export function readStart(startsAt: Instant | null, createdAt: Instant | null): Instant | null {
  if (startsAt === null || createdAt === null) return startsAt;
  return startsAt <= createdAt + CREATED_WITHIN ? null : startsAt;
}

/** A start that is over is left out, since Seam may refuse one in the past. */
export function grantDates({ from, until }: Window, now: Instant): { starts_at?: string; ends_at?: string } {
  return {
    ...(from === null || from <= now ? {} : { starts_at: writeInstant(from) }),
    ...(until === null ? {} : { ends_at: writeInstant(until) }),
  };
}

/**
 * Unknown: whether an update takes `ends_at: null` for "without end", as a creation does. Where it is refused, the window
 * has to be given anew. A start that lies ahead is brought forward to now; one that is over is left as it is.
 */
export function movedGrantDates(
  current: Window,
  { from, until }: Window,
  now: Instant,
): { starts_at?: string; ends_at: string | null } {
  const hasBegun = current.from === null || current.from <= now;
  const start = from !== null && from > now ? from : hasBegun ? null : now;
  return {
    ...(start === null ? {} : { starts_at: writeInstant(start) }),
    ends_at: until === null ? null : writeInstant(until),
  };
}

/** A code has both dates or neither. */
export function codeDates({ from, until }: Window, now: Instant): { starts_at?: string; ends_at?: string } {
  const startsLater = from !== null && from > now;
  return until === null && !startsLater ? {} : bothDates({ from, until }, now);
}

/**
 * Unknown: whether a code takes a start without an end. It is not tried: without both it would open at once. Nor is a code
 * made ongoing again by leaving both out, which the vendor's fake does without forgetting the old dates.
 */
export function bothDates({ from, until }: Window, now: Instant): { starts_at: string; ends_at: string } {
  const start = from !== null && from > now ? wholeSecond(from) : wholeSecond(now);
  return { starts_at: writeInstant(start), ends_at: writeInstant(until ?? start + FAR) };
}

export function readCodeWindow(startsAt: Instant | null, endsAt: Instant | null, createdAt: Instant | null): Window {
  const isOpenEnded = startsAt !== null && endsAt === startsAt + FAR;
  return { from: readStart(startsAt, createdAt), until: isOpenEnded ? null : endsAt };
}

export const isOver = ({ until }: Window, now: Instant): boolean => until !== null && until <= now;
