// A UniFi Access console as it is: doors, access policies, users, user groups and openings. No HTTP and no webhooks;
// the rules that a request has to keep stand in the routes.
import type { Instant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { hexId, type Random } from '../chance.ts';
import type { UnifiSwitches } from './switches.ts';

export type UnifiDoor = { id: string; name: string };
export type UnifiDoorGroup = { id: string; name: string; doorIds: string[] };
export type UnifiResource = { id: string; type: 'door' | 'door_group' };
export type UnifiPolicy = { id: string; name: string; resources: UnifiResource[] };
export type UnifiUserGroup = { id: string; name: string; userIds: Set<string>; policyIds: string[] };
/** Empty text where something was not given. */
export type UnifiUser = {
  id: string;
  firstName: string;
  lastName: string;
  email: string;
  employeeNumber: string;
  /** Seconds. */
  onboardTime: number;
  status: 'ACTIVE' | 'DEACTIVATED';
  /** The user's own. */
  policyIds: string[];
};
/** Somebody before a door: it opened, or it did not. `by` null: nobody that the console knows. */
export type UnifiOpening = {
  /** In the log. */
  id: string;
  /** In a webhook: that the two are one is not stated anywhere. */
  eventId: string;
  at: Instant;
  by: { id: string; name: string; type: 'user' | 'open-api' } | null;
  door: UnifiDoor;
  policy: UnifiPolicy | null;
  opened: boolean;
};

export type NewUnifiUser = Partial<Omit<UnifiUser, 'id' | 'policyIds'>>;
export type UnifiAccount = ReturnType<typeof createUnifiAccount>;

export const FLOOR_ID = '04000000-0000-4000-8000-00000000f100';

export function createUnifiAccount(parts: { clock: Clock; random: Random; switches: UnifiSwitches }) {
  const { clock, random, switches } = parts;
  const doors = new Map<string, UnifiDoor>();
  const doorGroups = new Map<string, UnifiDoorGroup>();
  const policies = new Map<string, UnifiPolicy>();
  const users = new Map<string, UnifiUser>();
  const userGroups = new Map<string, UnifiUserGroup>();
  const openings: UnifiOpening[] = [];
  const sets = new Map<string, string[][]>();

  const newId = (): string => [8, 4, 4, 4, 12].map((digits) => hexId(random, digits)).join('-');

  function added<T extends { id: string }>(to: Map<string, T>, thing: T): T {
    to.set(thing.id, thing);
    return thing;
  }

  function setPolicies(user: UnifiUser, policyIds: string[]): void {
    user.policyIds = [...new Set(policyIds)];
    sets.set(user.id, [...(sets.get(user.id) ?? []), user.policyIds]);
  }

  function policyIdsOf(user: UnifiUser, which: 'own' | 'all'): string[] {
    const groups = which === 'all' ? userGroups.values().filter(({ userIds }) => userIds.has(user.id)) : [];
    return [...new Set([...user.policyIds, ...[...groups].flatMap(({ policyIds }) => policyIds)])];
  }

  function doorsOf(policy: UnifiPolicy): UnifiDoor[] {
    const ids = policy.resources.flatMap(({ id, type }) =>
      type === 'door' ? [id] : (doorGroups.get(id)?.doorIds ?? []),
    );
    return [...new Set(ids)].flatMap((id) => doors.get(id) ?? []);
  }

  /** The policy that opens the door to this user, now. */
  function policyFor(user: UnifiUser, door: UnifiDoor): UnifiPolicy | undefined {
    if (user.status === 'DEACTIVATED' && switches.deactivated === 'shut') return undefined;
    return policyIdsOf(user, 'all')
      .flatMap((id) => policies.get(id) ?? [])
      .find((policy) => doorsOf(policy).includes(door));
  }

  function usersByEmail(email: string): UnifiUser[] {
    const wanted = email.toLowerCase();
    return users
      .values()
      .filter((user) => wanted !== '' && user.email.toLowerCase() === wanted)
      .toArray();
  }

  function opens(email: string): string[] {
    const persons = usersByEmail(email);
    return doors
      .values()
      .filter((door) => persons.some((user) => policyFor(user, door) !== undefined))
      .map(({ name }) => name)
      .toArray();
  }

  return {
    clock,
    newId,
    doors,
    doorGroups,
    policies,
    users,
    userGroups,
    /** Oldest first. */
    openings,

    addDoor: (name: string): UnifiDoor => added(doors, { id: newId(), name }),
    addDoorGroup: (name: string, doorIds: string[]): UnifiDoorGroup =>
      added(doorGroups, { id: newId(), name, doorIds }),
    addPolicy: (name: string, resources: UnifiResource[]): UnifiPolicy =>
      added(policies, { id: newId(), name, resources }),
    addUserGroup: (name: string, policyIds: string[]): UnifiUserGroup =>
      added(userGroups, { id: newId(), name, userIds: new Set(), policyIds }),
    addUser(given: NewUnifiUser): UnifiUser {
      const seconds = Math.floor(clock.now() / 1000);
      const empty = { firstName: '', lastName: '', email: '', employeeNumber: '', onboardTime: seconds };
      const user = added(users, { ...empty, status: 'ACTIVE', ...given, id: newId(), policyIds: [] });
      setPolicies(user, []);
      return user;
    },
    removeUser({ id }: UnifiUser): void {
      users.delete(id);
      for (const group of userGroups.values()) group.userIds.delete(id);
    },
    addOpening(opening: Omit<UnifiOpening, 'id' | 'eventId'>): UnifiOpening {
      const kept = { ...opening, id: newId(), eventId: newId() };
      openings.push(kept);
      openings.sort((a, b) => a.at - b.at);
      return kept;
    },

    setPolicies,
    policyIdsOf,
    doorsOf,
    policyFor,
    usersByEmail,
    /** Every set of own policies that the user has had, the oldest first; also of a user that is gone. */
    setsSeen: (userId: string): string[][] => sets.get(userId) ?? [],
    /** There are no windows: what holds now is all that is known of any moment. */
    can(email: string, doorName: string): boolean {
      if (!doors.values().some(({ name }) => name === doorName)) throw new Error(`There is no lock "${doorName}".`);
      return opens(email).includes(doorName);
    },
    opens,
  };
}

export function fullName({ firstName, lastName }: UnifiUser): string {
  return `${firstName} ${lastName}`.trim();
}
