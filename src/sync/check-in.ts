// Step 2 of the guide: opening a lock checks the member in on Cobot. Checking in spends a member's money, so: never
// while a check-in is current, never for a past Cobot day, and never again before it is known that the last try failed.
import type { Calendar, CobotDay } from '../access/calendar.ts';
import type { CheckIn } from '../access/model.ts';
import { describeError, RefusedError, TransientError, UnexpectedShapeError } from '../lib/errors.ts';
import type { Outcome } from '../queue/queue.ts';
import type { StoredOpening } from '../store/store.ts';
import { type Charged, whoIsCharged } from './charged.ts';
import { namesItsPass, reconcileFromMemory } from './from-memory.ts';
import { judge } from './judge.ts';
import { claimToken } from './link.ts';
import { teamMates } from './member-reader.ts';
import type { SyncParts } from './parts.ts';

const HALF_A_MINUTE = 30_000;

/** Judges every opening of the lock user that is stored and not judged, oldest first. */
export async function checkIn(lockUserId: string, parts: SyncParts): Promise<Outcome> {
  const openings = await parts.store.openings.unjudged(lockUserId);
  if (openings.length === 0) return 'done';
  if (parts.locks.capabilities.openingsName === 'credential') {
    const holder = await parts.locks.holderOf(lockUserId);
    if (holder !== null && holder !== lockUserId) return handOver(lockUserId, holder, parts);
  }
  const membershipIds = await membershipsOf(lockUserId, parts);
  if (membershipIds.length === 0) {
    for (const opening of openings) await judge(opening, null, 'not ours', null, parts);
    for (const _ of openings) parts.counted.foreignOpening();
    return 'done';
  }
  const { calendar } = await parts.space();
  for (const opening of openings.toSorted((a, b) => a.occurredAt - b.occurredAt)) {
    const outcome = await judgeOpening(opening, membershipIds, calendar, parts);
    if (outcome !== 'done') return outcome;
  }
  return 'done';
}

/** Openings that came under what was used to open belong to whoever holds it, and are judged with the rest of theirs. */
async function handOver(credential: string, lockUserId: string, { store, queue }: SyncParts): Promise<Outcome> {
  await store.openings.attribute(credential, lockUserId);
  await queue.add([{ name: 'check-in', key: lockUserId, payload: { lockUserId } }]);
  return 'done';
}

/** By the store and, after a lost database, by the mark of the lock user and Cobot's check-in tokens. */
async function membershipsOf(lockUserId: string, { store, locks, marks, cobot }: SyncParts): Promise<string[]> {
  const links = await store.links.ofLockUser(lockUserId);
  if (links.length > 0) return links.filter(({ endedAt }) => endedAt === null).map(({ membershipId }) => membershipId);
  // A sweep has read every mark and token there is: who is not linked after it is a stranger.
  if ((await store.settings.get('last-good-sweep')) !== undefined) return [];
  const marked = marks.membershipOfUserMark((await locks.user(lockUserId))?.externalId ?? null);
  const owner = marked ?? (await cobot.checkInTokenOwner(lockUserId));
  return owner === undefined ? [] : [owner];
}

async function judgeOpening(
  opening: StoredOpening,
  ids: readonly string[],
  calendar: Calendar,
  parts: SyncParts,
): Promise<Outcome> {
  const { store, clock } = parts;
  if (opening.refused !== undefined) {
    await judge(
      opening,
      ids[0] ?? null,
      'refused at the door',
      `stood before a door that stayed shut: ${opening.refused}`,
      parts,
    );
    return 'done';
  }
  const now = clock.now();
  const day = calendar.cobotDayOf(opening.occurredAt);
  if (day.until <= now) {
    await judge(
      opening,
      ids[0] ?? null,
      'past day',
      'opened on a Cobot day that is over: an unpaid visit, not checked in',
      parts,
    );
    return 'done';
  }
  const known = (await Promise.all(ids.map((id) => store.checkIns.between(id, day.from, day.until)))).flat();
  const settled = known.find(({ until }) => until > opening.occurredAt);
  if (settled) {
    await judge(opening, settled.membershipId, 'checked in already', null, parts);
    return 'done';
  }
  const charged = await whoIsCharged(opening, ids, calendar, parts);
  if (!charged) {
    await judge(opening, ids[0] ?? null, 'not charged', 'opened without a pass being due: not checked in', parts);
    return 'done';
  }
  return checkMemberIn(opening, charged, day, parts);
}

async function checkMemberIn(
  opening: StoredOpening,
  charged: Charged,
  day: CobotDay,
  parts: SyncParts,
): Promise<Outcome> {
  const { store, clock } = parts;
  const { membership, limited } = charged;
  const started = await store.attempts.of(membership.id);
  if (started || limited) {
    // An earlier try may have landed, and somebody may have checked in at the desk: look before money is spent.
    const found = await currentCheckIn(membership.id, opening, day, parts);
    if (found) return succeed(opening, charged, found, started !== undefined, parts);
    if (started && clock.now() < started.startedAt + HALF_A_MINUTE) return { again: started.startedAt + HALF_A_MINUTE };
  }
  await store.attempts.start({ membershipId: membership.id, startedAt: clock.now() });
  try {
    const made = await send(opening.lockUserId, membership.id, parts);
    // Cobot's answer may name neither the check-in nor whose it is.
    const id = made.id || `made:${membership.id}:${made.from}`;
    return await succeed(opening, charged, { ...made, id, membershipId: membership.id }, true, parts);
  } catch (error) {
    return afterFailure(error, opening, charged, day, parts);
  }
}

