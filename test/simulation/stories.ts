// Things that belong together, which chance alone would hardly ever bring about: a day that costs passes while Cobot's
// answers get lost, somebody who is new while the lock system's do, many who leave at once and a person who decides.
import type { Dice } from './dice.ts';
import type { Fault } from './faults.ts';
import type { Deed, Happening } from './happening.ts';
import { LOST_ANSWERS } from './some.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** By the order of PLANS. */
const DAY_PASS = 2;
const VIRTUAL = 4;

/** `at`: when it begins. */
export function someStory(dice: Dice, at: number): Happening[] {
  const story = dice.weighted<(dice: Dice, at: number) => Happening[]>([
    [4, dayWithPasses],
    [2, newcomer],
    [3, manyLeave],
  ]);
  return story(dice, at);
}

function dayWithPasses(dice: Dice, at: number): Happening[] {
  const who = dice.from(0, 99);
  const opens = (after: number): Happening => ({
    at: at + after,
    kind: 'opens a door',
    who,
    lock: dice.from(0, 9),
    told: dice.pick(['at once', 'at once', 'at once', 'twice']),
    lateBy: 0,
    anyway: false,
  });
  const day: Happening[] = [
    { at, kind: 'changes plan', who, plan: DAY_PASS, inDays: null },
    ...[1, 2, 3].map(
      (minute): Happening => ({
        at: at + minute * MINUTE,
        kind: 'buys a pass',
        who,
        span: 0,
        expiresIn: null,
        endOfPeriod: false,
      }),
    ),
  ];
  const arrival = 40 * MINUTE;
  if (dice.is(0.3)) {
    day.push(
      { at: at + arrival - SECOND, kind: 'webhooks', what: 'lost', forMs: 2 * MINUTE, share: 1 },
      { at: at + arrival, kind: 'checks in at the desk', who },
    );
  } else {
    day.push({ at: at + arrival - SECOND, ...lostAnswer(dice, 'cobot', 'check-ins') });
    if (dice.is(0.3)) day.push({ at: at + arrival - SECOND, ...crash(dice) });
  }
  day.push(opens(arrival + 5 * MINUTE));
  // While the first may still be on its way.
  if (dice.is(0.6)) day.push(opens(arrival + 5 * MINUTE + dice.from(2, 50) * SECOND));
  if (dice.is(0.5)) day.push(opens(arrival + dice.from(10, 180) * MINUTE));
  return day;
}

function newcomer(dice: Dice, at: number): Happening[] {
  return [
    { at: at - SECOND, ...lostAnswer(dice, 'locks', 'registrations') },
    ...(dice.is(0.3) ? [{ at: at - SECOND, ...crash(dice) }] : []),
    // Every fourth is no member at first.
    {
      at,
      kind: 'joins',
      who: dice.pick([3, 7, 11]),
      plan: dice.pick([0, 1]),
      startsIn: 0,
      confirmed: true,
    },
  ];
}

function manyLeave(dice: Dice, at: number): Happening[] {
  const who = dice.from(0, 99);
  const count = dice.from(5, 9);
  const leave: Deed = dice.is(0.6)
    ? { kind: 'many cancel', who, count, inDays: dice.pick([-1, -1, 0]) }
    : { kind: 'many change plan', who, count, plan: VIRTUAL };
  const first = dice.from(10, 8 * 60) * MINUTE;
  return [
    { at, ...leave },
    { at: at + first, ...decides(dice) },
    ...(dice.is(0.6) ? [{ at: at + first + dice.from(1, 20 * 60) * MINUTE, ...decides(dice) }] : []),
    ...(dice.is(0.3) ? [{ at: at + first + 2 * HOUR, kind: 'is uncancelled' as const, who }] : []),
  ];
}

export function decides(dice: Dice): Deed {
  return {
    kind: dice.is(0.5) ? 'operator approves' : 'operator rejects',
    which: dice.from(0, 9),
    of: dice.pick(['all', 'a person', 'a line']),
  };
}

/** The first one or two answers are lost, and what they were for has been done all the same, or will be. */
function lostAnswer(dice: Dice, side: 'cobot' | 'locks', on: 'check-ins' | 'registrations'): Fault {
  return {
    kind: 'trouble',
    side,
    what: dice.pick(LOST_ANSWERS),
    on,
    forMs: 20 * MINUTE,
    share: 1,
    times: dice.from(1, 2),
    lateMs: dice.pick([13, 22, 37]) * SECOND,
  };
}

function crash(dice: Dice): Fault {
  return {
    kind: 'crash',
    in: dice.pick(['call', 'commit']),
    afterSteps: dice.from(0, 12),
    when: 'after',
    downMs: dice.from(1, 40) * SECOND,
  };
}
