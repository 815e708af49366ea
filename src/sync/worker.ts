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
/** So many calls spent on single reconciles within RECENTLY are a burst too. */
const MANY_CALLS = 18;
const RECENTLY = 5000;
/** Single reads of memberships that are kept for what only they can tell. */
const KEPT_BACK = 10;
const GATHER = 1000;
/** Of the six reads a minute of the membership list, so many are left to others than sweeps of bursts. */
const LISTS_KEPT_BACK = 2;
const SWEEPS_APART = 15_000;

/** `sweep` is handed in, since it also looks after the subscriptions. */
export function createHandlers(parts: SyncParts, sweep: (cause: string) => Promise<void>): Handlers {
  /** Reconciles added before this sequence were there when the last sweep began, and wait for a reason of their own. */
  let sweptAt = 0;
  let sweptFrom = Number.NEGATIVE_INFINITY;
  /** When the latest reconciles began: a burst may be worked off as fast as it comes in, and cost as much. */
  let begun: number[] = [];

  /** Calls that Cobot allows on the endpoint now; an endpoint that was not called yet is not limited. */
  const left = (endpoint: string) =>
    parts.cobot.budgets().find((each) => each.endpoint === endpoint)?.left ?? Number.POSITIVE_INFINITY;

  /** Is one sweep cheaper than the single reconciles that wait, or that have just been done one after another? */
  async function isBurst(): Promise<boolean> {
    const now = parts.clock.now();
    begun = begun.filter((at) => at > now - RECENTLY);
    const waiting = await parts.queue.list({ name: 'reconcile', state: 'waiting' });
    const fresh = waiting.filter(({ sequence }) => sequence > sweptAt).length;
    const callsEach = factsNeeded((await parts.policy()).policy).bookings ? 2 : 1;
    const isShort = left('GET /api/memberships/:id') <= KEPT_BACK && fresh > 0;
    return fresh * callsEach > SWEEP_CALLS || (begun.length + fresh) * callsEach > MANY_CALLS || isShort;
  }

  return {
    async reconcile(job): Promise<Outcome> {
      if (job.sequence > sweptAt && (await isBurst())) {
        // A moment later, so that one sweep takes the whole burst; and never so often that the list's budget is spent.
        const runAt = Math.max(
          parts.clock.now() + GATHER,
          left('GET /api/memberships') > LISTS_KEPT_BACK ? 0 : sweptFrom + SWEEPS_APART,
        );
        const cause = `burst, ${job.payload.cause}`;
        await parts.queue.add([{ name: 'sweep', key: 'space', payload: { cause }, runAt }]);
        return { again: runAt + GATHER };
      }
      begun.push(parts.clock.now());
      await reconcile(job.payload.membershipId, job.payload.cause, parts);
      return 'done';
    },
    async sweep(job): Promise<Outcome> {
      const sequence = await parts.queue.sequence();
      sweptFrom = parts.clock.now();
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
