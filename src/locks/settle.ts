// One lock user at one lock, at a lock system that keeps no windows: makes the real grant there what the windows say now.
// All windows that are open stand on one real grant, so that none is missing while they take turns. Must be called by one
// at a time per lock user.
//
// | windows open now | real grant                        | what is done                                           |
// |------------------|-----------------------------------|--------------------------------------------------------|
// | some             | all stand on the same             | nothing; windows that are over let go of it            |
// | some             | one of ours is found there        | they stand on it (an answer was lost, or the store)    |
// | some             | none of ours is found             | added, once that was written down                      |
// | none             | windows that are over stand on it | removed                                                |
// | none             | asked for, and never answered     | looked for by our note, and removed                    |
import type { CurrentGrant, Instant, Window } from '../access/model.ts';
import { RefusedError, TransientError, UnauthorizedError } from '../lib/errors.ts';
import type { TimedGrant, TimedGrants } from '../store/store.ts';
import type { LockSystem } from './lock-system.ts';

export type SettleParts = {
  lockSystem: Pick<LockSystem, 'grants' | 'addGrant' | 'removeGrant' | 'adjust'>;
  store: TimedGrants;
  /** Does the note of a real grant carry our mark? */
  isOurNote: (note: string | null) => boolean;
};

type Place = { lockUserId: string; lockId: string };

export const isOpen = ({ from, until }: Window, now: Instant): boolean =>
  (from === null || from <= now) && (until === null || until > now);

/** 'gone': no such lock user or lock; the windows that were open there are forgotten. Throws what the calls throw. */
export async function settle(place: Place, now: Instant, parts: SettleParts): Promise<'settled' | 'gone'> {
  const { store } = parts;
  const here = (await store.ofLockUser(place.lockUserId)).filter(({ lockId }) => lockId === place.lockId);
  const open = here.filter((each) => isOpen(each, now));
  const closing = here.filter((each) => each.asked && !isOpen(each, now));
  const outcome = open.length > 0 ? await keepOpen(place, open, closing, parts) : await close(place, closing, parts);
  await store.stand(ids(closing), { realId: null, asked: false });
  return outcome;
}

async function close(place: Place, closing: readonly TimedGrant[], parts: SettleParts): Promise<'settled'> {
  const real = new Set(closing.flatMap(({ realId }) => realId ?? []));
  if (closing.some(({ realId }) => realId === null)) {
    for (const { id } of await realGrants(place, real, parts)) real.add(id);
  }
  for (const id of real) await parts.lockSystem.removeGrant(id);
  return 'settled';
}

async function keepOpen(
  place: Place,
  open: readonly TimedGrant[],
  closing: readonly TimedGrant[],
  parts: SettleParts,
): Promise<'settled' | 'gone'> {
  const { lockSystem, store } = parts;
  const all = [...open, ...closing];
  const known = new Set(all.flatMap(({ realId }) => realId ?? []));
  if (known.size === 1 && all.every(({ realId }) => realId !== null)) return 'settled';

  // Never added blindly: an answer that was lost has left one that is as good.
  const there = await realGrants(place, known, parts);
  const kept = there.find(({ id }) => known.has(id)) ?? there[0] ?? (await add(place, open, parts));
  if (kept === 'gone') {
    await store.remove(ids(open));
    return 'gone';
  }
  await store.stand(ids(open), { realId: kept.id, asked: true });
  for (const { id } of there) if (id !== kept.id) await lockSystem.removeGrant(id);
  return 'settled';
}

/** What is really there of ours. */
async function realGrants(
  { lockUserId, lockId }: Place,
  known: ReadonlySet<string>,
  { lockSystem, isOurNote }: SettleParts,
): Promise<CurrentGrant[]> {
  const grants = await lockSystem.grants({ lockUserId });
  return grants.filter((grant) => grant.lockId === lockId && (known.has(grant.id) || isOurNote(grant.note)));
}

async function add(
  { lockUserId, lockId }: Place,
  open: readonly TimedGrant[],
  { lockSystem, store }: SettleParts,
): Promise<CurrentGrant | 'gone'> {
  // Written down first: should the answer never come, the end of the window knows that there is something to look for.
  await store.stand(ids(open), { realId: null, asked: true });
  const grant = { lockUserId, lockId, from: null, until: null, note: open[0]?.note ?? '' };
  try {
    return await lockSystem.addGrant(lockSystem.adjust(grant));
  } catch (error) {
    const certain = open.filter(({ asked }) => !asked);
    if (hadNoEffect(error)) await store.stand(ids(certain), { realId: null, asked: false });
    throw error;
  }
}

function hadNoEffect(error: unknown): boolean {
  if (error instanceof TransientError) return error.effect === 'none';
  return error instanceof RefusedError || error instanceof UnauthorizedError;
}

const ids = (grants: readonly TimedGrant[]): string[] => grants.map(({ id }) => id);
