// What the relay asks of Cobot, in the words of access/model.ts. client.ts implements it over HTTP.
// Every call may throw the errors of lib/errors.ts; "not there" (404) is `undefined`, "no such token" (204) too.
import type { Booking, CheckIn, Instant, Membership, PlanOnOffer, Resource, Space, TimePass } from '../access/model.ts';

/**
 * A space-wide list. Items that could not be read are left out and counted: they are absent, and absence is never
 * evidence, so whoever is missing is asked for singly. A list of which no item could be read is an error.
 */
export type Listing<T> = { items: T[]; unreadable: number };

export type Span = { from: Instant; until: Instant };
export type CheckInToken = { token: string; membershipId: string };
export type Subscription = { id: string; event: string; callbackUrl: string; active: boolean };
/** `perMinute` calls are allowed on the endpoint, `left` of them now. */
type Budget = { endpoint: string; perMinute: number; left: number };

export type Cobot = {
  /** GET /api/spaces/:subdomain on COBOT_WWW_URL. */
  space(): Promise<Space>;
  /** GET /api/memberships: confirmed and not ended; may or may not hold those who have not begun. 6 a minute. */
  memberships(): Promise<Listing<Membership>>;
  /** GET /api/memberships?all=true: also those who are not confirmed and (inferred) those who have ended. 6 a minute. */
  allMemberships(): Promise<Listing<Membership>>;
  membership(id: string): Promise<Membership | undefined>;
  plansOnOffer(): Promise<PlanOnOffer[]>;
  resources(): Promise<Resource[]>;

  /** GET /api/time_passes/unused: the whole space's; which membership a pass is of is read from either spelling. */
  unusedPasses(): Promise<Listing<TimePass>>;
  /** GET /api/memberships/:id/time_passes/unused. An item that cannot be read is an error. undefined: no such membership. */
  unusedPassesOf(membershipId: string): Promise<TimePass[] | undefined>;
  /** GET /api/time_passes/:id. */
  timePass(id: string, membershipId: string): Promise<TimePass | undefined>;

  /** GET /api/work_sessions: the whole space's that overlap the span. */
  checkIns(span: Span): Promise<Listing<CheckIn>>;
  /** GET /api/memberships/:id/check_ins. undefined: no such membership. */
  checkInsOf(membershipId: string, span: Span): Promise<CheckIn[] | undefined>;
  /** GET /api/check_ins/:id. `membershipId` is '' where Cobot does not say whose it is. */
  checkIn(id: string): Promise<CheckIn | undefined>;

  /** GET /api/bookings: the whole space's that overlap the span. */
  bookings(span: Span): Promise<Listing<Booking>>;
  booking(id: string): Promise<Booking | undefined>;
  /** API 2, GET /memberships/:id/bookings, every page: v1 has no such list. undefined: no such membership. */
  bookingsOf(membershipId: string, span: Span): Promise<Booking[] | undefined>;

  checkInTokens(): Promise<Listing<CheckInToken>>;
  /** The membership that the token belongs to. */
  checkInTokenOwner(token: string): Promise<string | undefined>;
  /** 'taken': Cobot has this token already (409 or 422, for this or another member): look up whose. */
  addCheckInToken(link: CheckInToken): Promise<'added' | 'taken'>;
  /** Already gone is done. */
  removeCheckInToken(token: string): Promise<void>;

  /** POST /api/check_ins. Spends a pass; never repeated by the client. undefined: Cobot knows no such token (204). */
  checkInByToken(token: string): Promise<CheckIn | undefined>;
  /** POST /api/memberships/:id/work_sessions. Spends a pass; never repeated by the client. */
  checkInByMembership(membershipId: string): Promise<CheckIn>;

  subscriptions(): Promise<Subscription[]>;
  /** 'exists': 409. 'not offered': 422. */
  subscribe(wanted: { event: string; callbackUrl: string }): Promise<Subscription | 'exists' | 'not offered'>;
  /** Already gone is done. */
  unsubscribe(id: string): Promise<void>;
  /** What the token may do; undefined where Cobot does not tell. */
  tokenScopes(): Promise<string[] | undefined>;

  budgets(): Promise<Budget[]>;
};
