// House rules and faults as they may be, made of dice.
import type { Dice } from './dice.ts';
import { COBOT_LISTS, COBOT_TROUBLES, type Fault, LOCK_TROUBLES, type Trouble, WEBHOOK_TROUBLES } from './faults.ts';
import type { HouseRule, HouseRules } from './house-rules.ts';

export const PLANS = ['Full Time', 'Studio', 'Day Pass', 'Week Pass', 'Virtual'] as const;
export const LOCKS = ['Front door', 'Studio', 'Meeting Room A'] as const;
export const ROOMS = ['Meeting Room A', 'Booth'] as const;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WORKDAYS = [1, 2, 3, 4, 5];

const rules: HouseRule[] = [
  { name: 'Front door for everybody', locks: ['Front door'], plans: 'all' },
  { name: 'Every door', locks: 'all', plans: 'all', except: ['Virtual'] },
  { name: 'Studio', locks: ['Studio'], plans: ['Studio', 'Week Pass'] },
  {
    name: 'Studio in working hours',
    locks: ['Studio'],
    plans: ['Full Time', 'Day Pass'],
    hours: [{ days: WORKDAYS, from: 480, to: 1200 }],
  },
  { name: 'Front door at night', locks: ['Front door'], plans: ['Full Time'], hours: [{ from: 1320, to: 360 }] },
  {
    name: 'Front door without a pass',
    locks: ['Front door'],
    plans: ['Day Pass'],
    passes: 'ignore',
    hours: [{ from: 600, to: 660 }],
  },
  {
    name: 'Room for bookers',
    locks: ['Meeting Room A', 'Front door'],
    plans: 'all',
    booking: { resource: 'Meeting Room A', before: 10, after: 5 },
  },
  {
    name: 'Any room for its bookers',
    locks: ['Front door'],
    plans: 'all',
    booking: { resource: 'all', before: 15, after: 0 },
  },
  {
    name: 'Booth',
    locks: ['Studio'],
    plans: ['Day Pass', 'Virtual'],
    booking: { resource: 'Booth', before: 0, after: 30 },
  },
];

export function someRules(dice: Dice): HouseRules {
  const chosen = rules.filter((_, index) => dice.is(index < 2 ? 0.6 : 0.45));
  const [first] = rules;
  return {
    rules: chosen.length > 0 || !first ? chosen : [first],
    cancellation: dice.pick(['last day in', 'last day in', 'first day out']),
    blocked: dice.is(0.12) ? [`person-${dice.from(0, 5)}@example.com`] : [],
    brake: dice.pick([null, { members: 3, percent: 10 }, { members: 3, percent: 10 }, { members: 1, percent: 10 }]),
  };
}

export function brokenRules(dice: Dice): string {
  return dice.pick([
    'version: 1\nrules: [',
    'version: 1\nrules: []\n',
    'version: 1\nrules:\n  - name: A\n    locks: [Frnt door]\n    members: all\n',
    'version: 1\nrules:\n  - name: A\n    locks: [all]\n    plans: [Fll Time]\n',
    '',
  ]);
}

/** What costs money, where it is done twice. */
export const LOST_ANSWERS: readonly Trouble[] = ['no answer after', 'lands late', 'reset after', '503'];

export function someFault(dice: Dice): Fault {
  const forMs = dice.pick([20_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR]);
  const share = dice.pick([0.3, 0.7, 1]);
  const faults: [number, () => Fault][] = [
    [5, () => trouble(dice, 'cobot', dice.pick(COBOT_TROUBLES), forMs, share)],
    [4, () => trouble(dice, 'locks', dice.pick(LOCK_TROUBLES), forMs, share)],
    [
      4,
      () => ({
        kind: 'trouble',
        side: 'cobot',
        what: dice.pick(LOST_ANSWERS),
        on: 'check-ins',
        forMs: 30 * HOUR,
        share,
      }),
    ],
    [
      4,
      () => ({
        kind: 'webhooks',
        what: dice.pick(WEBHOOK_TROUBLES),
        forMs: forMs * 3,
        share,
      }),
    ],
    [
      4,
      () => ({
        kind: 'crash',
        in: dice.pick(['call', 'commit']),
        afterSteps: dice.from(0, 30),
        when: dice.pick(['before', 'after']),
        downMs: dice.from(1, 120) * 1000,
      }),
    ],
    [0.7, () => ({ kind: 'restart', downMs: dice.from(1, 60) * 1000 })],
    [0.7, () => ({ kind: 'asleep', ms: dice.pick([MINUTE, 20 * MINUTE, 3 * HOUR, 11 * HOUR]) })],
    [0.7, () => ({ kind: 'wrong clock', by: dice.pick([-90_000, -5000, 5000, 90_000]), forMs })],
    [1, () => ({ kind: 'down', side: dice.pick(['cobot', 'locks']), forMs })],
  ];
  return dice.weighted(faults)();
}

function trouble(dice: Dice, side: 'cobot' | 'locks', what: Trouble, forMs: number, share: number): Fault {
  // One of them takes ten seconds: an hour of it is as telling as a day.
  const most = what.startsWith('no answer') || what === 'slow' || what === 'lands late' ? 40 * MINUTE : forMs;
  const lies = what === 'empty' || what === 'lacking';
  const on = lies ? dice.pick(COBOT_LISTS) : dice.pick(['all', 'all', 'reads', 'writes', 'check-ins'] as const);
  return { kind: 'trouble', side, what, on: what === 'not there' ? 'reads' : on, forMs: Math.min(forMs, most), share };
}
