// What is kept after a person was looked at: what was there (so that a list that lacks it later is no evidence), who is
// managed, whose token should be moved, and what a person should know.
import type { Instant } from '../access/model.ts';
import type { JobRequest } from '../queue/queue.ts';
import type { Evidence } from '../store/store.ts';
import type { SyncParts } from './parts.ts';
import type { PersonPlan } from './person-plan.ts';

export type Found = { subject: string; kind: string; sentence: string };

/** The last good read of each member; what is unknown in it stays as it was remembered. */
export function evidenceOf(plan: PersonPlan, before: ReadonlyMap<string, Evidence>, readAt: Instant): Evidence[] {
  return plan.members
    .filter(({ membership }) => !membership.deleted)
    .map(({ membership, passes, checkIns, bookings }) => {
      const old = before.get(membership.id);
      return {
        membership,
        passes: passes.known ? passes.value : (old?.passes ?? []),
        checkIns: checkIns.known ? checkIns.value : (old?.checkIns ?? []),
        bookings: bookings.known ? bookings.value : (old?.bookings ?? []),
        readAt,
      };
    });
}

/** A thing that the list lacks and that nobody asked for singly is still remembered. */
export function rememberAbsent(
  evidence: Evidence,
  terms: { evidence: ReadonlyMap<string, Evidence>; confirmed: ReadonlySet<string>; now: Instant },
): Evidence {
  const { evidence: before, confirmed, now } = terms;
  const old = before.get(evidence.membership.id);
  if (!old || confirmed.has(evidence.membership.id)) return evidence;
  const keep = <T extends { id: string }>(fresh: T[], remembered: T[], lives: (thing: T) => boolean): T[] => {
    const ids = new Set(fresh.map(({ id }) => id));
    return [...fresh, ...remembered.filter((each) => !ids.has(each.id) && lives(each))];
  };
  return {
    ...evidence,
    passes: keep(
      evidence.passes,
      old.passes,
      ({ usedAt, expiresAt }) => usedAt === null && (expiresAt === null || expiresAt > now),
    ),
    checkIns: keep(evidence.checkIns, old.checkIns, ({ until }) => until > now),
    bookings: keep(evidence.bookings, old.bookings, ({ until }) => until > now),
  };
}

/** A job for every lock user whose check-in token does not belong to the membership that it should belong to. */
export function linkJobs(plans: readonly PersonPlan[], tokens: ReadonlyMap<string, string>): JobRequest[] {
  return plans.flatMap(({ person, tokenHolder }) => {
    const id = person.lockUser?.id;
    if (id === undefined || (tokens.get(id) ?? null) === tokenHolder) return [];
    return [{ name: 'link' as const, key: id, payload: { lockUserId: id } }];
  });
}

/** Replaces the problems of every member that was looked at. */
export async function keepProblems(
  subjects: Iterable<string>,
  found: readonly Found[],
  { store }: Pick<SyncParts, 'store'>,
  now: Instant,
): Promise<void> {
  const had = new Set((await store.problems.all()).map(({ subject }) => subject));
  for (const subject of new Set(subjects)) {
    const here = found.filter((each) => each.subject === subject);
    if (here.length > 0 || had.has(subject)) await store.problems.replace(subject, here, now);
  }
}
