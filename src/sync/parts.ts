// What every part of the loop is handed by app.ts: one space's clients, store, queue and policy.
import type { Calendar } from '../access/calendar.ts';
import type { Lock, Space } from '../access/model.ts';
import type { Policy } from '../access/policy.ts';
import type { Cobot } from '../cobot/cobot.ts';
import type { readMember, readSpace } from '../cobot/facts.ts';
import type { Clock } from '../lib/clock.ts';
import type { KeyedLock } from '../lib/keyed-lock.ts';
import type { Log } from '../lib/log.ts';
import type { Together, Touched } from '../lib/together.ts';
import type { Marks, OwnedLocks } from '../locks/owned.ts';
import type { Boundaries } from '../locks/windows-by-timer.ts';
import type { Queue } from '../queue/queue.ts';
import type { Store } from '../store/store.ts';

/** The policy in force with what its names stand for now; null while its names could not be resolved yet. */
export type PolicyInForce = { policy: Policy; locks: readonly Lock[] };

export type SpaceInForce = { space: Space; calendar: Calendar };

export type SyncParts = {
  cobot: Cobot;
  /** Reading facts with it (src/cobot/facts.ts): of one member, and of the whole space. */
  facts: { ofMember: typeof readMember; ofSpace: typeof readSpace };
  locks: OwnedLocks;
  /** Where the lock system keeps no windows: what opens and shuts at their boundaries. Else null. */
  boundaries: Boundaries | null;
  marks: Marks;
  store: Store;
  queue: Queue;
  clock: Clock;
  log: Log;
  newId: () => string;
  /** The space and its calendar; read from Cobot, or as last read while Cobot is down. */
  space: () => Promise<SpaceInForce>;
  /** Throws while nothing may be changed, because names in the policy are not resolved yet. */
  policy: () => Promise<PolicyInForce>;
  /** What is agreed with the other processes on the same database; alone, with nobody. */
  together: Together;
  /** Applying is one at a time per lock user, over all processes. */
  oneAtATime: KeyedLock;
  /** Which lock users were applied to since when: a sweep leaves those alone that somebody newer was at. */
  touched: Touched;
  /** The other way round: a reconcile whose facts are older than what a sweep has applied reads them again. */
  swept: Touched;
  /** What Cobot allows on one endpoint. */
  callsPerMinute: number;
  /** How far back "managed an hour ago" looks: an hour, or two sweeps where they are rarer. */
  managedFor: number;
  counted: SyncCounters;
};

type SyncCounters = {
  checkIn(outcome: string): void;
  foreignOpening(): void;
  sweepDone(at: number): void;
};
