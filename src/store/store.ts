// What the relay keeps, table by table: only what nobody else can tell (docs/architecture.md). Everything belongs to
// one space, that the store was opened for.
import type {
  Booking,
  CheckIn,
  Instant,
  Lock,
  Membership,
  Opening,
  PlanOnOffer,
  Refusal,
  Resource,
  Space,
  TimePass,
} from '../access/model.ts';
import type { Alert } from '../alerts/alert.ts';
import type { JobRequest } from '../queue/queue.ts';
import type { GrantNotes, TimedGrants } from './filled-in.ts';

/** One webhook as it came. `understood`: false is kept, shown, and has no job. */
export type Delivery = {
  id: string;
  receivedAt: Instant;
  source: 'cobot' | 'lock';
  event: string;
  /** At most 100 kB, as text. */
  body: string;
  understood: boolean;
  /** The id that it is about, or what was not understood. */
  subject: string;
};

export type Inbox = {
  /**
   * Resolves once the delivery, its opening and its jobs are durable, in one transaction; deliveries that arrive
   * together share one commit. An opening that is stored already is not stored again, and its jobs are added all the same.
   */
  accept(entry: { delivery: Delivery; opening?: Opening; jobs: readonly JobRequest[] }): Promise<void>;
  list(filter?: { understood?: boolean; limit?: number }): Promise<Delivery[]>;
  /** Empties the bodies of deliveries that are about the id or name it. Returns how many. */
  forget(id: string): Promise<number>;
  prune(before: Instant): Promise<number>;
};

/** Which lock user a membership stands behind. */
export type Link = {
  membershipId: string;
  lockUserId: string;
  /** 'adopted': the lock user was there before us; it is never changed or deleted. */
  origin: 'made' | 'adopted';
  /** When the membership was found to have ended; null while it is current or coming. */
  endedAt: Instant | null;
};
export type Links = {
  all(): Promise<Link[]>;
  of(membershipId: string): Promise<Link | undefined>;
  ofLockUser(lockUserId: string): Promise<Link[]>;
  /** Inserts or replaces, by membership. */
  put(links: readonly Link[]): Promise<void>;
  setEnded(membershipId: string, endedAt: Instant | null): Promise<void>;
  removeLockUser(lockUserId: string): Promise<void>;
};

/** The check-in tokens that we know to be on Cobot: lock user -> membership. */
export type Tokens = {
  all(): Promise<Map<string, string>>;
  of(lockUserId: string): Promise<string | undefined>;
  put(lockUserId: string, membershipId: string): Promise<void>;
  remove(lockUserId: string): Promise<void>;
  /** What Cobot's own list says, after a sweep. */
  replaceAll(tokens: ReadonlyMap<string, string>): Promise<void>;
};

/**
 * What the last good read of a member held. A list that lacks one of these is no evidence against it: it is asked for
 * by its id. Also the names and emails that pages and command lines show.
 */
export type Evidence = {
  membership: Membership;
  passes: TimePass[];
  checkIns: CheckIn[];
  bookings: Booking[];
  readAt: Instant;
};
export type EvidenceStore = {
  all(): Promise<Map<string, Evidence>>;
  of(membershipId: string): Promise<Evidence | undefined>;
  /** Inserts or replaces, by membership; writes only what differs (readAt alone is no difference). */
  put(evidence: readonly Evidence[]): Promise<void>;
  holdersOfBooking(bookingId: string): Promise<string[]>;
  remove(membershipId: string): Promise<void>;
};

/** Check-ins made by us, told by Cobot, or seen in a read. */
export type CheckIns = {
  put(checkIns: readonly CheckIn[]): Promise<void>;
  of(id: string): Promise<CheckIn | undefined>;
  /** Of the membership, overlapping [from, until). */
  between(membershipId: string, from: Instant, until: Instant): Promise<CheckIn[]>;
  prune(before: Instant): Promise<number>;
};

