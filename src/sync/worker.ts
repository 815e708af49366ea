// Every kind of job and what is done for it.
import type { Handlers, JobName, JobPayloads, Outcome } from '../queue/queue.ts';
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
  'alert-look',
  'alert',
];

/** `sweep` is handed in, since it also looks after the subscriptions; `telling` is no matter of syncing. */
export function createHandlers(
  parts: SyncParts,
  /** Returns the memberships that it has done (SweepReport). */
  sweep: (about: JobPayloads['sweep']) => Promise<ReadonlySet<string>>,
  telling: Pick<Handlers, 'alert-look' | 'alert'>,
): Handlers {
  const burst = createBurst(parts);
  const turns = createTurns(parts);
  return inOneTerm(parts.together, {
    ...telling,
    async reconcile(job): Promise<Outcome> {
      const instead = await burst.instead(job);
      if (instead !== null) return instead;
      await reconcile(job.payload.membershipId, job.payload.cause, parts);
      return 'done';
    },
    async sweep(job): Promise<Outcome> {
      await burst.sweepBegins(await parts.queue.sequence());
      let done: ReadonlySet<string> = new Set();
      try {
        done = await sweep(job.payload);
      } finally {
        await burst.sweepEnds(done);
      }
      return 'done';
    },
    boundary: (job) => atBoundary(job, parts),
    // By itself also where a job was handed over and its old process lives: a check-in spends a member's money.
    'check-in': (job) =>
      turns.take('check-in', () =>
        parts.oneAtATime([`check-in:${job.key}`], () => checkIn(job.payload.lockUserId, parts)),
      ),
    booking: (job) => turns.take('booking', () => bookingTold(job.payload, parts)),
    'cobot-check-in': (job) => turns.take('cobot-check-in', () => checkInTold(job.payload, parts)),
    link: (job) =>
      turns.take('link', async () => {
        await linkToken(job.payload.lockUserId, 'link', parts);
        return 'done';
      }),
    'catch-up': () => catchUp(parts),
  });
}

/** A job never goes on in this process once another may have taken it over. */
function inOneTerm({ asOne }: SyncParts['together'], handlers: Handlers): Handlers {
  return {
    reconcile: (...job) => asOne(() => handlers.reconcile(...job)),
    sweep: (...job) => asOne(() => handlers.sweep(...job)),
    boundary: (...job) => asOne(() => handlers.boundary(...job)),
    'check-in': (...job) => asOne(() => handlers['check-in'](...job)),
    booking: (...job) => asOne(() => handlers.booking(...job)),
    'cobot-check-in': (...job) => asOne(() => handlers['cobot-check-in'](...job)),
    link: (...job) => asOne(() => handlers.link(...job)),
    'catch-up': (...job) => asOne(() => handlers['catch-up'](...job)),
    'alert-look': (...job) => asOne(() => handlers['alert-look'](...job)),
    alert: (...job) => asOne(() => handlers.alert(...job)),
  };
}
