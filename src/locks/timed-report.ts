// What is reported of a lock system that keeps no windows: rows as the grants that they are, and the real grants that no
// row stands on. Reads nothing and changes nothing.
import type { CurrentGrant, Instant, Standing } from '../access/model.ts';
import type { TimedGrant } from '../store/filled-in.ts';
import { isOpen } from './settle.ts';

const SECOND = 1000;
/** For so long after its beginning a window without its real grant is the timer's business, and no damage. */
const TIMER_AT_IT = 60 * SECOND;
/** When a window that should be open, and really is not, is reported to have ended: it is added anew then. */
const NEVER: Instant = 0;

export const throughTheirs: Standing = { state: 'theirs', words: null };

type Look = {
  /** The rows as they were read before and after the real grants: what changed in between is taken for good. */
  before: readonly TimedGrant[];
  after: readonly TimedGrant[];
  real: readonly CurrentGrant[];
};

/** `unclaimed`: the real grants that no row stands on. */
export function reportOf(
  { before, after, real }: Look,
  now: Instant,
  isOurNote: (note: string | null) => boolean,
): { rows: CurrentGrant[]; unclaimed: CurrentGrant[] } {
  const byId = new Map(real.map((grant) => [grant.id, grant]));
  const earlier = new Map(before.map((row) => [row.id, row]));
  const taken = new Set([...before, ...after].flatMap(({ realId }) => realId ?? []));
  const adopted = new Set<string>();

  const isChanged = ({ id, realId, theirs }: TimedGrant) =>
    earlier.get(id)?.realId !== realId || earlier.get(id)?.theirs !== theirs;

  /** The real grant whose answer never came. */
  function unanswered(row: TimedGrant): CurrentGrant | undefined {
    const found = real.find(
      (each) => row.asked && isAt(each, row) && isOurNote(each.note) && (!taken.has(each.id) || adopted.has(each.id)),
    );
    if (found) {
      taken.add(found.id);
      adopted.add(found.id);
    }
    return found;
  }

  /** How an open window stands; 'damaged': it is not open. */
  function standingOf(row: TimedGrant): Standing | 'damaged' | undefined {
    if (row.theirs) return real.some((each) => isAt(each, row)) || isChanged(row) ? throughTheirs : 'damaged';
    const grant = row.realId === null ? unanswered(row) : byId.get(row.realId);
    if (grant) return grant.standing;
    const isExpected = row.realId === null ? row.from !== null && row.from > now - TIMER_AT_IT : isChanged(row);
    return isExpected ? undefined : 'damaged';
  }

  const rows = after.map((row): CurrentGrant => {
    const { id, lockUserId, lockId, from, until, note } = row;
    const grant = { id, lockUserId, lockId, from, until, note };
    if (!isOpen(row, now)) {
      // What it left behind goes with it, and must not pass for a grant that stands by itself.
      if (row.realId === null) unanswered(row);
      return grant;
    }
    const standing = standingOf(row);
    if (standing === 'damaged') return { ...grant, from: null, until: NEVER };
    return standing ? { ...grant, standing } : grant;
  });
  return { rows, unclaimed: real.filter(({ id }) => !taken.has(id)) };
}

const isAt = (grant: CurrentGrant, row: TimedGrant): boolean =>
  grant.lockUserId === row.lockUserId && grant.lockId === row.lockId;