/** A check-in that was sent and whose answer is not known: looked up before it is ever repeated. */
type Attempt = { membershipId: string; startedAt: Instant };
export type Attempts = {
  of(membershipId: string): Promise<Attempt | undefined>;
  /** Durable when it resolves. */
  start(attempt: Attempt): Promise<void>;
  finish(membershipId: string): Promise<void>;
};

export type OpeningOutcome =
  | 'checked in'
  | 'checked in already'
  | 'not charged'
  | 'past day'
  | 'not ours'
  | 'refused'
  | 'refused at the door'
  | 'given up';
export type StoredOpening = Opening & { receivedAt: Instant; outcome: OpeningOutcome | null; note: string | null };
export type Openings = {
  /** Those that are new (by id, else by lock user, lock and time); for openings that no webhook told. */
  add(openings: readonly Opening[], receivedAt: Instant): Promise<Opening[]>;
  unjudged(lockUserId: string): Promise<StoredOpening[]>;
  /** What was stored under a credential belongs to that lock user from now on. One that is stored already is dropped. */
  attribute(credential: string, lockUserId: string): Promise<void>;
  /** Lock users with openings that are not judged. */
  waiting(): Promise<string[]>;
  judge(id: string, outcome: OpeningOutcome, note: string | null): Promise<void>;
  list(filter?: { lockUserId?: string; since?: Instant; limit?: number }): Promise<StoredOpening[]>;
  prune(before: Instant): Promise<number>;
};

export type Refusals = {
  of(membershipId: string, now: Instant): Promise<Refusal | undefined>;
  all(now: Instant): Promise<Map<string, Refusal>>;
  put(membershipId: string, refusal: Refusal): Promise<void>;
  clear(membershipId: string): Promise<void>;
};

/** One loss that waits for a person. */
export type HoldLine = {
  lockUserId: string;
  membershipId: string;
  lockId: string;
  /** The sentence that it would be applied with. */
  reason: string;
  /** Rests on something that a list lacks, and was not asked for singly. */
  restsOnAbsence: boolean;
  heldAt: Instant;
  /** A fingerprint of the person's facts as last looked at before a decision: a rejection counts until they change. */
  facts: string;
};
export type HoldDecision = 'approved' | 'rejected';
/** Approved: let through, and over once it is applied. Rejected: kept until the person's facts change. */
type DecidedLine = HoldLine & { decision: HoldDecision };
export type Hold = { id: string; lines: HoldLine[] };
export type Holds = {
  /** The hold that waits now, if any, with its lines that nobody has decided about. */
  open(): Promise<Hold | undefined>;
  /** Nothing waits, and nothing is remembered as decided. */
  isEmpty(): Promise<boolean>;
  /** The undecided lines that the id was shown with, also of an id that the hold had before; undefined: no such id. */
  shownAs(id: string): Promise<HoldLine[] | undefined>;
  decided(): Promise<DecidedLine[]>;
  /** Decides about those of the lines that nobody has decided about yet, and returns them. */
  decide(lines: readonly { lockUserId: string; lockId: string }[], decision: HoldDecision): Promise<HoldLine[]>;
  /** Adds lines: the hold gets a new id when a line joins. Lines that are held already stay as they are. */
  join(lines: readonly HoldLine[], newId: string): Promise<Hold>;
  /** The facts of those that nobody has decided about yet, or of whom they were `notKnown`, are now these. */
  lookedAt(lines: readonly { lockUserId: string; lockId: string; facts: string }[], notKnown: string): Promise<void>;
  /** Takes lines out, decided or not (the facts no longer want them). */
  dissolve(lines: readonly { lockUserId: string; lockId: string }[]): Promise<void>;
};

/** Losses applied, for the brake's memory of an hour. */
export type Losses = {
  record(lockUserIds: readonly string[], at: Instant): Promise<void>;
  since(at: Instant): Promise<Set<string>>;
  prune(before: Instant): Promise<number>;
};

