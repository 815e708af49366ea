// Reading the lock system's event list after an outage: openings whose webhook never came are treated as if it had.
import type { Outcome } from '../queue/queue.ts';
import type { SyncParts } from './parts.ts';

/** How long openings that came a little late may lie in the past when the event list is read again. */
const CATCH_UP_OVERLAP = 10 * 60_000;

/** Reads the lock system's event list since the last one seen: openings whose webhook never came are judged too. */
export async function catchUp(parts: SyncParts): Promise<Outcome> {
  const { store, locks, queue, clock, log } = parts;
  const startedAt = clock.now();
  const madeAt = (await store.settings.get('made-at')) ?? startedAt;
  const readUntil = await store.settings.get('openings-read-until');
  const since = readUntil === undefined ? madeAt : Math.max(madeAt, readUntil - CATCH_UP_OVERLAP);
  const openings = await locks.openingsSince(since);
  const missed = await store.openings.add(openings, startedAt);
  const users = new Set([...missed.map(({ lockUserId }) => lockUserId), ...(await store.openings.waiting())]);
  await queue.add([...users].map((lockUserId) => ({ name: 'check-in', key: lockUserId, payload: { lockUserId } })));
  await store.settings.set('openings-read-until', startedAt);
  if (missed.length > 0) log.info({ missed: missed.length }, 'openings whose webhook never came were found');
  return 'done';
}
