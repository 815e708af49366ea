// One sentence for each change, the same in log, audit, preview and command line.
import { effective } from '../access/diff.ts';
import type { CurrentGrant, DesiredGrant, Instant } from '../access/model.ts';
import { covers } from '../access/windows.ts';
import type { PersonPlan } from './person-plan.ts';

/** Names of locks, and times of the space's own clock. */
export type Wording = { lockName: (id: string) => string; show: (at: Instant) => string; now: Instant };

export const sentenceOf = {
  register: 'registered as a new lock user (the lock system may send an invitation)',
  adopt: 'stands behind a lock user who was there already',
  update: (fields: string[]) =>
    `lock user updated: ${fields.map((each) => (each === 'externalId' ? 'mark' : each)).join(', ')}`,
  add: ({ lockName, show, now }: Wording, { lockId, from, until, reason }: DesiredGrant) => {
    const begin = from === null || from <= now ? '' : ` from ${show(from)}`;
    return `may open ${lockName(lockId)}${begin}${until === null ? '' : ` until ${show(until)}`}: ${reason}`;
  },
  remove: (lock: string, why: string) => `may no longer open ${lock}: ${why}`,
  removeWindow: ({ lockName, show }: Wording, { lockId, from, until }: CurrentGrant) =>
    `may no longer open ${lockName(lockId)}${from === null ? '' : ` from ${show(from)}`}${until === null ? '' : ` until ${show(until)}`}: that time is not given any more`,
  removeDouble: (lock: string) => `doubled grant at ${lock} taken away`,
  clear: (lock: string) => `expired grant at ${lock} cleared`,
  link: 'check-in token linked on Cobot',
  unlink: 'check-in token removed from Cobot',
  deleted: 'lock user deleted, 14 days after the last grant',
} as const;

/** Where the lock still opens at other times, or through another grant, it would be wrong to say that it does not. */
export function removalSentence(
  { decision }: Pick<PersonPlan, 'decision'>,
  grant: CurrentGrant,
  why: string,
  wording: Wording,
): string {
  const { lockName, now } = wording;
  const given = decision.grants
    .filter(({ lockId, until }) => lockId === grant.lockId && (until === null || until > now))
    .map((each) => effective(each, now));
  if (given.length === 0) return sentenceOf.remove(lockName(grant.lockId), why);
  if (covers(given, effective(grant, now))) return sentenceOf.removeDouble(lockName(grant.lockId));
  return sentenceOf.removeWindow(wording, grant);
}
