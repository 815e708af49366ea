// Cobot's v1 answers, only the fields used, turned into the words of access/model.ts here and nowhere else.
// Lenient in spelling (ids, dates, nulls), strict in what access depends on: what is not understood is no "none".
import { z } from 'zod';
import type { Booking, CheckIn, Instant, Membership, PlanCopy, PlanOnOffer, Resource, Space } from '../access/model.ts';
import type { CheckInToken, Subscription } from './cobot.ts';
import { instant, localDate } from './dates.ts';

/** Opaque; never empty. */
export const id = z.union([z.string().trim().min(1), z.number().int().transform(String)]);

/** Both spellings of "whose is it"; null or absent: it does not say. */
export const membershipRef = { membership: z.object({ id }).nullish(), membership_id: id.nullish() };

/** Without an "@" nobody can be invited by it: as good as none. */
const email = z
  .unknown()
  .optional()
  .transform((raw) => {
    const text = typeof raw === 'string' ? raw.trim() : '';
    return text.includes('@') ? text : null;
  });

const renewal = z.object({
  included_per_timespan: z.coerce.number().positive(),
  included_timespan: z.enum(['week', 'month']),
});

const planCopy = z
  .object({
    name: z.string().nullish(),
    parent_plan: z.object({ id: id.nullish() }).nullish(),
    canceled_to: localDate.nullish(),
    // Required: a plan that does not say whether it has passes is not an unlimited one.
    time_passes: z.array(z.unknown()),
  })
  .transform((plan): PlanCopy => {
    const renewals = plan.time_passes.map((pass) => renewal.safeParse(pass).data?.included_timespan);
    return {
      name: plan.name ?? '',
      offerId: plan.parent_plan?.id ?? null,
      changesOn: plan.canceled_to ?? null,
      limited: plan.time_passes.length > 0,
      renewsPasses: (['week', 'month'] as const).filter((period) => renewals.includes(period)),
    };
  });

/** Asked for in the list; more would make it large. */
export const MEMBERSHIP_ATTRIBUTES = 'id,name,email,plan,upcoming_plan,user,confirmed_at,starts_at,canceled_to,team_id';

export const membership = z
  .object({
    id,
    name: z.string().nullish(),
    email,
    user: z.object({ id: id.nullish() }).nullish(),
    team_id: id.nullish(),
    // Required, if only as null: "not confirmed" takes access away, so its absence must not mean it.
    confirmed_at: z.string().trim().min(1).nullable(),
    starts_at: localDate.nullish(),
    canceled_to: localDate.nullish(),
    plan: planCopy,
    upcoming_plan: planCopy.nullish(),
  })
  .transform(
    (raw): Membership => ({
      id: raw.id,
      // A lock system that trims names would be given it again and again.
      name: raw.name?.trim() ?? '',
      email: raw.email,
      userId: raw.user?.id ?? null,
      teamId: raw.team_id ?? null,
      confirmed: raw.confirmed_at !== null,
      startsOn: raw.starts_at ?? null,
      canceledTo: raw.canceled_to ?? null,
      plan: raw.plan,
      upcomingPlan: raw.upcoming_plan ?? null,
    }),
  );

/** Cobot shows the last second that still counts (03:59:59): ours is the first that does not. */
function exclusive(validUntil: Instant): Instant {
  return validUntil % 60_000 === 59_000 ? validUntil + 1000 : validUntil;
}

/** `asked`: whose check-ins were asked for, where the answer need not say it. */
export function checkInSchema(asked?: string) {
  return z
    .object({
      id,
      valid_from: instant,
      valid_until: instant,
      time_pass: z.object({ id: id.nullish() }).nullish(),
      ...membershipRef,
    })
    .transform((raw, context): CheckIn => {
      const membershipId = raw.membership?.id ?? raw.membership_id ?? asked;
      if (membershipId === undefined) {
        context.addIssue({ code: 'custom', message: 'names no membership', path: ['membership_id'] });
        return z.NEVER;
      }
      const until = exclusive(raw.valid_until);
      return { id: raw.id, membershipId, from: raw.valid_from, until, passId: raw.time_pass?.id ?? null };
    });
}

/** The answer to a check-in; only its end is sure to be there. */
export const madeCheckIn = z.object({
  id: id.nullish(),
  valid_from: instant.nullish().catch(null),
  valid_until: instant.transform(exclusive),
  time_pass: z.object({ id: id.nullish() }).nullish().catch(null),
  membership: z.object({ id }).nullish().catch(null),
  membership_id: id.nullish().catch(null),
});

export const booking = z
  .object({ id, from: instant, to: instant, resource: z.object({ id }), ...membershipRef })
  .transform(
    (raw): Booking => ({
      id: raw.id,
      resourceId: raw.resource.id,
      membershipId: raw.membership?.id ?? raw.membership_id ?? null,
      from: raw.from,
      until: raw.to,
    }),
  );

export const planOnOffer = z.object({ id, name: z.string() }).transform((raw): PlanOnOffer => raw);
export const resource = z.object({ id, name: z.string() }).transform((raw): Resource => raw);

export const space = z
  .object({ id, subdomain: z.string().min(1), name: z.string().nullish(), time_zone_name: z.string().refine(isZone) })
  .transform(
    (raw): Space => ({
      id: raw.id,
      subdomain: raw.subdomain,
      name: raw.name ?? raw.subdomain,
      zone: raw.time_zone_name,
    }),
  );

export const checkInToken = z
  .object({ token: id, membership: z.object({ id }).nullish(), membership_id: id.nullish() })
  .transform((raw, context): CheckInToken => {
    const membershipId = raw.membership?.id ?? raw.membership_id;
    if (membershipId !== undefined && membershipId !== null) return { token: raw.token, membershipId };
    context.addIssue({ code: 'custom', message: 'names no membership', path: ['membership'] });
    return z.NEVER;
  });

export const tokenOwner = z.union([
  z.object({ membership: z.object({ id }) }).transform((raw) => raw.membership.id),
  z.object({ membership_id: id }).transform((raw) => raw.membership_id),
]);

export const subscription = z
  .object({ id, event: z.string().min(1), callback_url: z.string(), active: z.boolean().nullish() })
  .transform(
    (raw): Subscription => ({
      id: raw.id,
      event: raw.event,
      callbackUrl: raw.callback_url,
      active: raw.active ?? true,
    }),
  );

export const scopes = z.object({
  scope: z.union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean))]),
});

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
