// Every sentence that a person reads about a decision, once: log, audit, preview, page and command line print the same.
import type { Membership, PlanCopy, Resource, TimePass } from './model.ts';
import type { Rule } from './policy.ts';

const quoted = (text: string) => `"${text}"`;

export const sentences = {
  pending: (_membership: Membership) => 'membership not confirmed yet',
  ended: ({ canceledTo, deleted, unconfirmed }: Pick<Membership, 'canceledTo' | 'deleted' | 'unconfirmed'>) => {
    if (unconfirmed) return "membership is no longer in Cobot's list";
    if (deleted) return 'membership deleted on Cobot';
    return canceledTo === null ? 'membership ended' : `membership ended on ${canceledTo}`;
  },
  otherPlan: (plan: PlanCopy, rule: Rule) =>
    plan.offerId === null && rule.plans !== 'all'
      ? `plan ${quoted(plan.name)} comes from no plan on offer, so "${rule.name}" cannot know it`
      : `plan ${quoted(plan.name)} is not in "${rule.name}"`,
  unlimited: (plan: PlanCopy) => `plan ${quoted(plan.name)}`,
  passIgnored: (plan: PlanCopy) => `plan ${quoted(plan.name)}, no pass needed here`,
  checkedIn: (until: string) => `checked in until ${until}`,
  pass: (pass: TimePass, ofTeam: boolean, until: string | null) =>
    `${ofTeam ? 'day pass of the team' : 'day pass'} ${quoted(pass.name)}${until === null ? '' : `, good until ${until}`}`,
  coming: ({ startsOn }: Membership) => `membership begins on ${startsOn}`,
  outsideMembership: 'only at times outside the membership or its plan',
  noPass: 'no day pass left',
  passForOtherDays: 'the day pass left is for other days',
  refused: (words: string) => `Cobot refused the check-in today: ${words}`,
  /** Both as "2026-11-30 18:00"; the day is said once where it is one. */
  booking: (from: string, until: string) => {
    const isOneDay = from.slice(0, 10) === until.slice(0, 10);
    return `booking ${from} to ${isOneDay ? until.slice(11) : until}`;
  },
  noBooking: (resources: 'all' | readonly Resource[]) =>
    resources === 'all' ? 'no booking' : `no booking of ${resources.map(({ name }) => name).join(', ')}`,
  outsideHours: 'outside the hours of the rule',
  blocked: 'blocked by the operator',
} as const;
