// Everything that a sweep decides from, read once: the space from Cobot, users and grants from the lock system, and
// what the store remembers. Says of each member whether something of it is only missing from a list.
import type { Calendar } from '../access/calendar.ts';
import { mayNeedPasses, tombstone } from '../access/membership.ts';
import type {
  Booking,
  CheckIn,
  Instant,
  Known,
  Lock,
  MemberFacts,
  Membership,
  Refusal,
  TimePass,
} from '../access/model.ts';
import type { LinkedTo } from '../access/persons.ts';
import { factsNeeded, type Policy } from '../access/policy.ts';
import { horizonOf } from '../access/spans.ts';
import type { CheckInToken, Listing } from '../cobot/cobot.ts';
import { describeError, UnexpectedShapeError, UpstreamError } from '../lib/errors.ts';
import type { OwnedGrant, OwnedUser } from '../locks/owned.ts';
import type { Evidence, Link } from '../store/store.ts';
import type { Found } from './finish.ts';
import { linksFrom } from './identify.ts';
import { factsOf, needsPasses, readSingly } from './member-reader.ts';
import type { SyncParts } from './parts.ts';

export type Snapshot = {
  now: Instant;
  policy: Policy;
  locks: readonly Lock[];
  calendar: Calendar;
  lockName: (id: string) => string;
  /** By membership: of the list, and those that it lacks although somebody is linked to them. */
  memberships: Map<string, MemberFacts>;
  bookings: Known<Booking[]>;
  /** Of everybody, also of those who need no passes: whoever is checked in is not checked in again. */
  checkIns: readonly CheckIn[];
  users: OwnedUser[];
  grants: OwnedGrant[];
  grantsOf: Map<string, OwnedGrant[]>;
  stored: Map<string, Link>;
  links: Map<string, LinkedTo>;
  /** Check-in tokens: lock user -> membership; as Cobot lists them, else as remembered. */
  tokens: Map<string, string>;
  tokensRead: boolean;
  evidence: Map<string, Evidence>;
  /** Memberships that the list lacks, or of which a list lacks something that was there: not asked for singly yet. */
  absent: Set<string>;
  /** Memberships that the list lacks. */
  lacking: Set<string>;
  /** Asked for singly. */
  confirmed: Set<string>;
  /** Could not be read: they keep what they have. */
  unknown: Set<string>;
  problems: Found[];
  /** What kept the snapshot from being whole. */
  errors: unknown[];
};

/**
 * `membersAlone`: check-in tokens are as remembered, and check-ins of others than those who need passes are not looked for:
 * what is for nobody's doors is left to the next whole sweep.
 */
