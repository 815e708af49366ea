// Hours after it got calm: every opening is judged, once, and what the relay says of it is so on Cobot.
import type { Opened } from './money.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

type Row = Record<string, unknown>;

export function checkOpenings(world: World): void {
  const rows = world.machine.disk.rows('select lock_user_id, lock_id, occurred_at, outcome from openings');
  for (const opening of world.money.openings) {
    const found = rows.filter((row) => isOf(opening, row));
    const meant = world.money.openings.filter((each) => isSame(each, opening)).length;
    if (found.length > meant) {
      throw new Violation(
        'an opening counts once',
        `${wordsOf(opening)}, and it is written down ${found.length} times`,
      );
    }
    checkOpening(opening, found[0], world);
  }
}

const isSame = (a: Opened, b: Opened): boolean => a.lockUserId === b.lockUserId && a.at === b.at;
const isOf = ({ lockUserId, at }: Opened, row: Row): boolean =>
  row['lock_user_id'] === lockUserId && Number(row['occurred_at']) === at;
const wordsOf = ({ human, lock, at }: Opened): string =>
  `${human?.name ?? 'a stranger'} opened ${lock.name} at ${new Date(at).toISOString()}`;

function checkOpening(opening: Opened, row: Row | undefined, world: World): void {
  const rule = 'every opening takes effect';
  const words = wordsOf(opening);
  if (!row) {
    // One that was to be told late may not have been told yet, or of somebody who is gone by now.
    const isGone = !world.locks.people().some(({ id }) => id === opening.lockUserId);
    // Told late, and that lost as well: nobody ever hears of it.
    if (opening.isToldLate && world.counts.has('webhook lost')) return;
    if (isGone || world.clock.now() - opening.at < 12 * HOUR) return;
    throw new Violation(rule, `${words}, and the relay has never heard of it`);
  }
  const { outcome } = row;
  if (outcome === null) throw new Violation(rule, `${words}, and it was never judged`);
  if (opening.human === null && outcome !== 'not ours') {
    throw new Violation('strangers are nobody’s business', `${words}, and the relay made of it: ${outcome}`);
  }
  const isSaid = outcome === 'checked in' || outcome === 'checked in already';
  if (isSaid && !isCheckedIn(opening, world)) {
    throw new Violation(rule, `${words}, and the relay says "${outcome}", but Cobot has no such check-in`);
  }
}

function isCheckedIn({ human, at }: Opened, { cobot, days }: World): boolean {
  const ids = human?.memberIds ?? [];
  // What is deleted on Cobot takes its check-ins along.
  if (ids.some((id) => !cobot.members.has(id))) return true;
  const day = days.cobotDayOf(at);
  return [...cobot.checkIns.values()].some(
    ({ memberId, from, until }) => ids.includes(memberId) && until > at - SECOND && days.cobotDayOf(from) === day,
  );
}
