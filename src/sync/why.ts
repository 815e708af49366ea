// "Why can't Anna open the studio?": reads what a reconcile would read, decides with the same function, and holds it
// against the lock system. Changes nothing.
import type { Calendar } from '../access/calendar.ts';
import { decide } from '../access/decide.ts';
import { explain, type LockAnswer } from '../access/explain.ts';
import type { Instant, Lock, MemberFacts } from '../access/model.ts';
import { NEVER_TOUCH, NO_EMAIL } from '../access/persons.ts';
import type { Policy } from '../access/policy.ts';
import { horizonOf, REACH } from '../access/spans.ts';
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { OwnedGrant, OwnedUser } from '../locks/owned.ts';
import type { Evidence } from '../store/store.ts';
import { factsOfEvidence } from './evidence-facts.ts';
import { readSingly } from './member-reader.ts';
import type { SyncParts } from './parts.ts';

const DAY = 86_400_000;
const LATELY = 7 * DAY;
const MOST_REFUSALS = 5;
/** Problems of members to whom nothing is given as long as they have it. */
const OVERRULING = ['no-email', 'email-taken', 'never-touch'];

export type WhyPerson = {
  names: string[];
  membershipIds: string[];
  lockUserId: string | null;
  /** When Cobot was read: now, or at the last good read where it does not answer; null: never. */
  readAt: Instant | null;
  /** What a person should know or mend. */
  problems: string[];
  /** When a door stayed shut for them in the last days, or Cobot refused a check-in; newest first. */
  refusedLately: string[];
  locks: LockAnswer[];
  /** false: the lock system did not answer, so nothing is said about whether it agrees. */
  lockSystemRead: boolean;
};

/** undefined: no lock of that name. */
export function findLock(locks: readonly Lock[], text: string): Lock | undefined {
  const wanted = text.trim().toLowerCase();
  return locks.find(({ id }) => id === text.trim()) ?? locks.find(({ name }) => name.trim().toLowerCase() === wanted);
}

/** The memberships that the text names, an email address or the id of one, as far as the store knows them. */
export function knownAs(text: string, evidence: ReadonlyMap<string, Evidence>): string[] {
  const wanted = text.trim().toLowerCase();
  return [...evidence]
    .filter(([id, { membership }]) => id === text.trim() || membership.email?.toLowerCase() === wanted)
    .map(([id]) => id);
}

/** For what is read about bookings, passes and check-ins: outside of it they are not known. */
export function reachOfFacts(calendar: Calendar, now: Instant): { from: Instant; until: Instant } {
  return { from: now - DAY, until: horizonOf(calendar, now).until };
}

/** Do the grants that the lock system has now tell what it does at that moment? */
export const isTold = (at: Instant, now: Instant): boolean => at >= now && at <= now + REACH;

/** Everybody whom the text names: an email address, or the id of a membership. Empty: nobody is known by it. */
export async function why(
  text: string,
  { lock, at }: { lock?: Lock | undefined; at?: Instant | undefined },
  parts: SyncParts,
): Promise<WhyPerson[]> {
  const evidence = await parts.store.evidence.all();
  const known = [...knownAs(text, evidence), ...(await waitingFor(text, evidence, parts))];
  const ids = known.length > 0 ? known : await askAround(text.trim(), parts);
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const link = await parts.store.links.of(id);
    const all = link ? (await parts.store.links.ofLockUser(link.lockUserId)).map((each) => each.membershipId) : [id];
    groups.set(link?.lockUserId ?? `membership ${id}`, all.toSorted());
  }
  return Promise.all([...groups.values()].map((members) => whyPerson(members, evidence, { lock, at }, parts)));
}

/** Who waits until somebody else's address is free: nothing is remembered of them but that. */
async function waitingFor(
  text: string,
  evidence: ReadonlyMap<string, Evidence>,
  { cobot, store }: SyncParts,
): Promise<string[]> {
  if (!text.includes('@')) return [];
  const subjects = (await store.problems.all())
    .filter(({ kind, subject }) => kind === 'email-taken' && !evidence.has(subject))
    .map(({ subject }) => subject);
  const found = await Promise.all(
    subjects.map((id) =>
      cobot.membership(id).catch((error: unknown) => {
        if (error instanceof UpstreamError) return undefined;
        throw error;
      }),
    ),
  );
  return found.flatMap((each) => (each?.email?.toLowerCase() === text.trim().toLowerCase() ? [each.id] : []));
}

/** Somebody of whom the store does not know yet, or whose address differs on the two sides. */
async function askAround(text: string, { cobot, locks, store }: SyncParts): Promise<string[]> {
  if (!text.includes('@')) return (await cobot.membership(text)) === undefined ? [] : [text];
  const user = await locks.userByEmail(text.toLowerCase());
  const linked = user ? await store.links.ofLockUser(user.id) : [];
  if (linked.length > 0) return linked.map(({ membershipId }) => membershipId);
  const { items } = await cobot.allMemberships();
  return items.filter(({ email }) => email?.toLowerCase() === text.toLowerCase()).map(({ id }) => id);
}

