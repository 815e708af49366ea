// Faults that do not come by chance but in turn, as cards are dealt: in a few seeds in a row each kind that there is has
// come, right before something is done that it can spoil.
import type { Dice } from './dice.ts';
import {
  COBOT_LISTS,
  COBOT_TROUBLES,
  crashName,
  type Fault,
  LOCK_TROUBLES,
  type Trouble,
  WEBHOOK_TROUBLES,
} from './faults.ts';
import type { Deed, Happening } from './happening.ts';

/** `name`: as it is counted once it has really happened. */
type Card = {
  name: string;
  fault(dice: Dice): Fault;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** They strike a few times, and wait for that until the next sweep: there are six hours between them at most. */
const LONG_ENOUGH = 7 * HOUR;
/** One membership alone is not read for days, where nothing is told of any. */
const UNTIL_ONE_IS_READ = 60 * HOUR;
/** To each seed. */
const DEALT = 6;
/** Lies about one thing are not dealt together. Has no divisor in common with the number of cards. */
const STRIDE = 7;
/** Where the relay has something to do at once, on both sides. */
const BUSY: ReadonlySet<Deed['kind']> = new Set(['books', 'buys a pass', 'cancels', 'changes plan', 'joins']);

const shortly = (dice: Dice) => dice.pick([20, 70, 400]) * MINUTE;

function troubleOf(dice: Dice, side: 'cobot' | 'locks', what: Trouble): Fault {
  const on = what === 'empty' || what === 'lacking' ? dice.pick(COBOT_LISTS) : 'all';
  const forMs = what === 'not there' ? UNTIL_ONE_IS_READ : LONG_ENOUGH;
  return { kind: 'trouble', side, what, on, forMs, share: dice.pick([0.6, 1]), times: dice.from(1, 8) };
}

function crash(at: 'call' | 'commit', when: 'before' | 'after'): Card {
  return {
    name: crashName({ at, when }),
    fault: (dice) => ({
      kind: 'crash',
      in: at,
      when,
      afterSteps: dice.from(0, 12),
      downMs: dice.from(1, 120) * 1000,
    }),
  };
}

const deck: readonly Card[] = [
  ...COBOT_TROUBLES.map((what) => ({
    name: `cobot: ${what}`,
    fault: (dice: Dice) => troubleOf(dice, 'cobot', what),
  })),
  ...LOCK_TROUBLES.map((what) => ({ name: `locks: ${what}`, fault: (dice: Dice) => troubleOf(dice, 'locks', what) })),
  ...(['cobot', 'locks'] as const).map((side) => ({
    name: `${side}: down`,
    fault: (dice: Dice): Fault => ({ kind: 'down', side, forMs: shortly(dice) }),
  })),
  ...WEBHOOK_TROUBLES.map((what) => ({
    name: `webhook ${what}`,
    fault: (dice: Dice): Fault => ({
      kind: 'webhooks',
      what,
      forMs: LONG_ENOUGH,
      share: 1,
      times: dice.from(1, 3),
    }),
  })),
  crash('call', 'before'),
  crash('call', 'after'),
  crash('commit', 'before'),
  crash('commit', 'after'),
  { name: 'restart', fault: (dice) => ({ kind: 'restart', downMs: dice.from(1, 60) * 1000 }) },
  { name: 'asleep', fault: (dice) => ({ kind: 'asleep', ms: dice.pick([20, 180]) * MINUTE }) },
  {
    name: 'wrong clock',
    fault: (dice) => ({ kind: 'wrong clock', by: dice.pick([-90_000, 90_000]), forMs: shortly(dice) }),
  },
];

/** Every kind of fault, as it is counted. */
export const EVERY_FAULT: readonly string[] = deck.map(({ name }) => name);

export function dealtFaults(seed: number, dice: Dice, deeds: readonly ({ at: number } & Deed)[]): Happening[] {
  const busy = deeds.filter(({ kind }) => BUSY.has(kind));
  return Array.from({ length: DEALT }, (_, index) => {
    const card = deck[((seed * DEALT + index) * STRIDE) % deck.length];
    const deed = busy[dice.from(0, Math.max(0, busy.length - 1))];
    return card && deed ? [{ at: Math.max(0, deed.at - 1000), ...card.fault(dice) }] : [];
  }).flat();
}
