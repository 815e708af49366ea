// Lock users that we made and nobody needs any more: deleted 14 days after their last grant of ours, after fresh reads,
// and never while they have a grant by others. Also says who can still open a lock although no membership is left.
import { standingOf } from '../access/membership.ts';
import type { Instant } from '../access/model.ts';
import { UpstreamError } from '../lib/errors.ts';
import { type ChangeLine, entryOf } from './doing.ts';
import type { SyncParts } from './parts.ts';
import { sentenceOf } from './sentences.ts';
import type { Snapshot } from './snapshot.ts';

const FOURTEEN_DAYS = 14 * 86_400_000;

export async function deleteLongGone(snapshot: Snapshot, parts: SyncParts, cause: string): Promise<ChangeLine[]> {
  const { store, locks } = parts;
  const { now } = snapshot;
  const membersOf = Map.groupBy(snapshot.links, ([, { lockUserId }]) => lockUserId);
  const lines: ChangeLine[] = [];
  for (const user of snapshot.users) {
    const ids = (membersOf.get(user.id) ?? []).map(([id]) => id);
    if (!user.ours || ids.length === 0 || snapshot.grantsOf.has(user.id)) continue;
    if (ids.some((id) => lives(id, snapshot))) continue;
    const last = await store.managed.lastSeen(user.id);
    if (last === undefined) await store.managed.seen([user.id], now);
    if (last === undefined || last > now - FOURTEEN_DAYS) continue;
    if (!(await areOver(ids, parts, snapshot))) continue;
    const isDeleted = await parts.oneAtATime([`user:${user.id}`], async () => {
      if (await isNeededAgain(user.id, parts)) return false;
      await locks.deleteUser(user.id);
      await store.links.removeLockUser(user.id);
      await store.managed.remove(user.id);
      return true;
    });
    if (!isDeleted) continue;
    const line: ChangeLine = {
      action: 'delete',
      membershipId: ids[0] ?? '',
      lockUserId: user.id,
      lockId: null,
      sentence: sentenceOf.deleted,
    };
    await store.audit.append([entryOf(line, now, cause)]);
    lines.push(line);
  }
  return lines;
}

/** Somebody may have joined, or been given a grant, since the sweep began. */
async function isNeededAgain(lockUserId: string, { store, locks }: SyncParts): Promise<boolean> {
  const links = await store.links.ofLockUser(lockUserId);
  return links.some(({ endedAt }) => endedAt === null) || (await locks.grants({ lockUserId })).length > 0;
}

function lives(id: string, { memberships, policy, calendar, now }: Snapshot): boolean {
  const facts = memberships.get(id);
  if (!facts) return false;
  const standing = standingOf(facts.membership, policy.cancellationDate, calendar, now);
  return standing !== 'ended';
}

/** Read afresh: deleting cannot be undone. */
async function areOver(ids: readonly string[], { cobot }: SyncParts, terms: Snapshot): Promise<boolean> {
  try {
    for (const id of ids) {
      const membership = await cobot.membership(id);
      if (membership && standingOf(membership, terms.policy.cancellationDate, terms.calendar, terms.now) !== 'ended')
        return false;
    }
    return true;
  } catch (error) {
    if (error instanceof UpstreamError) return false;
    throw error;
  }
}

/** Persons without a current or coming membership who can open a lock through somebody else's grant. */
export function foreignAccess(snapshot: Snapshot): { subject: string; kind: string; sentence: string }[] {
  const ids = Map.groupBy(snapshot.links, ([, { lockUserId }]) => lockUserId);
  return [...ids].flatMap(([lockUserId, links]) => {
    const grants = (snapshot.grantsOf.get(lockUserId) ?? []).filter(
      (grant) => !grant.ours && isLive(grant, snapshot.now),
    );
    if (grants.length === 0 || links.some(([id]) => lives(id, snapshot))) return [];
    const names = [...new Set(grants.map(({ lockId }) => snapshot.lockName(lockId)))].join(', ');
    return [
      {
        subject: links[0]?.[0] ?? '',
        kind: 'foreign-access',
        sentence: `has no membership any more, but can open ${names} through a grant that the relay did not make`,
      },
    ];
  });
}

const isLive = ({ until }: { until: Instant | null }, now: Instant): boolean => until === null || until > now;