/** When a lock user was last seen with a grant of ours: for the size of the brake, and for deleting after 14 days. */
export type Managed = {
  seen(lockUserIds: readonly string[], at: Instant): Promise<void>;
  /** Lock users seen with a grant of ours since then. */
  since(at: Instant): Promise<Set<string>>;
  lastSeen(lockUserId: string): Promise<Instant | undefined>;
  remove(lockUserId: string): Promise<void>;
};

/** Second witness of what we made, beside the marks: ids of lock users and grants. */
export type Witness = {
  add(kind: 'user' | 'grant', ids: readonly string[]): Promise<void>;
  all(kind: 'user' | 'grant'): Promise<Set<string>>;
  has(kind: 'user' | 'grant', id: string): Promise<boolean>;
  remove(kind: 'user' | 'grant', ids: readonly string[]): Promise<void>;
};

/** Something that a person should know or mend; `subject`: a membership id, or '' for the space. */
type Problem = { subject: string; kind: string; sentence: string; since: Instant };
export type Problems = {
  all(): Promise<Problem[]>;
  /** Makes these the problems of the subject: keeps `since` of those that go on, drops those that are over. */
  replace(subject: string, problems: readonly { kind: string; sentence: string }[], now: Instant): Promise<void>;
};

export type Alerts = {
  all(): Promise<Alert[]>;
  /** Makes these the alerts, and adds the jobs that tell of them, in one transaction. */
  replace(alerts: readonly Alert[], jobs: readonly JobRequest[]): Promise<void>;
};

/** Kinds of calls that a side refuses the token for. `at`: when it last did. */
type RefusedCall = { side: string; call: string; sentence: string; since: Instant; at: Instant };
export type RefusedCalls = {
  all(): Promise<RefusedCall[]>;
  /** Keeps `since` of one that goes on. */
  put(call: Omit<RefusedCall, 'since'>): Promise<void>;
  remove(side: string, call: string): Promise<void>;
  prune(before: Instant): Promise<void>;
};

export type AuditEntry = {
  at: Instant;
  action: string;
  sentence: string;
  cause: string;
  membershipId: string | null;
  lockUserId: string | null;
  lockId: string | null;
};
export type Audit = {
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Leaves what happened and when, and takes out whom it was about and in which words. Returns how many. */
  forget(membershipId: string): Promise<number>;
  list(filter?: { since?: Instant; membershipId?: string; lockId?: string; limit?: number }): Promise<AuditEntry[]>;
  prune(before: Instant): Promise<number>;
};

/** Single values that have to survive. */
export type SettingValues = {
  /** When this store was made: where catching up begins at first. */
  'made-at': Instant;
  space: Space;
  locks: Lock[];
  /** Openings were read from the lock system up to here. */
  'openings-read-until': Instant;
  'last-good-sweep': Instant;
  /** One that looked after webhooks, tokens and locks, too. */
  'last-whole-sweep': Instant;
  /** The policy last in force, as text, with what its names stood for. */
  policy: {
    text: string | null;
    plans: PlanOnOffer[];
    resources: Resource[];
    locks: Lock[];
    names: Record<string, string>;
  };
};
export type Settings = {
  get<K extends keyof SettingValues>(key: K): Promise<SettingValues[K] | undefined>;
  set<K extends keyof SettingValues>(key: K, value: SettingValues[K]): Promise<void>;
};

export type Store = {
  inbox: Inbox;
  links: Links;
  tokens: Tokens;
  evidence: EvidenceStore;
  checkIns: CheckIns;
  attempts: Attempts;
  openings: Openings;
  refusals: Refusals;
  holds: Holds;
  losses: Losses;
  managed: Managed;
  witness: Witness;
  timedGrants: TimedGrants;
  grantNotes: GrantNotes;
  problems: Problems;
  alerts: Alerts;
  refusedCalls: RefusedCalls;
  audit: Audit;
  settings: Settings;
  /** What it is kept in: "SQLite", "PostgreSQL". */
  keptIn: string;
  /** Throws where the database does not answer: for readiness. */
  ping(): Promise<void>;
};
