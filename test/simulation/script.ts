// What happens in one simulated life of a space, made up front from a seed, as data: leave some of it out, and the rest
// happens all the same, at its time. Says what, never how: deeds.ts and faults.ts carry it out.
import { seededRandom } from '../../src/simulators/chance.ts';
import { dealtFaults } from './dealt.ts';
import { chanceOf, type Dice } from './dice.ts';
import type { Deed, Happening } from './happening.ts';
import type { HouseRules } from './house-rules.ts';
import { brokenRules, someFault, someRules } from './some.ts';
import { decides, someStory } from './stories.ts';

export type SystemName = 'smartlock' | 'unifi';

export type Script = {
  seed: number;
  system: SystemName;
  start: number;
  /** Virtual days until it gets calm. */
  days: number;
  sweepMinutes: number;
  people: number;
  plansAtFirst: number[];
  rules: HouseRules;
  switches: Record<
    | 'repeatCheckIn'
    | 'duplicateToken'
    | 'sameEmail'
    | 'errorShape'
    | 'canceledToDay'
    | 'notFoundBody'
    | 'emptyFields'
    | 'passNames'
    | 'echo',
    number
  >;
  listHoldsFuture: boolean;
  limits: boolean;
  happenings: Happening[];
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Weeks around the turn of a month and of a year, and around both days on which clocks are changed. */
const STARTS = [
  '2026-11-23T08:00Z',
  '2026-12-24T08:00Z',
  '2026-10-21T07:00Z',
  '2027-03-24T08:00Z',
  '2027-02-24T08:00Z',
];

export function scriptOf(seed: number, only?: SystemName): Script {
  const random = seededRandom(seed * 7919 + 17);
  const dice = chanceOf(random);
  const people = dice.from(6, 11);
  const days = dice.from(6, 15);
  const system = only ?? (seed % 3 === 0 ? 'unifi' : 'smartlock');
  const rough = dice.pick([0, 1, 1, 2]);
  const span = days * DAY;
  const deeds = Array.from({ length: dice.from(40, 70) }, () => ({ at: busy(dice, days), ...someDeed(dice) }));
  const happenings: Happening[] = [
    ...deeds,
    ...Array.from({ length: dice.from(1, 3) }, () => someStory(dice, busy(dice, days))).flat(),
    ...dealtFaults(seed, dice, deeds),
    ...Array.from({ length: rough * dice.from(3, 7) }, () => ({ at: dice.from(0, span), ...someFault(dice) })),
  ];
  return {
    seed,
    system,
    start: Date.parse(dice.pick(STARTS)) + dice.from(0, 47) * HOUR,
    days,
    sweepMinutes: dice.pick([90, 180, 240, 360]),
    people,
    plansAtFirst: Array.from({ length: people }, () => dice.from(0, 4)),
    rules: someRules(dice),
    switches: {
      repeatCheckIn: dice.pick([0, 0, 1, 2]),
      duplicateToken: dice.from(0, 1),
      errorShape: dice.from(0, 2),
      canceledToDay: dice.from(0, 1),
      notFoundBody: dice.from(0, 2),
      emptyFields: dice.from(0, 1),
      passNames: dice.from(0, 2),
      sameEmail: seed % 2,
      echo: dice.from(0, 1),
    },
    listHoldsFuture: dice.is(0.5),
    limits: dice.is(0.8),
    happenings: happenings.toSorted((a, b) => a.at - b.at),
  };
}

/** People come by day, and now and then at night. */
function busy(dice: Dice, days: number): number {
  const hour = dice.is(0.85) ? dice.from(0, 12 * 60) : dice.from(0, 24 * 60);
  return dice.from(0, days - 1) * DAY + hour * MINUTE + dice.from(0, 59_000);
}

function someDeed(dice: Dice): Deed {
  const who = dice.from(0, 99);
  const plan = dice.from(0, 4);
  const inDays = dice.pick([0, 0, 1, 2, 3, 5]);
  const deeds: [number, () => Deed][] = [
    [12, () => opens(dice)],
    [2, () => ({ kind: 'joins', who, plan, startsIn: dice.pick([0, 0, 0, 1, 3]), confirmed: dice.is(0.8) })],
    [1, () => ({ kind: 'is confirmed', who })],
    [3, () => ({ kind: 'cancels', who, inDays })],
    [1, () => ({ kind: 'is uncancelled', who })],
    [1, () => ({ kind: 'is deleted', who })],
    [0.6, () => ({ kind: 'many cancel', who, count: dice.from(4, 8), inDays: dice.pick([-1, 0, 1]) })],
    [2, () => ({ kind: 'changes plan', who, plan, inDays: dice.pick([null, null, 0, 1, 2, 4]) })],
    [0.4, () => ({ kind: 'many change plan', who, count: dice.from(4, 8), plan })],
    [1, () => ({ kind: 'shares a team', who, with: dice.from(0, 99) })],
    [5, () => buys(dice)],
    [1, () => ({ kind: 'loses a pass', who })],
    [4, () => books(dice)],
    [
      1.5,
      () => ({
        kind: 'moves a booking',
        which: dice.from(0, 99),
        by: dice.from(-8, 8) * 15 * MINUTE,
        to: dice.is(0.2) ? who : null,
      }),
    ],
    [1, () => ({ kind: 'deletes a booking', which: dice.from(0, 99) })],
    [2, () => ({ kind: 'checks in at the desk', who })],
    [1, () => ({ kind: 'checks out', who })],
    [1, () => ({ kind: 'changes the email', who })],
    [1, () => ({ kind: 'changes the name', who })],
    [1, () => ({ kind: 'stranger opens a door', lock: dice.from(0, 9) })],
    [1, () => ({ kind: 'house rules', rules: dice.is(0.35) ? brokenRules(dice) : someRules(dice) })],
    [0.6, () => decides(dice)],
    [1, () => ({ kind: 'forged webhook', who, shape: dice.from(0, 4) })],
  ];
  return dice.weighted(deeds)();
}

function opens(dice: Dice): Deed {
  return {
    kind: 'opens a door',
    who: dice.from(0, 99),
    lock: dice.from(0, 9),
    told: dice.pick(['at once', 'at once', 'at once', 'twice', 'never']),
    lateBy: dice.is(0.1) ? dice.from(1, 600) * MINUTE : 0,
    anyway: dice.is(0.1),
  };
}

function buys(dice: Dice): Deed {
  return {
    kind: 'buys a pass',
    who: dice.from(0, 99),
    span: dice.from(0, 4),
    expiresIn: dice.is(0.5) ? null : dice.from(1, 96) * HOUR,
    endOfPeriod: dice.is(0.2),
  };
}

function books(dice: Dice): Deed {
  return {
    kind: 'books',
    who: dice.from(0, 99),
    room: dice.from(0, 9),
    startsIn: dice.pick([dice.from(-2, 8), dice.from(0, 300)]) * 15 * MINUTE,
    length: dice.from(1, 16) * 15 * MINUTE,
  };
}
