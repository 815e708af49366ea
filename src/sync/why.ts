// "Why can't Anna open the studio?" and "who may open it?": reads what a reconcile would read, decides with the same
// function, and holds it against the lock system. Changes nothing.
import { decide, entitledAt } from '../access/decide.ts';
import { effective } from '../access/diff.ts';
import { explain, type LockAnswer } from '../access/explain.ts';
import type { Instant, Lock, MemberFacts } from '../access/model.ts';
import { contains } from '../access/windows.ts';
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { OwnedGrant } from '../locks/owned.ts';
import type { Evidence } from '../store/store.ts';
import { factsOfEvidence } from './evidence-facts.ts';
import { readSingly } from './member-reader.ts';
import type { SyncParts } from './parts.ts';

export type WhyPerson = {
  names: string[];
  membershipIds: string[];
  lockUserId: string | null;
  /** When Cobot was read: now, or at the last good read where it does not answer. */
  readAt: Instant;
  /** What a person should know or mend. */
  problems: string[];
  locks: LockAnswer[];
  /** false: the lock system did not answer, so nothing is said about whether it agrees. */
  lockSystemRead: boolean;
};

/** undefined: no lock of that name. */
export function findLock(locks: readonly Lock[], text: string): Lock | undefined {
  const wanted = text.trim().toLowerCase();
  return locks.find(({ id }) => id === text.trim()) ?? locks.find(({ name }) => name.trim().toLowerCase() === wanted);
}

/** Everybody whom the text names: an email address, or the id of a membership. Empty: nobody is known by it. */
export async function why(
  text: string,
  { lock, at }: { lock?: Lock; at?: Instant },
  parts: SyncParts,
): Promise<WhyPerson[]> {
  const evidence = await parts.store.evidence.all();
  const wanted = text.trim().toLowerCase();
  const ids = [...evidence]
    .filter(([id, { membership }]) => id === text.trim() || membership.email?.toLowerCase() === wanted)
    .map(([id]) => id);
  if (ids.length === 0 && wanted.includes('@')) {
    const user = await parts.locks.userByEmail(wanted);
    if (user) ids.push(...(await parts.store.links.ofLockUser(user.id)).map(({ membershipId }) => membershipId));
  }
  if (ids.length === 0 && !wanted.includes('@') && (await isThere(text.trim(), parts))) ids.push(text.trim());
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const link = await parts.store.links.of(id);
    const all = link
      ? (await parts.store.links.ofLockUser(link.lockUserId)).map(({ membershipId }) => membershipId)
      : [id];
    groups.set(link?.lockUserId ?? `membership ${id}`, all);
  }
  return Promise.all(
    [...groups.values()].map((members) =>
      whyPerson(members, evidence, { ...(lock ? { lock } : {}), at: at ?? parts.clock.now() }, parts),
    ),
  );
}

/** Is it the id of a membership that Cobot knows? */
async function isThere(id: string, { cobot }: SyncParts): Promise<boolean> {
  try {
    return (await cobot.membership(id)) !== undefined;
  } catch (error) {
    if (error instanceof UpstreamError) return false;
    throw error;
  }
}

async function whyPerson(
  ids: readonly string[],
  evidence: ReadonlyMap<string, Evidence>,
  { lock, at }: { lock?: Lock; at: Instant },
  parts: SyncParts,
): Promise<WhyPerson> {
  const { policy, locks } = await parts.policy();
  const { calendar } = await parts.space();
  const now = parts.clock.now();
  const problems: string[] = [];
  let readAt = now;
  const members: MemberFacts[] = [];
  for (const id of ids) {
    try {
      members.push((await readSingly(id, parts, { policy, calendar, now })).facts);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const last = evidence.get(id);
      problems.push(`Cobot does not answer, this is as last read: ${describeError(error)}`);
      if (!last) continue;
      readAt = Math.min(readAt, last.readAt);
      members.push(await factsOfEvidence(last, parts.store, now));
    }
  }
  const link = ids[0] === undefined ? undefined : await parts.store.links.of(ids[0]);
  const lockUserId = link?.lockUserId ?? null;
  const grants = lockUserId === null ? [] : await grantsOf(lockUserId, parts);
  const email = members.map(({ membership }) => membership.email).find((each) => each !== null) ?? null;
  const decision = decide(members, email, { policy, locks, calendar, now: at });
  const waiting = await waitingAt(lockUserId, parts);
  for (const problem of await parts.store.problems.all())
    if (ids.includes(problem.subject)) problems.push(problem.sentence);
  return {
    names: [...new Set(members.map(({ membership }) => membership.name))],
    membershipIds: [...ids],
    lockUserId,
    readAt,
    problems,
    locks: explain(decision, members, {
      policy,
      calendar,
      locks: lock ? [lock] : locks,
      at,
      current: grants ?? [],
      waiting,
    }),
    lockSystemRead: grants !== undefined,
  };
}

