// What every simulated lock system offers, whatever its API looks like: how the demo, the stories and the conformance
// suite set a scene and look up the truth, past every connector. Words are the relay's, not the vendor's.
import type { CurrentGrant, Instant, LockUser } from '../access/model.ts';
import type { Delivery } from './deliveries.ts';
import type { Seen } from './exchange.ts';
import type { Saboteur } from './sabotage.ts';

export type OpenHow = {
  occurredAt?: Instant;
  /** In the list of events, and never delivered. */
  lose?: boolean;
  /** Instead of the callback URL. */
  deliverTo?: string;
  /** Although the person has no access then: somebody held the door, or the lock was offline. */
  anyway?: boolean;
};

export type LockSimulator = {
  /** As a person knows the system. */
  readonly name: string;
  /** false: grants carry no from and until, and can() about another moment tells what is so now. */
  readonly keepsWindows: boolean;
  readonly url: string;
  /** What the relay has to be started with to meet this simulator: LOCK_SYSTEM and the vendor's own variables. */
  env(): Record<string, string>;

  /** Doors of these names and, where grants name groups of doors, a group of the same name around each. */
  addLocks(...names: string[]): { id: string; name: string }[];
  /** By somebody else than the relay. `mark`: what the connector reads as externalId. Returns the lock user's id. */
  addPerson(person: { email: string; name?: string; mark?: string }): string;
  /** By somebody else than the relay; returns the grant's id as a connector reports it. `until`: where windows exist. */
  addByHand(grant: { lockUserId: string; lockId: string; note?: string; until?: Instant }): string;
  removeByHand(grantId: string): void;
  removePerson(lockUserId: string): void;

  /** The truth, in the form in which a connector has to report it. */
  people(): LockUser[];
  grants(): CurrentGrant[];
  /** May this person open that lock, by its name, at that moment (now)? */
  can(email: string, lockName: string, at?: Instant): boolean;
  /** Now or later? */
  canEver(email: string, lockName: string): boolean;
  /** The names of the locks that open to this person at that moment (now). */
  opens(email: string, at?: Instant): string[];

  setCallbackUrl(to: string | undefined): void;
  /** Resolves when the first attempt to tell is over; null: nobody was told. Throws where the person has no access. */
  openLock(lockUserId: string, lockId: string, how?: OpenHow): Promise<Delivery | null>;
  /** Somebody stands before a door that does not open. null: nobody was told, or the system does not tell. */
  refuseAtLock(lockUserId: string, lockId: string, how?: OpenHow): Promise<Delivery | null>;
  /** Delivers the last one once more, as "at least once" allows. */
  redeliverLast(how?: OpenHow): Promise<Delivery | null>;
  deliveries: Delivery[];

  requests: Seen[];
  sabotage: Saboteur['sabotage'];
  healAll(): void;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
};
