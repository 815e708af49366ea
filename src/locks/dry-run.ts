// A lock system that can be read and not written: under it a dry run cannot write, whatever the code above it does.
// Names every call, so that a new one has to be sorted here before it compiles.
import type { LockSystem } from './lock-system.ts';

/** Every write throws 'dry run'. */
export function createDryRun(lockSystem: LockSystem): LockSystem {
  return {
    name: lockSystem.name,
    capabilities: lockSystem.capabilities,

    locks: () => lockSystem.locks(),
    users: () => lockSystem.users(),
    user: (id) => lockSystem.user(id),
    userByEmail: (email) => lockSystem.userByEmail(email),
    grants: (of) => lockSystem.grants(of),
    adjust: (grant) => lockSystem.adjust(grant),
    readOpening: (request, now) => lockSystem.readOpening(request, now),
    openingsSince: (since) => lockSystem.openingsSince(since),
    holderOf: (named) => lockSystem.holderOf(named),
    codesOf: (lockUserId) => lockSystem.codesOf(lockUserId),
    // What could be mended is only shown.
    checkUp: async () => (await lockSystem.checkUp()).map(({ mend: _, ...finding }) => finding),

    createUser: refuse,
    updateUser: refuse,
    deleteUser: refuse,
    addGrant: refuse,
    moveGrant: refuse,
    removeGrant: refuse,
  };
}

async function refuse(): Promise<never> {
  throw new Error('dry run');
}
