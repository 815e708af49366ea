// Reading the facts that access depends on. Unknown is not empty: a read that fails makes its kind of fact unknown for
// those who depend on it. Absence is not evidence: what a list lacks, and was there before, is asked for by its id.
import type { Booking, CheckIn, Instant, Known, MemberFacts, Membership, Refusal, TimePass } from '../access/model.ts';
import { describeError, RefusedError, UpstreamError } from '../lib/errors.ts';
import type { Cobot, Listing, Span } from './cobot.ts';

const DAY = 86_400_000;

/** What was there at the last good read of the member. */
export type Remembered = { passes: TimePass[]; checkIns: CheckIn[]; bookings: Booking[] };

type Needs = {
  /** Does this membership need day passes, by its plans and the policy? */
  passes: (membership: Membership) => boolean;
  bookings: boolean;
};

/** Facts of one membership, with the errors behind what is unknown in them. */
export type MemberReading = { facts: MemberFacts; errors: unknown[] };

export type SpaceReading = {
  memberships: Listing<Membership>;
  passes: Known<Listing<TimePass>>;
  checkIns: Known<Listing<CheckIn>>;
  bookings: Known<Listing<Booking>>;
  errors: unknown[];
};

/** Check-ins from yesterday to tomorrow: one that began yesterday may still run, and one may be made for tomorrow. */
const checkInSpan = (now: Instant): Span => ({ from: now - DAY, until: now + DAY });
/** Bookings whose windows may touch now or the time up to which windows are made, whatever their lead and lag. */
const bookingSpan = (now: Instant, horizon: Instant): Span => ({ from: now - DAY, until: horizon + DAY });

/**
 * Reads the whole space in a handful of calls. A membership list that fails is thrown: nothing is known without it.
 * `passes`: are passes and check-ins to be read, once it is known whose memberships there are?
 */
export async function readSpace(
  cobot: Cobot,
  needs: { passes: (memberships: readonly Membership[]) => boolean; bookings: boolean },
  terms: { now: Instant; horizon: Instant },
): Promise<SpaceReading> {
  const errors: unknown[] = [];
  const memberships = await cobot.memberships();
  const none = { known: true as const, value: { items: [], unreadable: 0 } };
  const needsPasses = needs.passes(memberships.items);
  const [passes, checkIns, bookings] = await Promise.all([
    needsPasses ? attempt(() => cobot.unusedPasses(), errors) : none,
    needsPasses ? attempt(() => cobot.checkIns(checkInSpan(terms.now)), errors) : none,
    needs.bookings ? attempt(() => cobot.bookings(bookingSpan(terms.now, terms.horizon)), errors) : none,
  ]);
  return { memberships, passes, checkIns, bookings, errors };
}

export type ReadMemberTerms = {
  needs: Needs;
  now: Instant;
  horizon: Instant;
  remembered: Remembered | undefined;
  refusal: Refusal | undefined;
  /** The other memberships of a team, whose passes count too. */
  teamMates: (membership: Membership) => Promise<readonly string[]>;
  /** May there be grants that rest on something nobody remembers (the store was lost)? */
  memoryLost: boolean;
  /** The space's bookings, where they were read already. */
  bookings?: Known<Booking[]>;
};

/** Reads one membership and what its access depends on: 1 to 4 calls. undefined: Cobot answers 404. */
export async function readMember(cobot: Cobot, id: string, terms: ReadMemberTerms): Promise<MemberReading | undefined> {
  const membership = await cobot.membership(id);
  if (membership === undefined) return undefined;
  const errors: unknown[] = [];
  const limited = terms.needs.passes(membership);
  const [passes, checkIns, bookings] = await Promise.all([
    limited ? attempt(() => passesOf(cobot, membership, terms), errors) : known<TimePass[]>([]),
    limited ? attempt(() => checkInsOf(cobot, id, terms), errors) : known<CheckIn[]>([]),
    terms.needs.bookings ? attempt(() => bookingsOf(cobot, id, terms), errors) : known<Booking[]>([]),
  ]);
  return { facts: { membership, passes, checkIns, bookings, refusal: terms.refusal ?? null }, errors };
}

