// An organization at Kisi as it is: users, doors (Kisi's "locks"), groups of doors, and the role assignments that open
// groups to users. No HTTP and no events; the rules that a request has to keep stand in the routes.
import type { Instant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';

type Dated = { id: number; createdAt: Instant; updatedAt: Instant };

export type KisiUser = Dated & {
  name: string;
  email: string;
  metadata: Record<string, unknown>;
  accessEnabled: boolean;
  passwordFlowEnabled: boolean;
  confirmed: boolean;
  /** Else Kisi never mails this user. */
  sendEmails: boolean;
  notes: string | null;
  lastAccessedAt: Instant | null;
};
export type KisiPlace = { id: number; name: string };
export type KisiLock = Dated & { name: string; place: KisiPlace; lockedDown: boolean };
/** A group of the whole organization has no place. */
export type KisiGroup = Dated & { name: string; place: KisiPlace | null };
export type KisiGroupLock = Dated & { group: KisiGroup; lock: KisiLock };
/** Half-open, whole seconds. Only assignments to groups have a window. */
export type KisiRoleAssignment = Dated & {
  user: KisiUser;
  roleId: string;
  to: { type: 'Group'; group: KisiGroup } | { type: 'Place'; place: KisiPlace } | { type: 'Organization' };
  notify: boolean;
  validFrom: Instant | null;
  validUntil: Instant | null;
};

export type NewKisiUser = Pick<KisiUser, 'email'> & Partial<Omit<KisiUser, keyof Dated | 'email'>>;
export type NewKisiAssignment = Omit<KisiRoleAssignment, keyof Dated>;

/** What `people()` takes for a lock user's mark. */
export const MARK = 'cobot_access_relay';
export const GROUP_ROLE = 'group_basic';
const HOME: KisiPlace = { id: 101, name: 'Co-Up' };

export type KisiAccount = ReturnType<typeof createKisiAccount>;

export function createKisiAccount({ clock }: { clock: Clock }) {
  const users = new Map<number, KisiUser>();
  const locks = new Map<number, KisiLock>();
  const groups = new Map<number, KisiGroup>();
  const groupLocks = new Map<number, KisiGroupLock>();
  const roleAssignments = new Map<number, KisiRoleAssignment>();
  /** Invitations and notices that went to people's inboxes. */
  const mails: { to: string; about: string }[] = [];
  let lastId = 1000;

  /** One row of numbers for everything: an id of the wrong kind finds nothing. */
  function nextId(): number {
    lastId += 1;
    return lastId;
  }

  function dated(): Dated {
    const now = wholeSecond(clock.now());
    return { id: nextId(), createdAt: now, updatedAt: now };
  }

  function groupNamed(name: string): KisiGroup {
    const group = groups.values().find((each) => each.name === name);
    if (!group) throw new Error(`There is no group "${name}".`);
    return group;
  }

  function assignmentsTo(user: KisiUser, group: KisiGroup): KisiRoleAssignment[] {
    return roleAssignments
      .values()
      .filter((each) => each.user === user && each.to.type === 'Group' && each.to.group === group)
      .toArray();
  }

  function addGroupLock(group: KisiGroup, lock: KisiLock): KisiGroupLock {
    const groupLock = { ...dated(), group, lock };
    groupLocks.set(groupLock.id, groupLock);
    return groupLock;
  }

  const userByEmail = (email: string): KisiUser | undefined =>
    users.values().find((user) => user.email.toLowerCase() === email.toLowerCase());

  function assignmentsOf(email: string, groupName: string): KisiRoleAssignment[] {
    const [user, group] = [userByEmail(email), groupNamed(groupName)];
    return user?.accessEnabled ? assignmentsTo(user, group) : [];
  }

  const can = (email: string, groupName: string, at: Instant = clock.now()): boolean =>
    assignmentsOf(email, groupName).some((each) => covers(each, at));

  return {
    clock,
    users,
    locks,
    groups,
    groupLocks,
    roleAssignments,
    mails,
    nextId,

    addUser({ email, ...more }: NewKisiUser): KisiUser {
      const user = {
        ...dated(),
        email,
        // What Kisi makes of a missing name is unknown.
        name: email,
        metadata: {},
        accessEnabled: true,
        passwordFlowEnabled: true,
        confirmed: false,
        sendEmails: true,
        notes: null,
        lastAccessedAt: null,
        ...more,
      };
      users.set(user.id, user);
      return user;
    },
    removeUser(user: KisiUser): void {
      users.delete(user.id);
      for (const each of roleAssignments.values()) if (each.user === user) roleAssignments.delete(each.id);
    },

    addLock(name: string, place: KisiPlace = HOME): KisiLock {
      const lock = { ...dated(), name, place, lockedDown: false };
      locks.set(lock.id, lock);
      return lock;
    },
    addGroup(name: string, doors: readonly KisiLock[], place: KisiPlace | null = HOME): KisiGroup {
      const group = { ...dated(), name, place };
      groups.set(group.id, group);
      for (const door of doors) addGroupLock(group, door);
      return group;
    },
    addGroupLock,

    addAssignment(assignment: NewKisiAssignment): KisiRoleAssignment {
      const made = { ...dated(), ...assignment };
      roleAssignments.set(made.id, made);
      return made;
    },

    doorsOf: (group: KisiGroup): KisiLock[] =>
      groupLocks
        .values()
        .filter((each) => each.group === group)
        .map(({ lock }) => lock)
        .toArray(),
    /** Of every group that has the door: any of them lets the user in. */
    assignmentsAt: (user: KisiUser, door: KisiLock): KisiRoleAssignment[] =>
      groupLocks
        .values()
        .filter(({ lock }) => lock === door)
        .flatMap(({ group }) => assignmentsTo(user, group))
        .toArray(),

    assignmentsTo,
    userByEmail,
    can,
    canEver: (email: string, groupName: string): boolean =>
      assignmentsOf(email, groupName).some(({ validUntil }) => validUntil === null || validUntil > clock.now()),
    opens: (email: string, at: Instant = clock.now()): string[] =>
      groups
        .values()
        .map(({ name }) => name)
        .filter((name) => can(email, name, at))
        .toArray(),
  };
}

export function covers({ validFrom, validUntil }: KisiRoleAssignment, at: Instant): boolean {
  return (validFrom === null || validFrom <= at) && (validUntil === null || at < validUntil);
}

export function wholeSecond(at: Instant): Instant {
  return Math.floor(at / 1000) * 1000;
}
