// The work queue: what it promises, and the jobs there are. Both engines (sqlite.ts, postgres.ts) pass the same
// conformance suite: durable when add() resolves; at most one running and one waiting job per name and key (a repeat
// while waiting collapses into it and takes the newer payload and the earlier time, a repeat while running runs once
// more); delayed; retried; dead-lettered with the reason; listed; redriven; resumed after a crash.
import type { Instant } from '../access/model.ts';
import type { Transaction } from '../store/database.ts';

/** Why a job exists: shown in the audit trail as the cause of what it did. */
type Cause = string;

export type JobPayloads = {
  /** Key: the membership's id. */
  reconcile: { membershipId: string; cause: Cause };
  /** Key: 'space'. */
  sweep: {
    cause: Cause /** Instead of many reconciles: what is no matter of members is left to the others. */;
    burst?: true;
  };
  /** Key: the lock user's id. Judges every opening of that lock user that is stored and not judged yet. */
  'check-in': { lockUserId: string };
  /**
   * Where the lock system keeps no windows. Key: 'space', which waits for the next moment at which a window begins or
   * ends; 'again' for what failed at one, so that its waiting delays nobody else's moment.
   */
  boundary: Record<string, never>;
  /** Key: the booking's id. Finds out whose access to look at again. */
  booking: { bookingId: string; membershipId: string | null; cause: Cause };
  /** Key: the check-in's id. A check-in or check-out that Cobot told about. */
  'cobot-check-in': { checkInId: string; cause: Cause };
  /** Key: the lock user's id. Makes the lock user's token on Cobot belong to the right membership. */
  link: { lockUserId: string };
  /** Key: 'space'. Reads the lock system's event list for openings whose webhook never came. */
  'catch-up': { cause: Cause };
  /** Key: 'space'. Looks for what somebody has to be told. */
  'alert-look': Record<string, never>;
  /** Key: an id of its own. One message, to be sent through one channel. */
  alert: { channel: string; at: Instant; title: string; text: string };
};
export type JobName = keyof JobPayloads;

export type JobRequest = {
  [N in JobName]: {
    name: N;
    key: string;
    payload: JobPayloads[N] /** Not before; default at once. */;
    runAt?: Instant;
  };
}[JobName];

export type Job<N extends JobName = JobName> = {
  id: string;
  name: N;
  key: string;
  payload: JobPayloads[N];
  /** 1 at the first try. */
  attempt: number;
  requestedAt: Instant;
  /** Grows with every add() to the queue; tells whether a repeat came after a given moment. */
  sequence: number;
};

export type JobState = 'waiting' | 'running' | 'dead';
export type JobRecord = Job & { state: JobState; runAt: Instant; lastError: string | null };

/** What a handler makes of a job. Throwing is a failure: an error of lib/errors.ts says whether it is tried for ever. */
export type Outcome =
  | 'done'
  | {
      /** Not a failure, but not over either. */
      again: Instant;
      /** Until then this process looks at no other job of the name: they would all have to wait, too. */
      rest?: Instant;
    };

export type Handlers = { [N in JobName]: (job: Job<N>, signal: AbortSignal) => Promise<Outcome> };

export type JobCount = { name: JobName; state: JobState; count: number; oldestRequestedAt: Instant };

export type Queue = {
  /** Resolves once all of them are durable; with `within`, once that transaction commits: call nudge() after it. */
  add(requests: readonly JobRequest[], within?: Transaction): Promise<void>;
  /** Looks for due jobs now. */
  nudge(): void;
  /** Starts working jobs off, `concurrency` at a time; earlier in `order` goes first among those that are due. */
  work(handlers: Handlers, options: { concurrency: number; order: readonly JobName[] }): void;
  /** No new job starts; running ones get the signal after `graceMs` and are waiting again. Resolves when none runs. */
  stop(graceMs: number): Promise<void>;

  list(filter?: { name?: JobName; state?: JobState }): Promise<JobRecord[]>;
  counts(): Promise<JobCount[]>;
  /**
   * How many of that name wait that were added after a sequence and are due before `dueBefore`, counted up to `most`: asked
   * often, however many there are.
   */
  waiting(of: { name: JobName; after: number; dueBefore: Instant; most: number }): Promise<number>;
  /** Takes waiting jobs of these ids out, where nothing was added to them after `sequence`. Returns how many. */
  settle(ids: readonly string[], sequence: number): Promise<number>;
  /** The sequence of the newest add(). */
  sequence(): Promise<number>;
  /** Lets jobs that wait after a transient failure run now (the other side is back). */
  wake(): Promise<number>;
  /** Puts dead jobs back to work: one, or all. Returns how many. */
  redrive(id: string | 'all'): Promise<number>;
  /** Resolves when no job is running and none is due: for tests, the demo and orderly stops. */
  idle(): Promise<void>;
};
