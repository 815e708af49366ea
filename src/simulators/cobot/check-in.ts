// Cobot's rules for a check-in: who may, how long it runs, and which pass it spends (the fitting one that expires
// first; without a time pass on the plan, none). Words of refusals are for people and may change.
import type { Instant } from '../../access/model.ts';
import { endOfCobotDay, spanEnd } from '../local-time.ts';
import type { CheckIn, CobotSpace, Member, Pass } from './space.ts';

export type CheckedIn = { checkIn: CheckIn; made: boolean } | { refused: string };

export function checkInNow(space: CobotSpace, member: Member): CheckedIn {
  const now = space.clock.now();
  if (member.confirmedAt === null || !space.hasBegun(member) || space.hasEnded(member)) {
    return { refused: 'The membership is not active.' };
  }

  const current = currentCheckIn(space, member);
  if (current && space.switches.repeatCheckIn === 'existing') return { checkIn: current, made: false };
  if (current && space.switches.repeatCheckIn === '422') return { refused: 'Already checked in.' };

  const endOfDay = endOfCobotDay(now, space.zone);
  if (space.planInForce(member).passes.length === 0) {
    return { checkIn: space.addCheckIn(member, { from: now, until: endOfDay }), made: true };
  }
  const unused = unusedPasses(space, member, now);
  const pass = unused.find((each) => passEnd(space, each, now) !== null);
  if (!pass) return { refused: unused.length === 0 ? 'No time passes left.' : 'No time pass is valid at this time.' };
  const until = Math.min(endOfDay, passEnd(space, pass, now) ?? endOfDay);
  return { checkIn: space.addCheckIn(member, { from: now, until, pass }), made: true };
}

/** The latest one, where there are several (guests). */
export function currentCheckIn(space: CobotSpace, member: Member): CheckIn | undefined {
  const now = space.clock.now();
  return space.checkInsOf(member).findLast(({ from, until }) => from <= now && now < until);
}

/** Of the member and the team, in the order in which they are spent. */
function unusedPasses(space: CobotSpace, member: Member, now: Instant): Pass[] {
  const sharers = space.members.values().filter(({ teamId }) => teamId !== null && teamId === member.teamId);
  const owners = new Set([member.id, ...sharers.map(({ id }) => id)]);
  return space.passes
    .values()
    .filter(
      ({ memberId, usedAt, expiresAt }) => owners.has(memberId) && usedAt === null && (expiresAt ?? now + 1) > now,
    )
    .toArray()
    .sort((a, b) => expiry(a) - expiry(b) || foreign(a, member) - foreign(b, member) || a.createdAt - b.createdAt);
}

/** Finite, since Infinity - Infinity is not a number to sort by. */
function expiry({ expiresAt }: Pass): number {
  return expiresAt ?? Number.MAX_SAFE_INTEGER;
}

/** Which of two goes first when they expire together is not documented; here, the member's own. */
function foreign(pass: Pass, member: Member): number {
  return pass.memberId === member.id ? 0 : 1;
}

/** When a check-in with that pass would end; null = it does not fit now. */
function passEnd(space: CobotSpace, pass: Pass, now: Instant): Instant | null {
  if (pass.spans.length === 0) return endOfCobotDay(now, space.zone);
  const ends = pass.spans.map((span) => spanEnd(span, now, space.zone)).filter((end) => end !== null);
  return ends.length > 0 ? Math.max(...ends) : null;
}
