// Desired and current -> the changes that take one to the other, for one person. Current holds grants of ours only:
// those of others were set apart before and cannot come out of here.
//
// | at one lock                      | change                                                        |
// |----------------------------------|---------------------------------------------------------------|
// | same window on both sides        | none (a start that is over is "at once" on both sides)        |
// | desired, not there               | add                                                           |
// | there, not desired               | remove, after the adds: nobody is locked out in between       |
// | there, and over                  | clear, at leisure                                             |
// | a fact is unknown, or it is held | add what is not covered yet; what is there stays              |
import type { CurrentGrant, DesiredGrant, Instant } from './model.ts';
import { covers, type Interval, toInterval } from './windows.ts';

type Removal = { grant: CurrentGrant; sentence: string };
export type Difference = {
  adds: DesiredGrant[];
  removals: Removal[];
  /** Expired ones of ours. */
  clear: CurrentGrant[];
};

export type DiffTerms = {
  now: Instant;
  /** Locks where nothing may be taken away, because a fact is unknown or a person decides. */
  keep: ReadonlySet<string>;
  /** Why a lock is not given (any more), for the sentence of a removal. */
  whyNot: (lockId: string) => string;
};

export function diff(desired: readonly DesiredGrant[], current: readonly CurrentGrant[], terms: DiffTerms): Difference {
  const { now, keep, whyNot } = terms;
  // A list may name a grant twice, and in any order: a double is not a second grant to take away.
  const [over, live] = partition(byId(current), ({ until }) => until !== null && until <= now);
  const adds: DesiredGrant[] = [];
  const unmatched = new Set(live);
  const liveAt = Map.groupBy(live, ({ lockId }) => lockId);
  const wanted = desired.filter(({ until }) => until === null || until > now);
  for (const grant of wanted) {
    const twin = liveAt.get(grant.lockId)?.find((each) => unmatched.has(each) && sameTime(each, grant, now));
    if (twin) unmatched.delete(twin);
    else adds.push(grant);
  }
  const intervalsAt = (lockId: string) => (liveAt.get(lockId) ?? []).map((each) => effective(each, now));
  return {
    adds: adds.filter((grant) => !keep.has(grant.lockId) || !covers(intervalsAt(grant.lockId), effective(grant, now))),
    removals: [...unmatched]
      .filter(({ lockId }) => !keep.has(lockId))
      .map((grant) => ({
        grant,
        sentence: wanted.find((each) => each.lockId === grant.lockId)?.reason ?? whyNot(grant.lockId),
      })),
    clear: over,
  };
}

/** A window as it counts from now on: a start that is over is no difference. */
export function effective(window: { from: Instant | null; until: Instant | null }, now: Instant): Interval {
  const { from, until } = toInterval(window);
  return { from: from <= now ? Number.NEGATIVE_INFINITY : from, until };
}

function sameTime(a: CurrentGrant, b: DesiredGrant, now: Instant): boolean {
  const [one, other] = [effective(a, now), effective(b, now)];
  return one.from === other.from && one.until === other.until;
}

const byId = (grants: readonly CurrentGrant[]): CurrentGrant[] =>
  [...new Map(grants.map((each) => [each.id, each])).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
