// Every kind of job and what is done for it.
import type { Handlers, JobName, Outcome } from '../queue/queue.ts';
import { atBoundary } from './boundary.ts';
import { createBurst } from './burst.ts';
import { catchUp } from './catch-up.ts';
import { checkIn } from './check-in.ts';
import { linkToken } from './link.ts';
import type { SyncParts } from './parts.ts';
import { reconcile } from './reconcile.ts';
import { bookingTold, checkInTold } from './told.ts';
import { createTurns } from './turns.ts';

/** Somebody stands before a door, then everything else, then what nobody waits for. */
export const jobOrder: readonly JobName[] = [
  'check-in',
  'boundary',
  'sweep',
  'reconcile',
  'booking',
  'cobot-check-in',
  'catch-up',
  'link',
];

/** `sweep` is handed in, since it also looks after the subscriptions. */
export function createHandlers(parts: SyncParts, sweep: (cause: string) => Promise<void>): Handlers {
  const burst = createBurst(parts);
  const turns = createTurns(parts);
  return {
    async reconcile(job): Promise<Outcome> {
      const again = await burst.instead(job);
      if (again !== null) return { again };
      await reconcile(job.payload.membershipId, job.payload.cause, parts);
      return 'done';
    },
    async sweep(job): Promise<Outcome> {
      burst.sweepBegins(await parts.queue.sequence());
      try {
        await sweep(job.payload.cause);
      } finally {
        burst.sweepEnds();
      }
      return 'done';
    },
    boundary: (job) => atBoundary(job, parts),
    'check-in': (job) => turns.take('check-in', () => checkIn(job.payload.lockUserId, parts)),
    booking: (job) => turns.take('booking', () => bookingTold(job.payload, parts)),
    'cobot-check-in': (job) => turns.take('cobot-check-in', () => checkInTold(job.payload, parts)),
    link: (job) =>
      turns.take('link', async () => {
        await linkToken(job.payload.lockUserId, 'link', parts);
        return 'done';
      }),
    'catch-up': () => catchUp(parts),
  };
}
