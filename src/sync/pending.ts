// What the lock system has accepted and not carried out yet: looked at once more soon, and from then on by the sweeps.
import type { Instant } from '../access/model.ts';
import type { JobRequest } from '../queue/queue.ts';
import type { Doing } from './doing.ts';

/** The cause of the second look, which asks for no third. */
export const PENDING = 'not in effect yet';

const MINUTE = 60_000;

export const isPending = ({ plan, progress }: Pick<Doing, 'plan' | 'progress'>): boolean =>
  progress.isPending || plan.current.some(({ standing }) => standing?.state === 'pending');

export const lookAgainSoon = (membershipId: string, now: Instant): JobRequest => ({
  name: 'reconcile',
  key: membershipId,
  payload: { membershipId, cause: PENDING },
  runAt: now + MINUTE,
});
