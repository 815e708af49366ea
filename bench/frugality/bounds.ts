// How few calls to Cobot any program could make for a case, and why not fewer. Pure. Only what Cobot documents is counted
// on: lists are whole, a webhook names one thing and does not say what changed in it, and may not come at all.

export type Bound = { calls: number; because: string };

/** Lists that a sweep has to read. Cobot has no list of changes. */
export const SWEEP_LISTS = ['memberships', 'unused passes', 'check-ins', 'check-in tokens', 'webhooks'] as const;

export function oneConfirmation(): Bound {
  return {
    calls: 2,
    because: 'the webhook does not say what the membership is like: 1 read; 1 check-in token to link',
  };
}

/** `changed` of them, all on plans without passes. */
export function burst(changed: number): Bound {
  return {
    calls: Math.min(changed, 1),
    because: 'one list of the memberships holds all that changed; plans without passes need nothing else',
  };
}

export function firstSync(members: number): Bound {
  return {
    calls: 2 + members,
    because:
      '1 for the space (its time zone), 1 list of the memberships, and a check-in token for each: there is no call for several',
  };
}

export function sweepWithNothingToDo(): Bound {
  return {
    calls: SWEEP_LISTS.length,
    because: `one list of each kind of thing that may have changed without a webhook: ${SWEEP_LISTS.join(', ')}`,
  };
}

/** Each of them opens at least once on this Cobot day, `limited` of them on a plan that spends passes. */
export function morning({ members, limited, sweeps }: { members: number; limited: number; sweeps: number }): Bound {
  return {
    calls: members + limited + sweeps * SWEEP_LISTS.length,
    because:
      'one check-in a day for each who opens; for each on a limited plan a look first, whether the desk has checked in already, since a second one spends a second pass; and the sweeps of these hours',
  };
}
