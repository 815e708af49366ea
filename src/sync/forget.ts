// Erases a person's traces: names, email addresses and the bodies of webhooks. What happened and how often stays, and so
// do the ids that keep the lock system right.
import { standingOf } from '../access/membership.ts';
import type { SyncParts } from './parts.ts';
import { knownAs } from './why.ts';

export type Traces = { membershipId: string; name: string | null; email: string | null; lockUserId: string | null };
export type Found = { ok: true; traces: Traces[] } | { ok: false; why: 'nobody known by it' | 'still a member' };
export type Forgotten = { memberships: number; entries: number; deliveries: number };

/** `text`: an email address or the id of a membership. Refused while a membership of it is current or coming. */
export async function findTraces(text: string, parts: SyncParts): Promise<Found> {
  const { store } = parts;
  const { policy } = await parts.policy();
  const { calendar } = await parts.space();
  const evidence = await store.evidence.all();
  const ids = knownAs(text, evidence);
  if (ids.length === 0 && (await store.links.of(text.trim()))) ids.push(text.trim());
  if (ids.length === 0) return { ok: false, why: 'nobody known by it' };
  const traces: Traces[] = [];
  for (const id of ids) {
    const membership = evidence.get(id)?.membership;
    const link = await store.links.of(id);
    const isOver = membership
      ? standingOf(membership, policy.cancellationDate, calendar, parts.clock.now()) === 'ended'
      : false;
    // Of a membership that Cobot has no more, the link alone knows that it is over.
    if (!isOver && (link?.endedAt ?? null) === null) return { ok: false, why: 'still a member' };
    traces.push({
      membershipId: id,
      name: membership?.name ?? null,
      email: membership?.email ?? null,
      lockUserId: link?.lockUserId ?? null,
    });
  }
  return { ok: true, traces };
}

export async function forget(traces: readonly Traces[], { store, clock }: SyncParts): Promise<Forgotten> {
  let [entries, deliveries] = [0, 0];
  for (const { membershipId, email, lockUserId } of traces) {
    entries += await store.audit.forget(membershipId);
    const names = [membershipId, ...(email === null ? [] : [email])];
    // What the lock system told of openings carries the email address too, maybe a former one.
    if (lockUserId !== null && !(await isSharedByMember(lockUserId, store))) names.push(lockUserId);
    for (const name of names) deliveries += await store.inbox.forget(name);
    await store.refusals.clear(membershipId);
    await store.problems.replace(membershipId, [], clock.now());
    await store.evidence.remove(membershipId);
  }
  return { memberships: traces.length, entries, deliveries };
}

/** Does the lock user stand for a membership that goes on? */
async function isSharedByMember(lockUserId: string, store: SyncParts['store']): Promise<boolean> {
  return (await store.links.ofLockUser(lockUserId)).some(({ endedAt }) => endedAt === null);
}