export async function readEverything(parts: SyncParts, { membersAlone }: { membersAlone: boolean }): Promise<Snapshot> {
  const { store, cobot, locks: lockSystem, marks } = parts;
  const { policy, locks } = await parts.policy();
  const { calendar } = await parts.space();
  const now = parts.clock.now();
  const needs = factsNeeded(policy);
  const mayNeed = (membership: Membership) => mayNeedPasses(membership, calendar, now);
  const [space, users, grants, tokenList] = await Promise.all([
    parts.facts.ofSpace(
      cobot,
      { ...needs, passes: (listed) => needs.passes && (!membersAlone || listed.some(mayNeed)) },
      { now, horizon: horizonOf(calendar, now).until },
    ),
    lockSystem.users(),
    lockSystem.grants(),
    membersAlone ? null : tokensAtCobot(cobot),
  ]);
  const [storedLinks, storedTokens, evidence, refusals] = await Promise.all([
    store.links.all(),
    store.tokens.all(),
    store.evidence.all(),
    store.refusals.all(now),
  ]);
  const listed = tokenList instanceof UpstreamError ? null : tokenList;
  const tokens = listed ? tokensOfUsers(listed, users) : storedTokens;
  const grantsOf = Map.groupBy(grants, ({ lockUserId }) => lockUserId);
  const names = new Map(locks.map((lock) => [lock.id, lock.name]));
  const snapshot: Snapshot = {
    now,
    policy,
    locks,
    calendar,
    lockName: (id) => names.get(id) ?? id,
    memberships: new Map(),
    bookings: space.bookings.known ? { known: true, value: space.bookings.value.items } : space.bookings,
    checkIns: space.checkIns.known ? space.checkIns.value.items : [],
    users,
    grants,
    grantsOf,
    stored: new Map(storedLinks.map((link) => [link.membershipId, link])),
    links: linksFrom({ stored: storedLinks, users, grants, tokens }, marks),
    tokens,
    tokensRead: listed !== null,
    evidence,
    absent: new Set(),
    lacking: new Set(),
    confirmed: new Set(),
    unknown: new Set(),
    problems: tokenList instanceof UpstreamError ? [tokensUnread(tokenList)] : [],
    errors: [...space.errors],
  };
  noteUnreadable(snapshot, { memberships: space.memberships, ...listings(space) });

  const lists = {
    passes: groupItems(space.passes),
    checkIns: groupItems(space.checkIns),
    bookings: groupItems(space.bookings),
  };
  const teams = Map.groupBy(
    space.memberships.items.filter(({ teamId }) => teamId !== null),
    ({ teamId }) => teamId,
  );
  for (const membership of space.memberships.items) {
    const mates =
      membership.teamId === null
        ? []
        : (teams.get(membership.teamId) ?? []).filter(({ id }) => id !== membership.id).map(({ id }) => id);
    const facts = factsOfListed(
      membership,
      lists,
      mates,
      refusals.get(membership.id) ?? null,
      needsPasses(membership, snapshot),
    );
    snapshot.memberships.set(membership.id, facts);
    const remembered = rememberedFor(evidence.get(membership.id), needs.bookings);
    const hasGrants =
      grantsOf.get(snapshot.links.get(membership.id)?.lockUserId ?? '')?.some((grant) => grant.ours) === true;
    const checkIns = needsPasses(membership, snapshot)
      ? await store.checkIns.between(membership.id, now, Number.MAX_SAFE_INTEGER)
      : [];
    if (remembered ? lacksSomething(facts, remembered, checkIns, now) : hasGrants) snapshot.absent.add(membership.id);
  }
  noteLacking(snapshot, storedLinks);
  await readUnattributed(snapshot, space.passes, parts);
  return snapshot;
}

/** Memberships that somebody is linked to and that the list lacks. */
function noteLacking(snapshot: Snapshot, storedLinks: readonly Link[]): void {
  const inUse = new Set(storedLinks.filter(({ endedAt }) => endedAt === null).map(({ lockUserId }) => lockUserId));
  for (const [id, link] of snapshot.links) {
    if (snapshot.memberships.has(id)) continue;
    const isOver = (snapshot.stored.get(id)?.endedAt ?? null) !== null;
    if (isOver && (inUse.has(link.lockUserId) || !snapshot.grantsOf.get(link.lockUserId)?.some((grant) => grant.ours)))
      continue;
    snapshot.memberships.set(
      id,
      factsOf({ ...tombstone(id, snapshot.evidence.get(id)?.membership), unconfirmed: true }),
    );
    snapshot.absent.add(id);
    snapshot.lacking.add(id);
  }
}

