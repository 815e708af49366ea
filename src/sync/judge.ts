// Writing down what became of an opening: once judged, it is never looked at again. Decides nothing.
import type { OpeningOutcome, StoredOpening } from '../store/store.ts';
import type { SyncParts } from './parts.ts';

const sentenceFor: Record<OpeningOutcome, string> = {
  'checked in': 'opened, and was checked in on Cobot',
  'checked in already': 'opened, and is checked in already',
  'not charged': 'opened without a pass being due',
  'past day': 'opened on a Cobot day that is over: an unpaid visit',
  'not ours': 'opened by somebody who is not ours',
  refused: 'opened, and Cobot refused the check-in',
  'refused at the door': 'stood before a door that stayed shut',
  'given up': 'opened, and was not checked in before the Cobot day ended',
};

/** `note`: said instead of the outcome's own sentence. */
export async function judge(
  opening: StoredOpening,
  membershipId: string | null,
  outcome: OpeningOutcome,
  note: string | null,
  parts: SyncParts,
): Promise<void> {
  const { store, counted, clock, log } = parts;
  await store.openings.judge(opening.id, outcome, note);
  counted.checkIn(outcome);
  if (outcome === 'not ours') return;
  const sentence = note ?? sentenceFor[outcome];
  log.info(
    { opening: opening.id, membership: membershipId, lockUser: opening.lockUserId, lock: opening.lockId, outcome },
    sentence,
  );
  await store.audit.append([
    {
      at: clock.now(),
      action: outcome === 'checked in' ? 'check-in' : 'opening',
      sentence:
        opening.lockName === null
          ? sentence
          : `${sentence} (${opening.lockName}, ${new Temporal.Instant(BigInt(opening.occurredAt) * 1_000_000n).toString({ smallestUnit: 'second' })})`,
      cause: `opening ${opening.id}`,
      membershipId,
      lockUserId: opening.lockUserId,
      lockId: opening.lockId,
    },
  ]);
}
