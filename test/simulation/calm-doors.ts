// Hours after it got calm: every door, for everybody, now and as far ahead as windows reach, against the oracle.
import type { Human } from './cast.ts';
import type { HouseRules } from './house-rules.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const HOURS_AHEAD = [0, 1, 3, 7, 12, 23, 25, 36, 49, 60];

export type But = 'but for what is held' | 'without but';

export function checkDoors(world: World, how: But): void {
  const { cast, doorList, clock, locks } = world;
  const now = clock.now();
  const rules = rulesInForce(world);
  // Without windows, what will be is not there to be seen.
  const moments = locks.keepsWindows
    ? [...HOURS_AHEAD.map((hours) => now + hours * HOUR), ...edges(rules, world)]
    : [now];
  for (const human of cast.humans) {
    for (const door of doorList) {
      if (isHeld(world, human, door.id, how)) continue;
      for (const at of moments) checkDoor(world, human, door, at, rules);
    }
  }
}

/** The very seconds at which hours begin and end, tomorrow, and the ones before them. */
function edges({ rules }: HouseRules, { days, clock }: World): number[] {
  const tomorrow = days.addDays(days.at(clock.now()).date, 1);
  return rules
    .flatMap(({ hours = [] }) => hours)
    .flatMap(({ from, to }) => [from, to])
    .map((minute) => days.instant(tomorrow, minute))
    .flatMap((at) => [at - SECOND, at]);
}

function rulesInForce({ history, watch }: World): HouseRules {
  const rules = history.rulesOf(watch.inForce() ?? '');
  const file = history.file();
  const rule = 'the rules are in force';
  if (!rules) throw new Violation(rule, 'no policy is in force that was ever in the file');
  if (!file?.rules || file.rules === rules) return rules;
  throw new Violation(rule, 'the file holds another policy than the one in force, hours after it was written');
}

/** What a person has approved is not held any more. */
function isHeld({ watch }: World, human: Human, lockId: string, how: But): boolean {
  const held = watch.heldBack(human, lockId);
  if (held === undefined || held.startsWith('approved')) return false;
  return how === 'but for what is held' || held.startsWith('rejected');
}

function checkDoor(
  { watch, history, doors, clock }: World,
  human: Human,
  { id, name }: { id: string; name: string },
  at: number,
  rules: HouseRules,
): void {
  const truth = history.latest();
  const ask = (moment: number, how: 'leave' | 'insist') => watch.ask(human, name, moment, truth, rules, how);
  // Check-ins do not end with a whole second.
  const isDoubtful = truth.checkIns.some(({ until }) => Math.abs(until - at) < 3 * SECOND);
  const near = isDoubtful ? [at - 2 * SECOND, at, at + 2 * SECOND] : [at];
  const may = near.some((moment) => ask(moment, 'leave') !== null);
  const must = near.every((moment) => ask(moment, 'insist') !== null);
  const who = `${human.name} (${human.emails.at(-1)}, memberships ${human.memberIds.join(', ')})`;
  const when = at === clock.now() ? 'now' : `at ${new Date(at).toISOString()}`;
  const rule = 'doors equal the decision';
  if (doors.isOpen(human, id, at, 'the relay’s') && !may) {
    throw new Violation(rule, `hours after it got calm ${who} can still open ${name} ${when}, which nothing gives`);
  }
  if (!doors.isOpen(human, id, at) && must) {
    const words = `hours after it got calm ${who} cannot open ${name} ${when}`;
    throw new Violation(rule, `${words}, although "${ask(at, 'insist')}" gives it`);
  }
}
