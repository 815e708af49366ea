// Time passes of Cobot's v1 in our words: when a pass may be used, and until when.
// The human-readable `timespans` is never parsed, only `parsed_timespans` is.
import { z } from 'zod';
import type { PassSpan, TimePass } from '../access/model.ts';
import { instant } from './dates.ts';
import { id, membershipRef } from './schema.ts';

const DAY = 24 * 60;
/** A number, also in quotes; null and "" are none. */
const count = z.union([z.number(), z.string().trim().min(1).transform(Number)]).pipe(z.number().int().min(0));
const hour = count.pipe(z.number().max(24));
const minute = count.pipe(z.number().max(59));
const weekdays = z
  .array(count.pipe(z.number().min(1).max(7)))
  .nullish()
  .transform((days) => days ?? []);

const hours = z.object({ from_hour: hour, from_minute: minute, to_hour: hour, to_minute: minute, weekdays }).transform(
  (span): PassSpan => ({
    kind: 'hours',
    from: (span.from_hour * 60 + span.from_minute) % DAY,
    to: exclusiveEnd(span.to_hour, span.to_minute),
    weekdays: span.weekdays,
  }),
);

const duration = z
  .object({ duration_hours: count.nullish(), duration_minutes: count.nullish(), weekdays })
  .transform((span, context): PassSpan => {
    const minutes = (span.duration_hours ?? 0) * 60 + (span.duration_minutes ?? 0);
    if (minutes > 0) return { kind: 'duration', minutes, weekdays: span.weekdays };
    context.addIssue({ code: 'custom', message: 'a duration of nothing' });
    return z.NEVER;
  });

const span = z.unknown().transform((raw, context): PassSpan => {
  const isDuration = z.union([
    z.object({ duration_hours: z.number().or(z.string()) }),
    z.object({ duration_minutes: z.number().or(z.string()) }),
  ]);
  const parsed = (isDuration.safeParse(raw).success ? duration : hours).safeParse(raw);
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'an unknown time span' });
  return z.NEVER;
});

/**
 * Inferred, not documented: Cobot shows the last minute that still counts (`4:00`-`3:59` is the whole day, a check-in
 * ends at 03:59:59), so an end at :59 takes that minute in, while 17:00 is meant as it stands.
 */
function exclusiveEnd(toHour: number, toMinute: number): number {
  return (toHour * 60 + toMinute + (toMinute === 59 ? 1 : 0)) % DAY;
}

/** `asked`: whose passes were asked for, where the answer need not say it. */
export function timePassSchema(asked?: string) {
  return z
    .object({
      id,
      name: z.string().nullish(),
      // Only tells passes apart; one that cannot be read harms nobody.
      created_at: instant.nullish().catch(null),
      expires_at: instant.nullish(),
      used_at: instant.nullish(),
      timespans: z.string().nullish(),
      parsed_timespans: z.array(span).nullish(),
      ...membershipRef,
    })
    .transform((pass, context): TimePass => {
      const membershipId = pass.membership?.id ?? pass.membership_id ?? asked;
      if (membershipId === undefined) {
        context.addIssue({ code: 'custom', message: 'names no membership', path: ['membership_id'] });
        return z.NEVER;
      }
      if (!pass.parsed_timespans && pass.timespans) {
        context.addIssue({ code: 'custom', message: 'has hours in words only', path: ['parsed_timespans'] });
        return z.NEVER;
      }
      return {
        id: pass.id,
        membershipId,
        name: pass.name ?? '',
        createdAt: pass.created_at ?? null,
        expiresAt: pass.expires_at ?? null,
        usedAt: pass.used_at ?? null,
        spans: pass.parsed_timespans ?? [],
      };
    });
}
