// A lock system in memory, to put the wrappers around. Counts the writes that reach it.
import type { CurrentGrant, LockUser, Window } from '../../src/access/model.ts';
import type { Capabilities, LockSystem } from '../../src/locks/lock-system.ts';
import type { OwnedWitness } from '../../src/locks/owned.ts';

export type MemoryLocks = LockSystem & { allUsers: LockUser[]; allGrants: CurrentGrant[]; writes: string[] };

/** SmartLock's. */
export const memoryCapabilities: Capabilities = {
  lockWord: 'lock',
  windowsOnGrants: true,
  notesOnGrants: true,
  grantsPerLock: 'many',
  movesInPlace: false,
  takesEffect: 'at once',
  openingsName: 'lock user',
};

export function memoryLocks(users: readonly LockUser[] = [], grants: readonly CurrentGrant[] = []): MemoryLocks {
  const world = { allUsers: [...users], allGrants: [...grants], writes: [] as string[] };
  let made = 0;
  const nextId = (kind: string) => {
    made += 1;
    return `new-${kind}-${made}`;
  };
  return Object.assign(world, {
    name: 'Memory',
    capabilities: memoryCapabilities,
    locks: async () => [{ id: 'front', name: 'Front door' }],
    users: async () => [...world.allUsers],
    user: async (id: string) => world.allUsers.find((user) => user.id === id),
    userByEmail: async (email: string) =>
      world.allUsers.find((user) => user.email.toLowerCase() === email.toLowerCase()),
    grants: async (of?: { lockUserId: string }) =>
      world.allGrants.filter((grant) => of === undefined || grant.lockUserId === of.lockUserId),
    createUser: async (user: { email: string; name: string; externalId: string }) => {
      world.writes.push(`createUser ${user.email}`);
      const created = { id: nextId('user'), ...user };
      world.allUsers.push(created);
      return { created };
    },
    updateUser: async (id: string, patch: object) => {
      world.writes.push(`updateUser ${id}`);
      world.allUsers = world.allUsers.map((user) => (user.id === id ? { ...user, ...patch } : user));
      return 'updated' as const;
    },
    deleteUser: async (id: string) => {
      world.writes.push(`deleteUser ${id}`);
      world.allUsers = world.allUsers.filter((user) => user.id !== id);
      world.allGrants = world.allGrants.filter((grant) => grant.lockUserId !== id);
    },
    addGrant: async (grant: Omit<CurrentGrant, 'id'>) => {
      world.writes.push(`addGrant ${grant.lockUserId}`);
      if (!world.allUsers.some((user) => user.id === grant.lockUserId)) return 'gone' as const;
      const added = { ...grant, id: nextId('grant') };
      world.allGrants.push(added);
      return added;
    },
    /** Windows can be changed here, whatever `capabilities` says: who does not ask first shows. */
    moveGrant: async (id: string, to: Window) => {
      if (!world.allGrants.some((grant) => grant.id === id)) return 'gone' as const;
      world.writes.push(`moveGrant ${id}`);
      world.allGrants = world.allGrants.map((grant) => (grant.id === id ? { ...grant, ...to } : grant));
      return 'moved' as const;
    },
    removeGrant: async (id: string) => {
      world.writes.push(`removeGrant ${id}`);
      world.allGrants = world.allGrants.filter((grant) => grant.id !== id);
    },
    adjust: <G>(grant: G) => grant,
    readOpening: () => ({ ok: false, status: 400, code: 'none', message: 'none' }) as const,
    openingsSince: async () => [],
    holderOf: async (named: string) => named,
    codesOf: async () => [],
    checkUp: async () => [],
  });
}

export function memoryWitness(
  known: { users?: string[]; grants?: string[] } = {},
): OwnedWitness & { users: Set<string>; grants: Set<string> } {
  const users = new Set(known.users);
  const grants = new Set(known.grants);
  return {
    users,
    grants,
    hasUser: async (id) => users.has(id),
    hasGrant: async (id) => grants.has(id),
    addUser: async (id) => void users.add(id),
    addGrant: async (id) => void grants.add(id),
    removeUser: async (id) => void users.delete(id),
    removeGrant: async (id) => void grants.delete(id),
  };
}
