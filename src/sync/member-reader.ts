// Facts of single memberships, with what the store remembers of them: what a list lacks is asked for by its id, and a
// membership that Cobot no longer has is only gone once the list that answers lacks it too.

import type { Calendar } from '../access/calendar.ts';
import { mayNeedPasses, tombstone } from '../access/membership.ts';
import type { Booking, CheckIn, Instant, Known, MemberFacts, Membership } from '../access/model.ts';
import { factsNeeded, type Policy } from '../access/policy.ts';
import { horizonOf } from '../access/spans.ts';
import type { MemberReading, Remembered } from '../cobot/facts.ts';
import { UnexpectedShapeError } from '../lib/errors.ts';
import type { Evidence } from '../store/store.ts';
import type { SyncParts } from './parts.ts';

export type ReaderTerms = {
  policy: Policy;
  calendar: Calendar;
  now: Instant;
  /** Memberships that the list lacks, where it was just read: it is not read again for each of them. */
  lacking?: ReadonlySet<string>;
};

/** Does the membership's access rest on passes? */
export const needsPasses = (membership: Membership, { policy, calendar, now }: ReaderTerms): boolean =>
  factsNeeded(policy).passes && mayNeedPasses(membership, calendar, now);

/** What was there before: the last good read, and check-ins that were made or told since. */
function rememberedOf(evidence: Evidence | undefined, checkIns: readonly CheckIn[]): Remembered | undefined {
  if (!evidence) return undefined;
  const ids = new Set(checkIns.map(({ id }) => id));
  return {
    passes: evidence.passes,
    bookings: evidence.bookings,
    checkIns: [...checkIns, ...evidence.checkIns.filter(({ id }) => !ids.has(id))],
  };
}

/** Reads one membership singly: 1 to 4 calls. Throws where it cannot be read at all. */
export async function readSingly(
  id: string,
  parts: Pick<SyncParts, 'cobot' | 'facts' | 'store'>,
  terms: ReaderTerms,
  bookings?: Known<Booking[]>,
): Promise<MemberReading> {
  const { cobot, store } = parts;
  const { policy, calendar, now } = terms;
  const [evidence, refusal, link, lastSweep] = await Promise.all([
    store.evidence.of(id),
    store.refusals.of(id, now),
    store.links.of(id),
    store.settings.get('last-good-sweep'),
  ]);
  const checkIns = await store.checkIns.between(id, now, Number.MAX_SAFE_INTEGER);
  const reading = await parts.facts.ofMember(cobot, id, {
    needs: { passes: (membership) => needsPasses(membership, terms), bookings: factsNeeded(policy).bookings },
    now,
    horizon: horizonOf(calendar, now).until,
    remembered: rememberedOf(evidence, checkIns),
    refusal,
    teamMates: (membership) => teamMates(membership, store),
    // After a lost database links are gone as well, until a sweep has read every mark and token that there is.
    memoryLost: evidence === undefined && (link !== undefined || lastSweep === undefined),
    ...(bookings ? { bookings } : {}),
  });
  if (reading) return reading;
  // 404. Without a trace of it there is nothing that anybody could lose.
  if ((link || evidence) && terms.lacking?.has(id) !== true) await confirmDeleted(id, cobot);
  return { facts: factsOf(tombstone(id, evidence?.membership)), errors: [] };
}

/** Those who share the team, as last read. */
export async function teamMates({ id, teamId }: Membership, store: SyncParts['store']): Promise<string[]> {
  if (teamId === null) return [];
  const all = await store.evidence.all();
  return [...all.values()]
    .filter((each) => each.membership.teamId === teamId && each.membership.id !== id)
    .map((each) => each.membership.id);
}

async function confirmDeleted(id: string, cobot: SyncParts['cobot']): Promise<void> {
  const { items } = await cobot.memberships();
  if (!items.some((each) => each.id === id)) return;
  throw new UnexpectedShapeError('Cobot answers 404 for a membership that its list holds', {
    code: 'cobot_contradiction',
    where: `membership ${id}`,
    advice: 'its access stays as it is until both reads agree',
  });
}

/** Facts of a membership that nothing else is known of, and nothing else needs to be. */
export function factsOf(membership: Membership): MemberFacts {
  const nothing = { known: true as const, value: [] };
  return { membership, passes: nothing, checkIns: nothing, bookings: nothing, refusal: null };
}
