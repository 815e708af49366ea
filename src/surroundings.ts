// Everything through which a service meets the world: what app.ts takes where nobody hands in another one, as a simulation
// does.
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { type Clock, systemClock } from './lib/clock.ts';
import { disk, type Files } from './lib/files.ts';
import type { Log } from './lib/log.ts';
import type { Wire } from './lib/wire.ts';
import { openDatabase } from './store/database.ts';

export type Surroundings = {
  log: Log;
  clock?: Clock;
  newId?: () => string;
  /** From 0 up to, not including, 1. */
  random?: () => number;
  wire?: Wire;
  files?: Files;
  openDatabase?: typeof openDatabase;
};

export const usualSurroundings = {
  clock: systemClock,
  /** In the order of time: what is stored together lies together, and a commit writes few pages. */
  newId: () => randomUUIDv7(),
  random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
  files: disk,
  openDatabase,
};
