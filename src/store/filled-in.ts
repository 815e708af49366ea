// What the store keeps in place of a lock system that lacks it: the windows of grants, and the notes that say whose they
// are (src/locks/windows-by-timer.ts, notes-by-store.ts).
import type { Instant, Window } from '../access/model.ts';

/**
 * A grant of ours at a lock system that keeps no windows: its window is kept here, and while it is open it stands on a
 * real grant without one. Several that are open at once at one lock stand on the same.
 */
export type TimedGrant = Window & {
  /** Ours, not the lock system's. */
  id: string;
  lockUserId: string;
  lockId: string;
  note: string;
  /** The lock system's id of the real grant; null: none is known. */
  realId: string | null;
  /** The real grant was asked for: it may be there even while its id is not known. */
  asked: boolean;
  /** It is open through a real grant by others, beside which there can be none of ours. */
  theirs: boolean;
};
/** What a window stands on. */
export type Footing = Pick<TimedGrant, 'realId' | 'asked' | 'theirs'>;
export type TimedGrants = {
  all(): Promise<TimedGrant[]>;
  of(id: string): Promise<TimedGrant | undefined>;
  ofLockUser(lockUserId: string): Promise<TimedGrant[]>;
  /** Open at that moment without a real grant that is known, or not open and perhaps still with one; theirs count. */
  due(at: Instant): Promise<TimedGrant[]>;
  /** The earliest begin or end of a window after that moment; null: none. */
  next(at: Instant): Promise<Instant | null>;
  /** Durable when it resolves. */
  add(grant: TimedGrant): Promise<void>;
  /** Writes down what they stand on now. */
  stand(ids: readonly string[], on: Footing): Promise<void>;
  /** Durable when it resolves. */
  move(id: string, to: Window): Promise<void>;
  /** Ends its window long ago, so that it is never open again, whatever becomes of the clock. */
  shut(id: string): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  removeLockUser(lockUserId: string): Promise<void>;
};

/**
 * A grant of ours at a lock system whose grants carry no note. Written down before it is asked for, so that it is known
 * as ours even where the answer never comes.
 */
export type GrantNote = Window & {
  /** Ours, not the lock system's. */
  id: string;
  lockUserId: string;
  lockId: string;
  note: string;
  /** The lock system's id of the grant; null: there was no answer yet. */
  grantId: string | null;
  /** Ids of the grants that were there already when it was asked for: none of them is it. */
  before: string[];
  askedAt: Instant;
};
export type GrantNotes = {
  /** Those asked for first come first, here and below. */
  all(): Promise<GrantNote[]>;
  ofLockUser(lockUserId: string): Promise<GrantNote[]>;
  ofGrant(grantId: string): Promise<GrantNote | undefined>;
  /** Those without the lock system's id. */
  unanswered(): Promise<GrantNote[]>;
  /** Durable when it resolves. */
  add(note: GrantNote): Promise<void>;
  /** It is the grant of that id, and no other is any more. One that is not there (any more) changes nothing. */
  bind(id: string, grantId: string): Promise<void>;
  move(id: string, to: Window): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  removeLockUser(lockUserId: string): Promise<void>;
};