/** undefined: the lock system does not answer. */
async function grantsOf(lockUserId: string, { locks }: SyncParts): Promise<OwnedGrant[] | undefined> {
  try {
    return await locks.grants({ lockUserId });
  } catch (error) {
    if (error instanceof UpstreamError) return undefined;
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

export type WhoLine = {
  name: string;
  membershipId: string | null;
  lockUserId: string | null;
  /** 'rules': by the policy. 'others': only through a grant that the relay did not make. 'left over': ours, and no longer due. */
  through: 'rules' | 'others' | 'left over';
  because: string;
  /** Is it so at the lock system? null: it was not read. */
  opens: boolean | null;
};

/** Everybody who may open the lock at that time, as of the last good read of each, and who can though they may not. */
export async function who(lock: Lock, { at }: { at?: Instant }, parts: SyncParts): Promise<WhoLine[]> {
  const { policy, locks } = await parts.policy();
  const { calendar } = await parts.space();
  const now = parts.clock.now();
  const moment = at ?? now;
  const evidence = await parts.store.evidence.all();
  const links = new Map((await parts.store.links.all()).map((link) => [link.membershipId, link.lockUserId]));
  const grants = await readGrants(parts);
  const open = (grants ?? []).filter((grant) => grant.lockId === lock.id && contains(effective(grant, moment), moment));
  const persons = Map.groupBy(evidence, ([id]) => links.get(id) ?? `membership ${id}`);
  const lines: WhoLine[] = [];
  const served = new Set<string>();
  for (const [key, group] of persons) {
    const members = await Promise.all(group.map(([, each]) => factsOfEvidence(each, parts.store, now)));
    const [first] = members;
    if (!first) continue;
    const decision = decide(members, first.membership.email, { policy, locks, calendar, now: moment });
    const entitled = entitledAt(decision, lock.id, moment);
    const lockUserId = links.has(first.membership.id) ? key : null;
    if (entitled.length === 0) continue;
    if (lockUserId !== null) served.add(lockUserId);
    lines.push({
      name: first.membership.name,
      membershipId: first.membership.id,
      lockUserId,
      through: 'rules',
      because: [...new Set(entitled.map(({ sentence }) => sentence))].join('; '),
      opens: grants === undefined ? null : open.some((grant) => grant.lockUserId === lockUserId),
    });
  }
  const names = new Map(
    [...evidence].flatMap(([id, { membership }]) =>
      links.has(id) ? [[links.get(id) ?? '', { id, name: membership.name }] as const] : [],
    ),
  );
  for (const [lockUserId, theirs] of Map.groupBy(open, (grant) => grant.lockUserId)) {
    if (served.has(lockUserId)) continue;
    const member = names.get(lockUserId);
    const isOurs = theirs.some(({ ours }) => ours);
    lines.push({
      name: member?.name ?? '',
      membershipId: member?.id ?? null,
      lockUserId,
      through: isOurs ? 'left over' : 'others',
      because: isOurs
        ? 'no rule gives it any more; it is held, kept, or about to be taken away'
        : 'a grant that the relay did not make',
      opens: true,
    });
  }
  return lines.toSorted(
    (a, b) => a.name.localeCompare(b.name) || (a.lockUserId ?? '').localeCompare(b.lockUserId ?? ''),
  );
}

async function readGrants({ locks }: SyncParts): Promise<OwnedGrant[] | undefined> {
  try {
    return await locks.grants();
  } catch (error) {
    if (error instanceof UpstreamError) return undefined;
    throw error;
  }
}
