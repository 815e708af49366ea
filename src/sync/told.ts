// What Cobot's webhooks about bookings and check-ins come down to: whose access to look at again.
import { mayNeedPasses } from '../access/membership.ts';
import { factsNeeded } from '../access/policy.ts';
import type { JobPayloads, Outcome } from '../queue/queue.ts';
import type { SyncParts } from './parts.ts';

/** Whose booking it is, and whose it was: both are looked at again. Costs no call where no rule is about bookings. */
export async function bookingTold(
  { bookingId, membershipId, cause }: JobPayloads['booking'],
  parts: SyncParts,
): Promise<Outcome> {
  const { store, cobot, queue } = parts;
  if (!factsNeeded((await parts.policy()).policy).bookings) return 'done';
  const before = await store.evidence.holdersOfBooking(bookingId);
  const booking = membershipId === null ? await cobot.booking(bookingId) : undefined;
  const ids = new Set([...before, membershipId, booking?.membershipId].filter((id) => id !== null && id !== undefined));
  await queue.add([...ids].map((id) => ({ name: 'reconcile', key: id, payload: { membershipId: id, cause } })));
  return 'done';
}

/** A check-in that we made or know already costs no call; a check-out is read, since it ends a check-in early. */
export async function checkInTold(
  { checkInId, cause }: JobPayloads['cobot-check-in'],
  parts: SyncParts,
): Promise<Outcome> {
  const { store, cobot, queue, clock } = parts;
  const known = await store.checkIns.of(checkInId);
  const isOut = cause.includes('checkout');
  if (known && !isOut) return 'done';
  const read = await cobot.checkIn(checkInId);
  const told = read && { ...read, membershipId: read.membershipId || (known?.membershipId ?? '') };
  if (told && told.membershipId !== '') await store.checkIns.put([told]);
  else if (known) await store.checkIns.put([{ ...known, until: Math.min(known.until, clock.now()) }]);
  const membershipId = told?.membershipId || known?.membershipId;
  if (membershipId === undefined || membershipId === '') return 'done';
  const evidence = await store.evidence.of(membershipId);
  const { calendar } = await parts.space();
  const isLimited = !evidence || mayNeedPasses(evidence.membership, calendar, clock.now());
  if (isLimited) await queue.add([{ name: 'reconcile', key: membershipId, payload: { membershipId, cause } }]);
  return 'done';
}
