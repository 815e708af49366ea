// Erases a person's traces: names, email addresses and the bodies of webhooks. What happened and how often stays, and so
// do the ids that keep the lock system right.
import { standingOf } from '../access/membership.ts';
import type { SyncParts } from './parts.ts';

export type Forgotten =
  | { ok: true; memberships: number; entries: number; deliveries: number }
  | { ok: false; why: 'nobody known by it' | 'still a member' };

/** `text`: an email address or the id of a membership. Refused while a membership of it is current or coming. */
export async function forget(text: string, parts: SyncParts): Promise<Forgotten> {
  const { store } = parts;
  const { policy } = await parts.policy();
  const { calendar } = await parts.space();
  const wanted = text.trim().toLowerCase();
  const evidence = await store.evidence.all();
  const ids = [...evidence]
    .filter(([id, { membership }]) => id === text.trim() || membership.email?.toLowerCase() === wanted)
    .map(([id]) => id);
  if (ids.length === 0 && (await store.links.of(text.trim()))) ids.push(text.trim());
  if (ids.length === 0) return { ok: false, why: 'nobody known by it' };
  for (const id of ids) {
    const membership = evidence.get(id)?.membership;
    const link = await store.links.of(id);
    const isOver = link?.endedAt !== null && link?.endedAt !== undefined;
    if (
      membership &&
      !isOver &&
      standingOf(membership, policy.cancellationDate, calendar, parts.clock.now()) !== 'ended'
    )
      return { ok: false, why: 'still a member' };
  }
  let [entries, deliveries] = [0, 0];
  for (const id of ids) {
    entries += await store.audit.forget(id);
    deliveries += await store.inbox.forget(id);
    await store.refusals.clear(id);
    await store.problems.replace(id, [], parts.clock.now());
    await store.evidence.remove(id);
  }
  return { ok: true, memberships: ids.length, entries, deliveries };
}