async function tokensAtCobot(cobot: SyncParts['cobot']): Promise<Listing<CheckInToken> | UpstreamError> {
  try {
    return await cobot.checkInTokens();
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
}

function tokensOfUsers({ items }: Listing<CheckInToken>, users: readonly OwnedUser[]): Map<string, string> {
  const ids = new Set(users.map(({ id }) => id));
  return new Map(items.filter(({ token }) => ids.has(token)).map(({ token, membershipId }) => [token, membershipId]));
}

const tokensUnread = (error: UpstreamError): Found => ({
  subject: '',
  kind: 'tokens-unread',
  sentence: `check-in tokens could not be read: ${describeError(error)}`,
});

type Lists = {
  passes: Known<Map<string, TimePass[]>>;
  checkIns: Known<Map<string, CheckIn[]>>;
  bookings: Known<Map<string, Booking[]>>;
};

function groupItems<T extends { membershipId: string | null }>(list: Known<Listing<T>>): Known<Map<string, T[]>> {
  if (!list.known) return list;
  const groups = new Map<string, T[]>();
  for (const item of list.value.items) {
    if (item.membershipId === null) continue;
    const group = groups.get(item.membershipId);
    if (group) group.push(item);
    else groups.set(item.membershipId, [item]);
  }
  return { known: true, value: groups };
}

/** The facts of one membership out of the space-wide lists. */
function factsOfListed(
  membership: MemberFacts['membership'],
  lists: Lists,
  mates: readonly string[],
  refusal: Refusal | null,
  limited: boolean,
): MemberFacts {
  const of = <T>(list: Known<Map<string, T[]>>, ids: readonly string[]): Known<T[]> =>
    list.known ? { known: true, value: ids.flatMap((id) => list.value.get(id) ?? []) } : list;
  const nothing = { known: true as const, value: [] };
  return {
    membership,
    passes: limited ? of(lists.passes, [membership.id, ...mates]) : nothing,
    checkIns: limited ? of(lists.checkIns, [membership.id]) : nothing,
    bookings: of(lists.bookings, [membership.id]),
    refusal,
  };
}

/** Bookings count only while a rule asks for them. */
const rememberedFor = (evidence: Evidence | undefined, bookings: boolean): Evidence | undefined =>
  evidence && !bookings ? { ...evidence, bookings: [] } : evidence;

/** Was something there that a list lacks now? */
function lacksSomething(facts: MemberFacts, before: Evidence, checkIns: readonly CheckIn[], now: Instant): boolean {
  const lacks = (known: Known<{ id: string }[]>, remembered: readonly { id: string }[]) =>
    known.known && remembered.some(({ id }) => !known.value.some((each) => each.id === id));
  const usable = before.passes.filter(
    ({ usedAt, expiresAt }) => usedAt === null && (expiresAt === null || expiresAt > now),
  );
  const running = [...before.checkIns, ...checkIns].filter(({ until }) => until > now);
  const ahead = before.bookings.filter(({ until }) => until > now);
  return lacks(facts.passes, usable) || lacks(facts.checkIns, running) || lacks(facts.bookings, ahead);
}

/** Passes that the space-wide list does not name the membership of: each limited member is asked for its own. */
async function readUnattributed(snapshot: Snapshot, passes: Known<Listing<TimePass>>, parts: SyncParts): Promise<void> {
  if (passes.known && passes.value.unreadable === 0) return;
  const unreadable = snapshot.errors.find(
    (error) => error instanceof UnexpectedShapeError && error.where.includes('time_passes'),
  );
  if (!passes.known && !unreadable) return;
  // Every limited member is asked for now: the list itself is no longer missed.
  snapshot.errors = snapshot.errors.filter((error) => error !== unreadable);
  for (const [id, { membership }] of snapshot.memberships) {
    if (membership.deleted || !needsPasses(membership, snapshot)) continue;
    try {
      const { facts, errors } = await readSingly(id, parts, snapshot, snapshot.bookings);
      snapshot.memberships.set(id, facts);
      snapshot.errors.push(...errors);
      snapshot.confirmed.add(id);
      snapshot.absent.delete(id);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      snapshot.errors.push(error);
      snapshot.unknown.add(id);
    }
  }
}

function listings(space: {
  passes: Known<Listing<unknown>>;
  checkIns: Known<Listing<unknown>>;
  bookings: Known<Listing<unknown>>;
}) {
  const of = (list: Known<Listing<unknown>>) => (list.known ? list.value : { items: [], unreadable: 0 });
  return { passes: of(space.passes), checkIns: of(space.checkIns), bookings: of(space.bookings) };
}

function noteUnreadable(snapshot: Snapshot, lists: Record<string, Listing<unknown>>): void {
  for (const [what, { unreadable }] of Object.entries(lists)) {
    if (unreadable === 0) continue;
    snapshot.problems.push({
      subject: '',
      kind: `unreadable-${what}`,
      sentence: `${unreadable} of Cobot's ${what} could not be read; whoever they belong to is asked for singly`,
    });
  }
}
