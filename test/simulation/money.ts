// Check-ins, looked at after every call to Cobot: who made them, what for, and whether a pass went twice.
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { CheckIn } from '../../src/simulators/cobot/space.ts';
import type { Cast, Human } from './cast.ts';
import type { LocalDays } from './local-days.ts';
import { Violation } from './violation.ts';

export type Opened = {
  human: Human | null;
  lockUserId: string;
  lock: { id: string; name: string };
  at: number;
  /** The lock was offline. */
  isToldLate: boolean;
};

const MINUTE = 60_000;

export function createMoney(given: {
  cobot: CobotSimulator;
  cast: Cast;
  days: LocalDays;
  now(): number;
  happened(what: string): void;
  inTrouble(): boolean;
}) {
  const { cobot, cast, days } = given;
  const known = new Map<string, CheckIn>();
  const byRelay = new Set<string>();
  const openings: Opened[] = [];

  /** What is new was made at the desk. */
  function desk(): void {
    for (const checkIn of cobot.checkIns.values()) known.set(checkIn.id, { ...checkIn });
  }

  function made(checkIn: CheckIn, others: readonly CheckIn[]): void {
    byRelay.add(checkIn.id);
    given.happened('the relay checks in');
    const human = cast.byMember(checkIn.memberId);
    const day = days.cobotDayOf(checkIn.from);
    const todays = openings.filter((each) => each.human === human && days.cobotDayOf(each.at) === day);
    // At the desk in the same moment: nobody could know it in time.
    const before = others.filter(
      (each) =>
        human?.memberIds.includes(each.memberId) && (byRelay.has(each.id) || each.from < checkIn.from - 2 * MINUTE),
    );
    const words = `membership ${checkIn.memberId} of ${human?.name} was checked in at ${new Date(checkIn.from).toISOString()}`;
    const isDue = todays.some(
      ({ at }) =>
        !before.some(
          ({ from, until, memberId }) => memberId === checkIn.memberId && until > at && days.cobotDayOf(from) === day,
        ),
    );
    if (!isDue && checkIn.passId !== null)
      throw new Violation(
        'no pass is spent twice',
        `${words} and a pass was spent, although every opening of that day is covered by a check-in or followed by one`,
      );
    if (todays.length === 0) throw new Violation('no check-in without an opening', words);
  }

  return {
    openings,
    byRelay,
    desk,
    opened: (opening: Opened) => void openings.push(opening),
    look(): void {
      const fresh = [...cobot.checkIns.values()].filter(({ id }) => !known.has(id));
      for (const checkIn of fresh) made(checkIn, [...known.values()]);
      desk();
    },
  };
}
