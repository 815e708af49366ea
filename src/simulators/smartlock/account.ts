// An account at SmartLock as it is: locks, users, access and openings. No HTTP and no webhooks; the rules that a
// request has to keep stand in smartlock-routes.ts.
import type { Instant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { hexId, type Random } from '../chance.ts';

/** `seq` grows with every new thing: lists and pages go by it. */
type Numbered = { seq: number; id: string };

export type SmartLockUser = Numbered & {
  email: string;
  name: string | null;
  externalId: string | null;
  createdAt: Instant;
};
export type SmartLockLock = { id: string; name: string };
/** Half-open, whole seconds. */
export type SmartLockAccess = Numbered & {
  userId: string;
  lockId: string;
  from: Instant | null;
  until: Instant | null;
  note: string | null;
  createdAt: Instant;
};
export type SmartLockEvent = Numbered & {
  occurredAt: Instant;
  user: { id: string; email: string };
  lock: SmartLockLock;
};

export type NewUser = { email: string; name?: string | null; externalId?: string | null; id?: string };
export type NewAccess = {
  user: SmartLockUser;
  lock: SmartLockLock;
  from?: Instant | null;
  until?: Instant | null;
  note?: string | null;
};

export type SmartLockAccount = ReturnType<typeof createSmartLockAccount>;

export function createSmartLockAccount({ clock, random }: { clock: Clock; random: Random }) {
  const locks = new Map<string, SmartLockLock>();
  const users = new Map<string, SmartLockUser>();
  const access = new Map<string, SmartLockAccess>();
  const events: SmartLockEvent[] = [];
  let seq = 0;

  const numbered = (prefix: string, id = `${prefix}_${hexId(random, 16)}`): Numbered => {
    seq += 1;
    return { seq, id };
  };
  const wholeSecond = (at: Instant): Instant => Math.floor(at / 1000) * 1000;

  const userByEmail = (email: string): SmartLockUser | undefined =>
    users.values().find((user) => user.email.toLowerCase() === email.toLowerCase());

  function windows(email: string, lockName: string): SmartLockAccess[] {
    const user = userByEmail(email);
    if (!locks.values().some(({ name }) => name === lockName)) throw new Error(`There is no lock "${lockName}".`);
    return access
      .values()
      .filter((each) => each.userId === user?.id && locks.get(each.lockId)?.name === lockName)
      .toArray();
  }

  function can(email: string, lockName: string, at: Instant = clock.now()): boolean {
    return windows(email, lockName).some(({ from, until }) => (from ?? at) <= at && at < (until ?? at + 1));
  }

  return {
    clock,
    random,
    locks,
    users,
    access,
    /** Oldest first. */
    events,

    addLocks(...names: string[]): SmartLockLock[] {
      return names.map((name) => {
        const lock = { id: numbered('lock').id, name };
        locks.set(lock.id, lock);
        return lock;
      });
    },

    addUser({ email, name, externalId, id }: NewUser): SmartLockUser {
      const user = {
        ...numbered('user', id),
        email,
        name: name ?? null,
        externalId: externalId ?? null,
        createdAt: wholeSecond(clock.now()),
      };
      users.set(user.id, user);
      return user;
    },

    removeUser(user: SmartLockUser): void {
      users.delete(user.id);
      for (const each of access.values()) if (each.userId === user.id) access.delete(each.id);
    },

    addAccess({ user, lock, from, until, note }: NewAccess): SmartLockAccess {
      const given = {
        ...numbered('access'),
        userId: user.id,
        lockId: lock.id,
        from: from ?? null,
        until: until ?? null,
        note: note ?? null,
        createdAt: wholeSecond(clock.now()),
      };
      access.set(given.id, given);
      return given;
    },

    addEvent(user: SmartLockUser, lock: SmartLockLock, occurredAt: Instant): SmartLockEvent {
      const event = {
        ...numbered('event'),
        occurredAt: wholeSecond(occurredAt),
        user: { id: user.id, email: user.email },
        lock: { id: lock.id, name: lock.name },
      };
      events.push(event);
      events.sort((a, b) => a.occurredAt - b.occurredAt || a.seq - b.seq);
      return event;
    },

    userByEmail,
    /** The access that this person has at that lock, current or not. */
    windows,
    /** May this person open that lock at that moment? */
    can,
    /** Now or later? */
    canEver: (email: string, lockName: string): boolean =>
      windows(email, lockName).some(({ until }) => until === null || until > clock.now()),
    /** The names of the locks that open to this person at that moment. */
    opens: (email: string, at: Instant = clock.now()): string[] =>
      locks
        .values()
        .map(({ name }) => name)
        .filter((name) => can(email, name, at))
        .toArray(),
  };
}
