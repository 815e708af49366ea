// Every kind of job and what is done for it. A burst of reconciles collapses into one sweep as soon as that is cheaper.
import { factsNeeded } from '../access/policy.ts';
import type { Handlers, JobName, Outcome } from '../queue/queue.ts';
import { catchUp } from './catch-up.ts';
import { checkIn } from './check-in.ts';
import { linkToken } from './link.ts';
import type { SyncParts } from './parts.ts';
import { reconcile } from './reconcile.ts';
import { bookingTold, checkInTold } from './told.ts';

/** Somebody stands before a door, then everything else, then what nobody waits for. */
export const jobOrder: readonly JobName[] = [
  'check-in',
  'sweep',
  'reconcile',
  'booking',
  'cobot-check-in',
  'catch-up',
  'link',
];

/** Cobot calls that a sweep costs, however many members there are. */
const SWEEP_CALLS = 6;
const SOON = 2000;

/** `sweep` is handed in, since it also looks after the subscriptions. */
export function createHandlers(parts: SyncParts, sweep: (cause: string) => Promise<void>): Handlers {
  /** Reconciles added before this sequence were there when the last sweep began, and wait for a reason of their own. */
  let sweptAt = 0;

  async function isBurst(): Promise<boolean> {
    const waiting = await parts.queue.list({ name: 'reconcile', state: 'waiting' });
    const fresh = waiting.filter(({ sequence }) => sequence > sweptAt);
    const callsEach = factsNeeded((await parts.policy()).policy).bookings ? 2 : 1;
    return fresh.length * callsEach > SWEEP_CALLS;
  }

  return {
    async reconcile(job): Promise<Outcome> {
      if (job.sequence > sweptAt && (await isBurst())) {
        await parts.queue.add([{ name: 'sweep', key: 'space', payload: { cause: `burst, ${job.payload.cause}` } }]);
        return { again: parts.clock.now() + SOON };
      }
      await reconcile(job.payload.membershipId, job.payload.cause, parts);
      return 'done';
    },
    async sweep(job): Promise<Outcome> {
      const sequence = await parts.queue.sequence();
      try {
        await sweep(job.payload.cause);
      } finally {
        sweptAt = sequence;
      }
      return 'done';
    },
    'check-in': (job) => checkIn(job.payload.lockUserId, parts),
    booking: (job) => bookingTold(job.payload, parts),
    'cobot-check-in': (job) => checkInTold(job.payload, parts),
    async link(job): Promise<Outcome> {
      await linkToken(job.payload.lockUserId, 'link', parts);
      return 'done';
    },
    'catch-up': () => catchUp(parts),
  };
}
