// What happens at the moments at which windows begin and end, where the lock system keeps no windows itself: a job that
// waits for the next of them, a second one for what failed, and a look before every sweep for what a timer missed.
import type { Instant } from '../access/model.ts';
import { describeError } from '../lib/errors.ts';
import type { Job, JobRequest, Outcome } from '../queue/queue.ts';
import type { Found } from './finish.ts';
import type { SyncParts } from './parts.ts';

type Parts = Pick<SyncParts, 'boundaries' | 'queue' | 'clock' | 'log'>;

/** By itself, since a failed job waits longer and longer: nobody else's boundary may wait with it. */
const AGAIN = 'again';
const SECOND = 1000;

export const boundaryJob = (runAt: Instant): JobRequest => ({ name: 'boundary', key: 'space', payload: {}, runAt });

export async function atBoundary({ key }: Pick<Job<'boundary'>, 'key'>, parts: Parts): Promise<Outcome> {
  // A job that was left by another lock system.
  if (!parts.boundaries) return 'done';
  if (key === AGAIN) {
    await parts.boundaries.tick();
    return 'done';
  }
  const { next } = await keep(parts.boundaries, parts);
  return next === null ? 'done' : { again: next };
}

/** Never keeps the sweep back: what failed is a problem that it shows. */
export async function boundariesBeforeSweep(parts: Parts): Promise<Found[]> {
  if (!parts.boundaries) return [];
  const { next, failure } = await keep(parts.boundaries, parts);
  if (next !== null) await parts.queue.add([boundaryJob(next)]);
  if (failure === undefined) return [];
  const sentence = `what was to open or shut by now did not everywhere, and is tried again: ${describeError(failure)}`;
  return [{ subject: '', kind: 'boundary', sentence }];
}

async function keep(
  boundaries: NonNullable<Parts['boundaries']>,
  { queue, clock, log }: Parts,
): Promise<{ next: Instant | null; failure?: unknown }> {
  const startedAt = clock.now();
  try {
    return { next: await boundaries.tick() };
  } catch (failure) {
    log.warn(
      { error: describeError(failure) },
      'somebody may be able to open a lock who should not, or not who should',
    );
    await queue.add([{ name: 'boundary', key: AGAIN, payload: {}, runAt: startedAt + SECOND }]);
    return { next: await boundaries.nextAfter(startedAt), failure };
  }
}