async function whyPerson(
  ids: readonly string[],
  evidence: ReadonlyMap<string, Evidence>,
  asked: { lock: Lock | undefined; at: Instant | undefined },
  parts: SyncParts,
): Promise<WhyPerson> {
  const { store, clock } = parts;
  const { policy, locks } = await parts.policy();
  const { calendar } = await parts.space();
  const now = clock.now();
  const at = asked.at ?? now;
  const { members, readAt, failures } = await readMembers(ids, evidence, parts, { policy, calendar, now });

  const problems = (await store.problems.all()).filter(({ subject }) => ids.includes(subject));
  const overruling = problems.find(({ kind }) => OVERRULING.includes(kind));
  const link = ids[0] === undefined ? undefined : await store.links.of(ids[0]);
  const own = members.map(({ membership }) => membership.email).find((each) => each !== null) ?? null;
  // The lock user under an address that two share is the other one's.
  const address = overruling?.kind === 'email-taken' ? null : own;
  const { user, grants } = await readLockUser(link ? { id: link.lockUserId } : { email: address }, parts);
  const lockUserId = user?.id ?? link?.lockUserId ?? null;
  const email = user?.email ?? own;
  return {
    names: [...new Set(members.map(({ membership }) => membership.name))],
    membershipIds: [...ids],
    lockUserId,
    readAt,
    problems: [...failures, ...problems.map(({ sentence }) => sentence)],
    refusedLately: await refusedLately(lockUserId, { calendar, locks, now }, parts),
    locks: explain(decide(members, email, { policy, locks, calendar, now: at }), members, {
      policy,
      calendar,
      locks: asked.lock ? [asked.lock] : locks,
      at,
      current: grants && isTold(at, now) ? grants : null,
      waiting: await waitingAt(lockUserId, parts),
      overruled: overruledBy(email, policy) ?? overruling?.sentence,
    }),
    lockSystemRead: grants !== undefined,
  };
}

async function refusedLately(
  lockUserId: string | null,
  { calendar, locks, now }: { calendar: Calendar; locks: readonly Lock[]; now: Instant },
  { store }: SyncParts,
): Promise<string[]> {
  if (lockUserId === null) return [];
  // Some lock systems name the lock by its id alone.
  const nameOf = (lockId: string | null) => locks.find(({ id }) => id === lockId)?.name ?? 'a lock';
  const openings = await store.openings.list({ lockUserId, since: now - LATELY });
  return openings
    .filter(({ outcome }) => outcome === 'refused at the door' || outcome === 'refused')
    .slice(0, MOST_REFUSALS)
    .map(
      ({ occurredAt, lockId, lockName, note }) =>
        `${calendar.show(occurredAt)}, ${lockName ?? nameOf(lockId)}: ${note ?? 'refused'}`,
    );
}

/** Why somebody with that address gets nothing, whatever the rules give. */
export function overruledBy(email: string | null, policy: Policy): string | undefined {
  if (email === null) return NO_EMAIL;
  return policy.neverTouch.has(email.toLowerCase()) ? NEVER_TOUCH : undefined;
}

/** Memberships to which nothing is given, whatever the rules give. */
export async function overruledMembers({ store }: Pick<SyncParts, 'store'>): Promise<Set<string>> {
  const problems = await store.problems.all();
  return new Set(problems.filter(({ kind }) => OVERRULING.includes(kind)).map(({ subject }) => subject));
}

async function readMembers(
  ids: readonly string[],
  evidence: ReadonlyMap<string, Evidence>,
  parts: SyncParts,
  terms: { policy: Policy; calendar: Calendar; now: Instant },
): Promise<{ members: MemberFacts[]; readAt: Instant | null; failures: string[] }> {
  const members: MemberFacts[] = [];
  const failures: string[] = [];
  let readAt: Instant | null = terms.now;
  for (const id of ids) {
    try {
      members.push((await readSingly(id, parts, terms)).facts);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const last = evidence.get(id);
      failures.push(
        `${last ? 'Cobot could not be read, this is as last read' : 'Cobot could not be read, and never was'}: ${describeError(error)}`,
      );
      readAt = last && readAt !== null ? Math.min(readAt, last.readAt) : null;
      if (last) members.push(await factsOfEvidence(last, parts.store, terms.now));
    }
  }
  return { members, readAt, failures };
}

/** `grants` undefined: the lock system does not answer. */
async function readLockUser(
  by: { id: string } | { email: string | null },
  { locks }: SyncParts,
): Promise<{ user: OwnedUser | undefined; grants: OwnedGrant[] | undefined }> {
  try {
    const user =
      'id' in by ? await locks.user(by.id) : by.email === null ? undefined : await locks.userByEmail(by.email);
    return { user, grants: user ? await locks.grants({ lockUserId: user.id }) : [] };
  } catch (error) {
    if (error instanceof UpstreamError) return { user: undefined, grants: undefined };
    throw error;
  }
}

async function waitingAt(
  lockUserId: string | null,
  { store }: SyncParts,
): Promise<(lockId: string) => LockAnswer['waiting']> {
  const held = (await store.holds.open())?.lines ?? [];
  const kept = (await store.holds.decided()).filter(({ decision }) => decision === 'rejected');
  const isHere = (lockId: string) => (line: { lockUserId: string; lockId: string }) =>
    line.lockUserId === lockUserId && line.lockId === lockId;
  return (lockId) => (held.some(isHere(lockId)) ? 'held' : kept.some(isHere(lockId)) ? 'kept' : null);
}
