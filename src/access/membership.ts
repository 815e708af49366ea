// Where a membership stands by the space's calendar: Cobot has no status field, only dates.
import type { Calendar } from './calendar.ts';
import type { Instant, Membership, PlanCopy } from './model.ts';
import { ALWAYS, type Interval, overlap } from './windows.ts';

export type CancellationReading = 'last day in' | 'first day out';

/**
 * | standing | test                                             |
 * |----------|--------------------------------------------------|
 * | pending  | not confirmed                                    |
 * | coming   | confirmed, its first day is ahead                |
 * | current  | begun, and no end or an end that is ahead        |
 * | ended    | its last day is over                             |
 */
export type Standing = 'pending' | 'coming' | 'current' | 'ended';

/** From 00:00 of the first day to 00:00 after the last one. Which day of canceled_to is the last is unknown: `reading`. */
export function lifeOf(membership: Membership, reading: CancellationReading, calendar: Calendar): Interval {
  const { startsOn, canceledTo } = membership;
  const from = startsOn === null ? ALWAYS.from : calendar.startOf(startsOn);
  if (canceledTo === null) return { from, until: ALWAYS.until };
  return { from, until: calendar.startOf(reading === 'last day in' ? calendar.addDays(canceledTo, 1) : canceledTo) };
}

export function standingOf(
  membership: Membership,
  reading: CancellationReading,
  calendar: Calendar,
  now: Instant,
): Standing {
  if (membership.deleted) return 'ended';
  if (!membership.confirmed) return 'pending';
  const { from, until } = lifeOf(membership, reading, calendar);
  if (until <= now || until <= from) return 'ended';
  return from > now ? 'coming' : 'current';
}

/** The plans of a membership with the time for which each counts; on the day of the change both do. */
export function planPhases(membership: Membership, calendar: Calendar): (Interval & { plan: PlanCopy })[] {
  const { plan, upcomingPlan } = membership;
  if (upcomingPlan === null || plan.changesOn === null) return [{ ...ALWAYS, plan }];
  const change = plan.changesOn;
  return [
    { from: ALWAYS.from, until: calendar.startOf(calendar.addDays(change, 1)), plan },
    { from: calendar.startOf(change), until: ALWAYS.until, plan: upcomingPlan },
  ];
}

/** The plan that counts at that time; on the day of a change the new one. */
export function planAt(membership: Membership, calendar: Calendar, now: Instant): PlanCopy {
  const phases = planPhases(membership, calendar);
  return phases.findLast((phase) => overlap(phase, { from: now, until: now + 1 }))?.plan ?? membership.plan;
}

/** Does any plan of it that counts now or later need day passes? */
export function mayNeedPasses(membership: Membership, calendar: Calendar, now: Instant): boolean {
  return planPhases(membership, calendar).some(({ plan, until }) => plan.limited && until > now);
}

/** Who began first comes first; ties by id, so that the order never depends on a list. */
export function byBeginning(a: Membership, b: Membership): number {
  return (a.startsOn ?? '').localeCompare(b.startsOn ?? '') || a.id.localeCompare(b.id);
}

/** What stands for a membership that Cobot has no more. */
export function tombstone(id: string, last?: Membership): Membership {
  const plan: PlanCopy = { name: '', offerId: null, changesOn: null, limited: false, renewsPasses: [] };
  const blank = {
    name: '',
    email: null,
    userId: null,
    teamId: null,
    confirmed: true,
    startsOn: null,
    canceledTo: null,
  };
  return { ...blank, plan, upcomingPlan: null, ...last, id, deleted: true };
}
