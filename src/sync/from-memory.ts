// Looking at a person again right after a check-in, without asking Cobot: what it changed is known, and the rest was read
// at the last good look. That spares three calls for each who opens a door in the morning, when everybody comes and Cobot
// allows sixty a minute. Where anything is not sure, it is not done, and everything is read.
import type { CheckIn } from '../access/model.ts';
import { UpstreamError } from '../lib/errors.ts';
import type { Evidence } from '../store/store.ts';
import { factsOfEvidence } from './evidence-facts.ts';
import type { SyncParts } from './parts.ts';
import { personKeys } from './person-keys.ts';
import { reconcilePerson } from './reconcile.ts';

/** Is it known of the remembered passes which one this check-in has spent? Cobot need not name it. */
export const namesItsPass = ({ passId }: CheckIn, { passes }: Pick<Evidence, 'passes'>): boolean =>
  passId !== null && passes.some(({ id }) => id === passId);

/** false: it has to be read after all. What it changed before a failure stands, and is written down. */
export async function reconcileFromMemory(membershipId: string, cause: string, parts: SyncParts): Promise<boolean> {
  const { store } = parts;
  const link = await store.links.of(membershipId);
  if (!link) return false;
  const email = (await store.evidence.of(membershipId))?.membership.email ?? null;
  const keys = personKeys(link.lockUserId, [email]);
  try {
    return await parts.oneAtATime(keys, async () => {
      // Within: whoever was at this person before has left what they read.
      const evidence = await store.evidence.of(membershipId);
      const together = (await store.links.ofLockUser(link.lockUserId)).filter(({ endedAt }) => endedAt === null);
      if (evidence?.membership.email !== email || together.some((each) => each.membershipId !== membershipId))
        return false;
      const { calendar } = await parts.space();
      const [inForce, stamp, now] = [await parts.policy(), await parts.swept.stamp(), parts.clock.now()];
      const facts = await factsOfEvidence(evidence, store, now);
      const terms = { inForce, calendar, now, stamp, held: keys, readAt: evidence.readAt };
      const errors = await reconcilePerson(facts, cause, parts, terms);
      // A reconcile that is on its way has read what was so before the check-in: it reads again, as after a sweep.
      await parts.swept.touch(keys);
      return errors !== 'outdated' && errors.length === 0;
    });
  } catch (error) {
    if (error instanceof UpstreamError) return false;
    throw error;
  }
}
