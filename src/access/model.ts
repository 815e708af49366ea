// The words of the relay (docs/architecture.md): facts, grants, changes. Types only; shared by every folder.

/** Milliseconds since 1970, always a whole second. */
export type Instant = number;
/** "2026-11-30": a date of the space's own calendar. */
export type LocalDate = string;

export type Space = { id: string; subdomain: string; name: string /** IANA name. */; zone: string };

/** When a pass may be used. `weekdays`: 1 = Monday ... 7 = Sunday, by the day a span began; empty = every day. */
export type PassSpan =
  /** Minutes of the local day; `to` is exclusive and, where it is not above `from`, on the next day. */
  | { kind: 'hours'; from: number; to: number; weekdays: number[] }
  /** So many minutes from the check-in on. */
  | { kind: 'duration'; minutes: number; weekdays: number[] };

export type TimePass = {
  id: string;
  membershipId: string;
  name: string;
  createdAt: Instant | null;
  /** Exclusive; null = never. */
  expiresAt: Instant | null;
  usedAt: Instant | null;
  /** Empty = at any time. */
  spans: PassSpan[];
};

/** A plan as one membership has it: a copy that may be renamed; `offerId` is the plan on offer that it comes from. */
export type PlanCopy = {
  name: string;
  offerId: string | null;
  /** The day on which the upcoming plan begins and this one ends. */
  changesOn: LocalDate | null;
  /** With time passes: a day pass is needed. Without any: unlimited. */
  limited: boolean;
  /** Periods after which passes that come with the plan are given anew. */
  renewsPasses: ('week' | 'month')[];
};

export type Membership = {
  id: string;
  name: string;
  email: string | null;
  /** The Cobot login, where one is connected. */
  userId: string | null;
  teamId: string | null;
  confirmed: boolean;
  startsOn: LocalDate | null;
  canceledTo: LocalDate | null;
  plan: PlanCopy;
  upcomingPlan: PlanCopy | null;
  /** Cobot has no such membership any more: a 404, and a list that answers lacks it too. */
  deleted?: true;
  /** Of a deleted one: only the list lacks it, and it was not asked for singly. */
  unconfirmed?: true;
};

/** Current while from <= now < until. */
export type CheckIn = { id: string; membershipId: string; from: Instant; until: Instant; passId: string | null };

export type Booking = {
  id: string;
  resourceId: string;
  /** null: booked by an admin, an event or an outsider. */
  membershipId: string | null;
  from: Instant;
  until: Instant;
};

export type PlanOnOffer = { id: string; name: string };
export type Resource = { id: string; name: string };
/** What a grant can name. `doors`: those behind it, where that is a group of doors; else it is the door itself. */
export type Lock = { id: string; name: string; doors?: readonly Door[] };
export type Door = { id: string; name: string };

/** Cobot said no to a check-in; counts until its day ends, for the passes that there were. */
export type Refusal = { at: Instant; until: Instant; words: string };

/** Something read from outside: either known, or not, with the reason in words. Unknown never revokes. */
export type Known<T> = { known: true; value: T } | { known: false; why: string };

/** Everything read from Cobot that the access of one membership depends on. */
export type MemberFacts = {
  membership: Membership;
  /** The unused ones of the membership and of its team. */
  passes: Known<TimePass[]>;
  checkIns: Known<CheckIn[]>;
  bookings: Known<Booking[]>;
  refusal: Refusal | null;
};

/** Half-open; null = since ever, or without end. */
export type Window = { from: Instant | null; until: Instant | null };

/** A grant as it should be: the fewest windows of one lock user at one lock. */
export type DesiredGrant = Window & {
  lockId: string;
  /** One sentence; the same in note, audit, preview and page. */
  reason: string;
  membershipId: string;
};

/** A grant as the lock system reports it. `standing`: absent where it is in effect. */
export type CurrentGrant = Window & {
  id: string;
  lockUserId: string;
  lockId: string;
  note: string | null;
  standing?: Standing;
};

/**
 * 'pending': accepted, and not in effect yet. 'failed': will not come into effect by itself. 'theirs': open through a
 * grant by others, which is left alone and will not end with ours. `words`: the lock system's own, for people.
 */
export type Standing = { state: 'pending' | 'failed' | 'theirs'; words: string | null };

export type LockUser = { id: string; email: string; name: string | null; externalId: string | null };

/** Somebody opened a lock, or was refused at it. `id` is the lock system's own, or made from user, lock and time. */
export type Opening = {
  id: string;
  /** The lock user; or what was used to open, where the lock system names only that and LockSystem.holderOf knows whose. */
  lockUserId: string;
  /** The lock, or one of the doors behind locks. */
  lockId: string | null;
  lockName: string | null;
  occurredAt: Instant;
  /** The door stayed shut: why, in the lock system's words. Absent: it opened. */
  refused?: string;
};
