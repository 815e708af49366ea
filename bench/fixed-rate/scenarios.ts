// What the other sides do while webhooks come in at a fixed rate.
import type { Mode } from '../upstreams/upstreams-process.ts';

/** Time of one call, where the other sides answer. */
export const DELAY = 50;

export type Scenario = {
  name: 'answering' | 'refusing' | 'hanging' | 'failing' | 'killed';
  perSecond: number;
  seconds: number;
  /** Milliseconds after the first webhook. */
  trouble?: { from: number; until: number };
};

const answering: Mode = { kind: 'answering', delayMs: DELAY };

/** Before it begins and, but for `failing`, when trouble is over. */
export function usualMode({ name }: Scenario): Mode {
  return name === 'failing' ? { kind: 'failing', delayMs: DELAY } : answering;
}

export function troubleMode({ name }: Scenario): Mode | null {
  return name === 'refusing' || name === 'hanging' ? { kind: name } : null;
}

const outage = (name: 'refusing' | 'hanging', perSecond: number, seconds: number): Scenario => ({
  name,
  perSecond,
  seconds,
  trouble: { from: seconds * 200, until: seconds * 800 },
});

export const SCENARIOS: readonly Scenario[] = [
  { name: 'answering', perSecond: 20, seconds: 8 },
  { name: 'answering', perSecond: 100, seconds: 5 },
  { name: 'answering', perSecond: 500, seconds: 2 },
  // 15 seconds of 25, as in the figures that the aims come from.
  outage('refusing', 20, 25),
  outage('refusing', 100, 5),
  outage('refusing', 500, 2),
  outage('hanging', 20, 25),
  outage('hanging', 100, 5),
  outage('hanging', 500, 2),
  { name: 'failing', perSecond: 20, seconds: 4 },
  { name: 'failing', perSecond: 100, seconds: 10 },
  { name: 'failing', perSecond: 500, seconds: 2 },
  { name: 'killed', perSecond: 25, seconds: 12 },
];

export const QUICK_SCENARIOS: readonly Scenario[] = [
  { name: 'answering', perSecond: 20, seconds: 2 },
  outage('refusing', 20, 3),
  { name: 'failing', perSecond: 20, seconds: 2 },
];
