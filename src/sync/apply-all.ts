// Applying the plans of a sweep: phase by phase over everybody, so that who stands before a door now comes before what
// begins next week. One person that fails does not keep the others back.
import { describeError, isTriedForEver, TransientError, UpstreamError } from '../lib/errors.ts';
import { inLanes } from '../lib/lanes.ts';
import { applyPhase, hasWork, type Phase, phases } from './apply.ts';
import { type ChangeLine, type Doing, subjectOf } from './doing.ts';
import type { Found } from './finish.ts';
import type { SyncParts } from './parts.ts';
import { personKeys } from './person-keys.ts';
import type { PersonPlan } from './person-plan.ts';

/** How many persons are worked on at the same time. */
const WIDTH = 8;
/** So many persons whose step failed are looked at again one by one; more than that, and the sweep is repeated. */
const FEW = 5;

type Failure = { plan: PersonPlan; error: unknown };

/** One phase after another over everybody: what opens within the hour, removals, the rest by its start, leisure. */
export async function applyEverybody(
  doings: readonly Doing[],
  done: { changes: ChangeLine[]; problems: Found[] },
  { stamp, progress }: { stamp: number; progress: (words: string) => void },
): Promise<Failure[]> {
  const failures = new Map<PersonPlan, Failure>();
  for (const phase of phases) {
    const due = doings
      .filter((doing) => hasWork(doing, phase))
      .toSorted((a, b) => startOf(a.plan, phase) - startOf(b.plan, phase));
    if (due.length > 0) progress(`applying to ${due.length} persons: ${phase}`);
    await inLanes(WIDTH, due, async (doing) => {
      const { plan, parts } = doing;
      if (failures.has(plan)) return;
      try {
        const keys = keysOf(plan);
        await parts.oneAtATime(keys, async () => {
          // Somebody newer was at this person meanwhile: what was read here is old.
          if (await parts.touched.since(stamp, keys)) return;
          const { lines, problems } = await applyPhase(doing, phase);
          if (lines.length > 0) await parts.swept.touch(keysOf(plan));
          done.changes.push(...lines);
          done.problems.push(
            ...problems.map(({ membershipId, ...problem }) => ({ subject: membershipId, ...problem })),
          );
        });
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        failures.set(plan, { plan, error });
        done.problems.push({
          subject: subjectOf(plan),
          kind: 'refused',
          sentence: `could not be given access: ${describeError(error)}`,
        });
      }
    });
  }
  return [...failures.values()];
}

const startOf = (plan: PersonPlan, phase: Phase): number =>
  phase === 'later' ? Math.min(...plan.difference.adds.map(({ from }) => from ?? 0)) : 0;

const keysOf = ({ person }: PersonPlan): string[] =>
  personKeys(
    person.lockUser?.id,
    person.memberships.map(({ email }) => email),
  );

/** Few failures are looked at again one by one; many mean that the lock system is down, and the sweep is repeated. */
export async function lookAgain(failures: readonly Failure[], { queue, log }: SyncParts): Promise<void> {
  const again = failures.filter(({ error }) => isTriedForEver(error));
  for (const { error } of failures.slice(0, FEW))
    log.warn({ error: describeError(error) }, 'a change failed in the sweep');
  if (again.length > FEW)
    throw (
      again[0]?.error ??
      new TransientError('changes failed', {
        code: 'sweep_failed',
        where: 'sweep',
        advice: 'it is repeated',
        effect: 'none',
      })
    );
  const ids = again.flatMap(({ plan }) =>
    [...plan.person.memberships, ...plan.person.ended].slice(0, 1).map(({ id }) => id),
  );
  await queue.add(
    ids.map((id) => ({ name: 'reconcile', key: id, payload: { membershipId: id, cause: 'sweep, again' } })),
  );
}