async function passesOf(cobot: Cobot, membership: Membership, terms: ReadMemberTerms): Promise<TimePass[]> {
  const mates = await terms.teamMates(membership);
  const [own, team] = await Promise.all([
    cobot.unusedPassesOf(membership.id).then(insistOn('passes', membership.id)),
    // One read for the whole team rather than one for every mate.
    mates.length > 0
      ? cobot.unusedPasses().then(({ items }) => items.filter((each) => mates.includes(each.membershipId)))
      : [],
  ]);
  const listed = [...own, ...team];
  const usable = (pass: TimePass) => pass.usedAt === null && (pass.expiresAt === null || pass.expiresAt > terms.now);
  const found = await recall(terms.remembered?.passes.filter(usable), listed, (pass) =>
    cobot.timePass(pass.id, pass.membershipId),
  );
  return found.filter(usable);
}

async function checkInsOf(cobot: Cobot, id: string, terms: ReadMemberTerms): Promise<CheckIn[]> {
  const listed = await cobot.checkInsOf(id, checkInSpan(terms.now)).then(insistOn('check-ins', id));
  const ahead = terms.remembered?.checkIns.filter(({ until }) => until > terms.now);
  const found = await recall(ahead, listed, async (each) => {
    const single = await cobot.checkIn(each.id);
    return single && { ...single, membershipId: single.membershipId || each.membershipId };
  });
  return found.filter(({ until }) => until > terms.now);
}

async function bookingsOf(cobot: Cobot, id: string, terms: ReadMemberTerms): Promise<Booking[]> {
  const given = terms.bookings;
  if (given && !given.known)
    throw new UpstreamError('bookings could not be read', {
      code: 'bookings_unknown',
      where: 'Cobot',
      advice: given.why,
    });
  const all = given?.value ?? (await cobot.bookings(bookingSpan(terms.now, terms.horizon))).items;
  const ahead = terms.remembered?.bookings.filter(({ until }) => until + DAY > terms.now);
  const listed = all.filter((each) => each.membershipId === id || ahead?.some((before) => before.id === each.id));
  const found =
    ahead === undefined && terms.memoryLost
      ? await withoutMemory(cobot, id, listed, terms)
      : await recall(ahead, listed, (each) => cobot.booking(each.id));
  return found.filter((each) => each.membershipId === id);
}

/** After the store was lost nobody knows which bookings to ask for: API 2 has a list for one membership, v1 has none. */
async function withoutMemory(cobot: Cobot, id: string, listed: Booking[], terms: ReadMemberTerms): Promise<Booking[]> {
  if (listed.length > 0) return listed;
  return (await cobot.bookingsOf(id, bookingSpan(terms.now, terms.horizon))) ?? [];
}

/**
 * The listed things, and those remembered that the list lacks but that are still there when asked for by id. Whether
 * Cobot offers a read by id for every kind is inferred: a plain refusal leaves the single member's list as the witness.
 */
async function recall<T extends { id: string }>(
  remembered: readonly T[] | undefined,
  listed: readonly T[],
  ask: (thing: T) => Promise<T | undefined>,
): Promise<T[]> {
  const ids = new Set(listed.map(({ id }) => id));
  const absent = (remembered ?? []).filter(({ id }) => !ids.has(id));
  const still = await Promise.all(
    absent.map((thing) =>
      ask(thing).catch((error: unknown) => {
        if (error instanceof RefusedError) return undefined;
        throw error;
      }),
    ),
  );
  return [...listed, ...still.filter((thing) => thing !== undefined)];
}

function insistOn(what: string, id: string) {
  return <T>(answer: T | undefined): T => {
    if (answer !== undefined) return answer;
    throw new UpstreamError(`Cobot has a membership but not its ${what}`, {
      code: 'cobot_contradiction',
      where: `${what} of membership ${id} on Cobot`,
      advice: 'its access stays as it is until both reads agree',
    });
  };
}

const known = <T>(value: T): Known<T> => ({ known: true, value });

/** Errors of the other side become "unknown"; a mistake of ours is thrown. */
async function attempt<T>(read: () => Promise<T>, errors: unknown[]): Promise<Known<T>> {
  try {
    return known(await read());
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    errors.push(error);
    return { known: false, why: describeError(error) };
  }
}