/** By token where the membership has the lock user's token, as in the guide; else by membership. */
async function send(lockUserId: string, membershipId: string, parts: SyncParts): Promise<CheckIn> {
  const { cobot, store } = parts;
  const mine = new Set((await store.links.ofLockUser(lockUserId)).map((link) => link.membershipId)).add(membershipId);
  const holder = await store.tokens.of(lockUserId);
  const isHolder =
    holder === membershipId || (holder === undefined && (await mayClaim(lockUserId, membershipId, mine, parts)));
  if (!isHolder) return cobot.checkInByMembership(membershipId);
  const made = await cobot.checkInByToken(lockUserId);
  if (made) return made;
  // 204: Cobot knows no such token and has done nothing. Link it again, and try once more.
  await store.tokens.remove(lockUserId);
  await claimToken(lockUserId, membershipId, mine, parts);
  const second = await cobot.checkInByToken(lockUserId);
  if (second) return second;
  throw new RefusedError('Cobot does not know the check-in token that was just linked', {
    code: 'cobot_token_unknown',
    where: `POST /api/check_ins for membership ${membershipId}`,
    advice: 'look at the check-in tokens of the member on Cobot',
  });
}

/** false: Cobot will not have the token linked; the link job says why, and the check-in goes by membership. */
async function mayClaim(
  lockUserId: string,
  membershipId: string,
  mine: ReadonlySet<string>,
  parts: SyncParts,
): Promise<boolean> {
  try {
    await claimToken(lockUserId, membershipId, mine, parts);
    return true;
  } catch (error) {
    if (error instanceof RefusedError) return false;
    throw error;
  }
}

async function afterFailure(
  error: unknown,
  opening: StoredOpening,
  charged: Charged,
  day: CobotDay,
  parts: SyncParts,
): Promise<Outcome> {
  const { store, clock } = parts;
  const { membership } = charged;
  if (error instanceof TransientError && error.effect === 'none') {
    await store.attempts.finish(membership.id);
    throw error;
  }
  // It may still land: nothing is concluded before half a minute is over. The attempt stays written down.
  if (error instanceof TransientError && error.effect === 'later') return waitForIt(membership.id, parts);
  if (error instanceof TransientError || error instanceof UnexpectedShapeError) {
    const found = await currentCheckIn(membership.id, opening, day, parts);
    if (found) return succeed(opening, charged, found, true, parts);
    // Kept, as one that is old enough: the next try looks once more before it spends, and does not wait.
    await store.attempts.start({ membershipId: membership.id, startedAt: clock.now() - HALF_A_MINUTE });
    throw error;
  }
  if (error instanceof RefusedError) {
    // Also what Cobot says to somebody who is checked in already.
    const found = await currentCheckIn(membership.id, opening, day, parts);
    await store.attempts.finish(membership.id);
    if (found) return succeed(opening, charged, found, false, parts);
    if (error.status === 422) return refuse(error, opening, charged, day, parts);
  }
  await store.attempts.finish(membership.id);
  throw error;
}

/** From now on, and not from when it was begun: another opening meanwhile has to wait for as long. */
async function waitForIt(membershipId: string, { store, clock }: SyncParts): Promise<Outcome> {
  await store.attempts.start({ membershipId, startedAt: clock.now() });
  return { again: clock.now() + HALF_A_MINUTE };
}

/** The membership's check-in that covers the opening or followed it, as Cobot has it now. */
async function currentCheckIn(
  membershipId: string,
  opening: StoredOpening,
  day: CobotDay,
  { cobot, store }: SyncParts,
): Promise<CheckIn | undefined> {
  const found = (await cobot.checkInsOf(membershipId, { from: day.from, until: day.until })) ?? [];
  await store.checkIns.put(found);
  return found.find(({ until }) => until > opening.occurredAt);
}

async function succeed(
  opening: StoredOpening,
  { membership, limited }: Charged,
  made: CheckIn,
  isNew: boolean,
  parts: SyncParts,
): Promise<Outcome> {
  const { store, queue } = parts;
  await store.checkIns.put([made]);
  const evidence = await store.evidence.of(membership.id);
  const isAllKnown = evidence !== undefined && namesItsPass(made, evidence);
  if (evidence) {
    // The pass that this check-in spent is not missing from a list: we know where it went.
    const passes = evidence.passes.filter(({ id }) => id !== made.passId);
    const checkIns = [...evidence.checkIns.filter(({ id }) => id !== made.id), made];
    await store.evidence.put([{ ...evidence, passes, checkIns }]);
  }
  await store.attempts.finish(membership.id);
  await judge(opening, membership.id, isNew ? 'checked in' : 'checked in already', null, parts);
  if (!limited) return 'done';
  if (!isAllKnown || !(await reconcileFromMemory(membership.id, 'check-in', parts)))
    await lookAgain(membership.id, 'check-in', queue);
  // The pass may have been one that the whole team shares.
  for (const id of isNew ? await teamMates(membership, store) : []) await lookAgain(id, 'team', queue);
  return 'done';
}

async function refuse(
  error: RefusedError,
  opening: StoredOpening,
  { membership, limited }: Charged,
  day: CobotDay,
  parts: SyncParts,
): Promise<Outcome> {
  const { store, queue, log, clock } = parts;
  const words = error.words.join(' ') || 'no reason given';
  log.warn({ membership: membership.id, words, error: describeError(error) }, 'Cobot refused a check-in');
  await judge(opening, membership.id, 'refused', `Cobot refused the check-in: ${words}`, parts);
  if (!limited) return 'done';
  await store.refusals.put(membership.id, { at: clock.now(), until: day.until, words });
  await lookAgain(membership.id, 'refused check-in', queue);
  return 'done';
}

const lookAgain = (membershipId: string, cause: string, queue: SyncParts['queue']) =>
  queue.add([{ name: 'reconcile', key: membershipId, payload: { membershipId, cause } }]);
