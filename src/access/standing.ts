// A grant that is not simply in effect: what that means, in words for a person. Decides nothing.
import type { CurrentGrant, Instant, Lock } from './model.ts';

const HOUR = 3_600_000;

/** Does the lock open through it, as far as the lock system tells? */
export const isInEffect = ({ standing }: Pick<CurrentGrant, 'standing'>): boolean =>
  standing === undefined || standing.state === 'theirs';

/** undefined: there is nothing to tell. What begins later may be pending for as long. */
export function standingProblem(
  { lockId, from, until, standing }: CurrentGrant,
  { locks, now }: { locks: readonly Lock[]; now: Instant },
): { kind: string; sentence: string } | undefined {
  if (!standing || (until !== null && until <= now)) return undefined;
  const lock = locks.find(({ id }) => id === lockId)?.name ?? lockId;
  const words = standing.words === null ? '' : `: ${standing.words}`;
  switch (standing.state) {
    case 'pending':
      if (from !== null && from > now + HOUR) return undefined;
      return { kind: 'grant-pending', sentence: `${lock} is given, and not in effect yet at the lock system${words}` };
    case 'failed':
      return {
        kind: 'grant-failed',
        sentence: `the lock system could not put ${lock} into effect${words}; mend it there, or take it away there and it is given anew`,
      };
    case 'theirs':
      return {
        kind: 'open-through-others',
        sentence: `${lock} was open through a grant that the relay did not make; it is left alone and will not end by itself ("relay adopt" takes it over)`,
      };
  }
}
