// What deeds are done on.
import type { Carried } from '../../src/simulators/carrier.ts';
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Plan, Resource } from '../../src/simulators/cobot/space.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import type { Cast, Human } from './cast.ts';
import type { LocalDays } from './local-days.ts';
import type { Decides } from './operator.ts';

export type Stage = {
  cobot: CobotSimulator;
  locks: LockSimulator;
  zone: string;
  days: LocalDays;
  now(): number;
  cast: Cast;
  plans: readonly Plan[];
  rooms: readonly Resource[];
  doors: readonly { id: string; name: string }[];
  strangers: readonly string[];
  relayUrl(path: string): string;
  deliver(request: Carried): Promise<unknown>;
  writeRules(text: string): void;
  /** A door was opened by somebody who has a lock user. */
  opened(
    human: Human | null,
    door: { id: string; name: string },
    lockUserId: string,
    at: number,
    isToldLate?: boolean,
  ): void;
  /** false: nothing is held. */
  decide(deed: Decides): boolean;
  after(ms: number, work: () => void): void;
};
