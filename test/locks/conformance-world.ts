// The world in which a check of the conformance suite runs: one lock system, what is really there, and what goes wrong.
// And the few deeds that many checks begin with.
import { expect } from 'vitest';
import type { CurrentGrant, Lock, LockUser, Opening, Window } from '../../src/access/model.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { LockSystem, NewGrant, WebhookRequest } from '../../src/locks/lock-system.ts';
import { marks } from '../../src/locks/owned.ts';
import type { LockSimulator, OpenHow } from '../../src/simulators/lock-simulator.ts';

/** How it looks where the other side refuses or fails, in the vendor's own form. */
export type VendorFailure = 'unauthorized' | 'forbidden' | 'nowhere' | 'rate limited' | 'server error' | 'refused';
/** Until healed. 'rate limited' asks for one second; 'refused' says "because of a rule". */
export type Failure =
  | VendorFailure
  | 'connection cut'
  | 'answer lost'
  | 'html'
  | 'truncated'
  | 'cut off'
  | 'one unreadable item'
  | 'one item fewer than the total';

/** What differs between vendors and is no capability. */
export type Traits = {
  /** The id of a lock as the vendor would write it, and there is none of it. */
  noLock: string;
  /** Does a signature tell when it was made? Else a stale one cannot be known. */
  signatureHasTime: boolean;
  /** Do lists of users tell how many there are? */
  totals: boolean;
  /** Are the webhook of an opening and its place in the list known by one id? Else by lock user, lock and second. */
  openingIds: 'same' | 'other';
  /** Are there codes for a keypad? */
  codes: boolean;
  /** Calls that would break the vendor's limits if they all went out at once; null: it has none. */
  rush: { calls: number; call: (world: LockWorld, index: number) => Promise<unknown> } | null;
  /** Authentic deliveries that are no openings. */
  otherEvents: (() => Promise<WebhookRequest[]>) | null;
};

export type LockWorld = {
  /** The connector, or the connector with adapters around it. */
  lockSystem: LockSystem;
  /** No adapter is around it: what it reports is what the simulator says, id for id. */
  isBare: boolean;
  /** The truth, read past the connector; and the hands of others. */
  simulator: LockSimulator;
  clock: Clock;
  traits: Traits;
  /** Two locks of these names, as grants name them. */
  front: Pick<Lock, 'id' | 'name'>;
  back: Pick<Lock, 'id' | 'name'>;
  /** What no error may say. */
  secrets: readonly string[];
  /** 'writes': only calls that would change something. */
  fail(failure: Failure, calls?: 'all' | 'writes'): void;
  heal(): void;
  /** The first write of the work gets no answer, and its time-out comes. Resolves with what the work threw. */
  timeOut(when: 'before' | 'after', work: () => Promise<unknown>): Promise<unknown>;
  /** Time passes, and what is due at its end is done. */
  pass(ms: number): Promise<void>;
  /** Somebody opens a lock: the webhook as it arrives. */
  open(lockUserId: string, lockId: string, how?: OpenHow): Promise<WebhookRequest>;
  /** Somebody is refused at a lock: the webhook as it arrives; null: nobody is told. */
  refuse(lockUserId: string, lockId: string): Promise<WebhookRequest | null>;
  /** The last one once more. */
  redeliver(): Promise<WebhookRequest>;
  /** Authentic, but signed with another secret. */
  forged(): Promise<WebhookRequest>;
  close(): Promise<void>;
};

export type Check = {
  /** What the lock system does, as a sentence without its subject. */
  name: string;
  /** The check says nothing where this is not so. */
  needs?: { what: string; isThere: (world: LockWorld) => boolean };
  check: (world: LockWorld) => Promise<void>;
};

/** What a check may need. */
export const windows = {
  what: 'windows on grants',
  isThere: ({ lockSystem }: LockWorld) => lockSystem.capabilities.windowsOnGrants,
};
export const notes = {
  what: 'notes on grants',
  isThere: ({ lockSystem }: LockWorld) => lockSystem.capabilities.notesOnGrants,
};
export const several = {
  what: 'several grants at a lock',
  isThere: ({ lockSystem }: LockWorld) => lockSystem.capabilities.grantsPerLock === 'many',
};

export const ours = marks('co-up');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const ada = 'ada@example.com';
export const always: Window = { from: null, until: null };

export const newUser = (email: string) => ({
  email,
  name: 'Ada L.',
  externalId: ours.userMark(email === ada ? 'm1' : `m-${email.replace(/\W+/g, '-')}`),
});

export const newGrant = (lockUserId: string, lockId: string, window: Window = always): NewGrant => ({
  lockUserId,
  lockId,
  ...window,
  note: ours.noteOf('m1', 'Front door for everybody'),
});

export async function register({ lockSystem }: LockWorld, email = ada): Promise<LockUser> {
  const result = await lockSystem.createUser(newUser(email));
  if ('takenBy' in result) throw new Error('the email is taken');
  return result.created;
}

/** Resolves when the grant is in effect. */
export async function give(
  world: LockWorld,
  lockUserId: string,
  lock = world.front,
  window: Window = always,
): Promise<CurrentGrant> {
  const { lockSystem } = world;
  const added = await lockSystem.addGrant(lockSystem.adjust(newGrant(lockUserId, lock.id, window)));
  if (added === 'gone' || added === 'there') throw new Error(`not given: ${added}`);
  await inEffect(world, lockUserId);
  return added;
}

const MOST_LOOKS = 100;

/** Reads until nothing of the lock user is pending any more, where that takes its time. */
export async function inEffect({ lockSystem, clock }: LockWorld, lockUserId: string): Promise<CurrentGrant[]> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const grants = await lockSystem.grants({ lockUserId });
    if (!grants.some(({ standing }) => standing?.state === 'pending')) return grants;
    expect(lockSystem.capabilities.takesEffect).toBe('later');
    await clock.sleep(SECOND);
  }
  throw new Error('a grant is pending for ever');
}

/** That the lock user of this email may open these locks and no others; soon, where that takes its time. */
export async function expectOpen({ simulator, lockSystem, clock }: LockWorld, email: string, names: string[]) {
  const opens = () => simulator.opens(email).toSorted();
  const wanted = names.toSorted();
  const looks = lockSystem.capabilities.takesEffect === 'later' ? MOST_LOOKS : 0;
  for (let look = 0; look < looks && opens().join() !== wanted.join(); look += 1) await clock.sleep(SECOND);
  expect(opens()).toEqual(wanted);
}

/** Is that time open, as far as what was read tells? */
export const isOpenNow = ({ from, until }: Window, now: number): boolean =>
  (from === null || from <= now) && (until === null || until > now);

/** All that is there, in an order that does not depend on how it came about. */
export function whatIsThere({ simulator }: LockWorld): { people: LockUser[]; grants: CurrentGrant[] } {
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
  return { people: simulator.people().toSorted(byId), grants: simulator.grants().toSorted(byId) };
}

/** Does what an opening names stand for this lock? */
export function isAtLock(opening: Opening, lock: Lock): boolean {
  return opening.lockId === lock.id || lock.doors?.some(({ id }) => id === opening.lockId) === true;
}

/** What the work throws; 'nothing' where it does not. */
export function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => 'nothing',
    (error: unknown) => error,
  );
}

/** At every request that comes in from now on, before its deed. */
export function atEveryRequest({ simulator }: LockWorld, look: () => void): { stop(): void } {
  const spy = simulator.sabotage(
    () => {
      look();
      return false;
    },
    { kind: 'cut' },
  );
  return { stop: spy.lift };
}
