// What the relay asks of a lock system. One folder per vendor implements it; the core knows only this file, and asks for
// capabilities, never for a vendor. Two adapters fill in what a vendor lacks, so that the core sees one kind: notes
// (notes-by-store.ts) and windows (windows-by-timer.ts).
// Times are instants in whole seconds. Every call may throw the errors of lib/errors.ts; "not there" is a value.
import type { CurrentGrant, Instant, Lock, LockUser, Opening, Window } from '../access/model.ts';

export type NewLockUser = { email: string; name: string; externalId: string };
export type LockUserPatch = { email?: string; name?: string; externalId?: string };
export type NewGrant = Window & { lockUserId: string; lockId: string; note: string };

export type Capabilities = {
  /** What a grant can name, in the vendor's word, for people: "lock", "group", "access policy". */
  lockWord: string;
  /** Grants carry from and until; else the relay has to grant and revoke at the boundaries. */
  windowsOnGrants: boolean;
  /** Grants carry our note, which survives a lost store; else the store is the only witness of what is ours. */
  notesOnGrants: boolean;
  /** 'one': giving a lock to somebody who has it already is no second grant. */
  grantsPerLock: 'many' | 'one';
  /** moveGrant changes a window in place: asked first, so that a code or a phone key stays the same. */
  movesInPlace: boolean;
  /** 'later': a grant may be reported as pending, or as failed, for a while after it was accepted. */
  takesEffect: 'at once' | 'later';
  /** What an opening tells about the person. 'credential': holderOf says whose it is. */
  openingsName: 'lock user' | 'credential';
};

/** What arrives on POST /lock_open, as it came. Header names are in lower case. */
export type WebhookRequest = { rawBody: Buffer; contentType: string; headers: Record<string, string | undefined> };

/**
 * The reading of a lock system's webhook: an opening (or a refusal at the door), or something authentic that is none and
 * needs no work, in words, or the reason why not, with the HTTP answer that fits.
 */
export type ReadOpening =
  | { ok: true; opening: Opening }
  | { ok: true; opening: null; what: string }
  | { ok: false; status: 400 | 401 | 415; code: string; message: string };

/** One thing to look at over there besides locks, users and grants: a token's rights, a webhook that is switched off. */
export type Finding = {
  /** What was looked at: "the event webhook". */
  what: string;
  ok: boolean;
  /** How it is, and for a person what to do where it is not ok. One sentence, no secret. */
  sentence: string;
  /** Mends it without a person. Only where that is safe to repeat. */
  mend?: () => Promise<void>;
};

export type LockSystem = {
  /** The vendor's name, as a person knows it. */
  readonly name: string;
  readonly capabilities: Capabilities;

  /** All that a grant can name in the account, with the doors behind it where that is a group of doors. */
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
  /** 'taken': another has the email. 'fixed': an email cannot be changed there; nothing of the patch was done. */
  updateUser(id: string, patch: LockUserPatch): Promise<'updated' | 'taken' | 'fixed' | 'gone'>;
  /** Removes the user and all of the user's grants. Already gone is done. */
  deleteUser(id: string): Promise<void>;
  /** 'gone': no such lock user or lock. 'there': the user has one at that lock, and a second is not taken. */
  addGrant(grant: NewGrant): Promise<CurrentGrant | 'gone' | 'there'>;
  /** Changes the window, and nothing in between shuts anybody out. 'cannot': it has to be added anew; nothing was done. */
  moveGrant(id: string, to: Window): Promise<'moved' | 'cannot' | 'gone'>;
  /** Already gone is done. */
  removeGrant(id: string): Promise<void>;

  /** Rewrites a window and note into the form that the lock system will report back, so that a diff can get empty. */
  adjust<G extends Window & { note: string }>(grant: G): G;

  /** Verifies and reads one webhook. `now` stands in for a missing time and checks a signature's age. */
  readOpening(request: WebhookRequest, now: Instant): ReadOpening;
  /** Openings, and refusals at the door where they are told, since then, oldest first, to catch up after an outage. */
  openingsSince(since: Instant): Promise<Opening[]>;
  /** The lock user behind what an opening names; null: nobody's. Lock users' own ids come back as they are. */
  holderOf(named: string): Promise<string | null>;

  /** Codes for a keypad that the lock user has now: for an operator's eyes, never for a log, an audit or the store. */
  codesOf(lockUserId: string): Promise<{ lockId: string; code: string }[]>;
  /** Reads only. Looked at once in a sweep, which mends what can be, and by a person who asks how things are. */
  checkUp(): Promise<Finding[]>;
};
