// What the relay asks of a lock system. One folder per vendor implements it; the core knows only this file.
// Times are instants in whole seconds. Every call may throw the errors of lib/errors.ts; "not there" is a value.
import type { CurrentGrant, Instant, Lock, LockUser, Opening, Window } from '../access/model.ts';

export type NewLockUser = { email: string; name: string; externalId: string };
export type LockUserPatch = { email?: string; name?: string; externalId?: string };
export type NewGrant = Window & { lockUserId: string; lockId: string; note: string };

/** What arrives on POST /lock_open, as it came. Header names are in lower case. */
export type WebhookRequest = { rawBody: Buffer; contentType: string; headers: Record<string, string | undefined> };

/** The reading of a lock-open webhook: an opening, or the reason why not, with the HTTP answer that fits. */
export type ReadOpening =
  | { ok: true; opening: Opening }
  | { ok: false; status: 400 | 401 | 415; code: string; message: string };

export type LockSystem = {
  /** The vendor's name, as a person knows it. */
  readonly name: string;
  readonly capabilities: {
    /** Grants carry from and until; else the relay has to grant and revoke at the boundaries. */
    windowsOnGrants: boolean;
  };

  /** All locks of the account. */
  locks(): Promise<Lock[]>;
  /** All lock users of the account, every page. */
  users(): Promise<LockUser[]>;
  user(id: string): Promise<LockUser | undefined>;
  /** Compared without case. */
  userByEmail(email: string): Promise<LockUser | undefined>;
  /** All grants of the account, every page, or those of one lock user. */
  grants(of?: { lockUserId: string }): Promise<CurrentGrant[]>;

  /** The email may be taken by a user that appeared meanwhile. */
  createUser(user: NewLockUser): Promise<{ created: LockUser } | { takenBy: string | null }>;
  updateUser(id: string, patch: LockUserPatch): Promise<'updated' | 'taken' | 'gone'>;
  /** Removes the user and all of the user's grants. Already gone is done. */
  deleteUser(id: string): Promise<void>;
  /** 'gone': no such lock user or lock. */
  addGrant(grant: NewGrant): Promise<CurrentGrant | 'gone'>;
  /** Already gone is done. */
  removeGrant(id: string): Promise<void>;

  /** Rewrites a window and note into the form that the lock system will report back, so that a diff can get empty. */
  adjust<G extends Window & { note: string }>(grant: G): G;

  /** Verifies and reads one lock-open webhook. `now` stands in for a missing time and checks a signature's age. */
  readOpening(request: WebhookRequest, now: Instant): ReadOpening;
  /** Openings since then, oldest first, to catch up after an outage. */
  openingsSince(since: Instant): Promise<Opening[]>;
};
