// One lock user at one lock, at a lock system that keeps no windows: makes the real grant there what the windows say now.
// All windows that are open stand on one real grant, so that none is missing while they take turns. Must be called by one
// at a time per lock user.
//
// | windows open now | real grant                        | what is done                                           |
// |------------------|-----------------------------------|--------------------------------------------------------|
// | some             | all stand on the same, or theirs  | nothing; windows that are over let go of it            |
// | some             | one of ours is found there        | they stand on it (an answer was lost, or the store)    |
// | some             | none of ours is found             | added, once that was written down                      |
// | some             | others gave it, no second is taken| they are open through theirs, which is left alone      |
// | none             | windows that are over stand on it | removed                                                |
// | none             | asked for, and never answered     | looked for by our note, and removed                    |
// | none             | theirs                            | nothing                                                |
import type { CurrentGrant, Instant, Window } from '../access/model.ts';
import type { Footing, TimedGrant, TimedGrants } from '../store/filled-in.ts';
import type { LockSystem } from './lock-system.ts';
import { hadNoEffect } from './no-effect.ts';

export type SettleParts = {
  lockSystem: Pick<LockSystem, 'grants' | 'addGrant' | 'removeGrant' | 'adjust'>;
  store: TimedGrants;
  /** Does the note of a real grant carry our mark? */
  isOurNote: (note: string | null) => boolean;
};

export type Place = { lockUserId: string; lockId: string };

/** 'theirs': what is open there is open through a grant by others. 'gone': no such lock user or lock. */
export type Settled = 'settled' | 'theirs' | 'gone';

export const onNothing: Footing = { realId: null, asked: false, theirs: false };
const onTheirs: Footing = { realId: null, asked: false, theirs: true };

export const isOpen = ({ from, until }: Window, now: Instant): boolean =>
  (from === null || from <= now) && (until === null || until > now);

/** 'gone': the windows that were open there are forgotten. Throws what the calls throw. */
export async function settle(place: Place, now: Instant, parts: SettleParts): Promise<Settled> {
  const { store } = parts;
  const here = (await store.ofLockUser(place.lockUserId)).filter(({ lockId }) => lockId === place.lockId);
  const open = here.filter((each) => isOpen(each, now));
  const shut = here.filter((each) => !isOpen(each, now));
  const closing = shut.filter(({ asked }) => asked);
  const outcome = open.length > 0 ? await keepOpen(place, open, closing, parts) : await close(place, closing, parts);
  await store.stand(ids(shut.filter(({ asked, theirs }) => asked || theirs)), onNothing);
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
): Promise<Settled> {
  const { lockSystem, store } = parts;
  const all = [...open, ...closing];
  const known = new Set(all.flatMap(({ realId }) => realId ?? []));
  if (known.size === 1 && all.every(({ realId }) => realId !== null)) return 'settled';
  if (all.every(({ theirs }) => theirs)) return 'theirs';

  // Never added blindly: an answer that was lost has left one that is as good.
  const there = await realGrants(place, known, parts);
  const kept = there.find(({ id }) => known.has(id)) ?? there[0] ?? (await add(place, open, parts));
  if (kept === 'gone') {
    await store.remove(ids(open));
    return 'gone';
  }
  if (kept === 'there') {
    await store.stand(ids(open), onTheirs);
    return 'theirs';
  }
  await store.stand(ids(open), { realId: kept.id, asked: true, theirs: false });
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
): Promise<CurrentGrant | 'gone' | 'there'> {
  // Written down first: should the answer never come, the end of the window knows that there is something to look for.
  await store.stand(ids(open), { realId: null, asked: true, theirs: false });
  const grant = { lockUserId, lockId, from: null, until: null, note: open[0]?.note ?? '' };
  try {
    return await lockSystem.addGrant(lockSystem.adjust(grant));
  } catch (error) {
    const certain = open.filter(({ asked }) => !asked);
    if (hadNoEffect(error)) await store.stand(ids(certain), onNothing);
    throw error;
  }
}

const ids = (grants: readonly TimedGrant[]): string[] => grants.map(({ id }) => id);
