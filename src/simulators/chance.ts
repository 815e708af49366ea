// Randomness for the simulators: handed in wherever it is used, so that a simulated run can be repeated from its seed.
import { randomInt } from 'node:crypto';

/** From 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

const STEPS = 2 ** 32;

export const cryptoRandom: Random = () => randomInt(STEPS) / STEPS;

/** The same seed gives the same run (a Weyl sequence with a mixing step; not for secrets). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / STEPS;
  };
}

export function hexId(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
}
