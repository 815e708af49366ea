// UniFi Access as a LockSystem: users of a local console, and access policies in their own sets, without windows and
// notes. Must not write a set that was not just read, nor touch users, policies and doors beyond that.
import type { ClientParts } from '../../lib/http.ts';
import { createKeyedLock } from '../../lib/keyed-lock.ts';
import type { Side } from '../../lib/together.ts';
import { unique } from '../../lib/unique.ts';
import type { LockSystem } from '../lock-system.ts';
import { checkUp } from './check-up.ts';
import { createUnifiClient } from './client.ts';
import { createGrants } from './grants.ts';
import { readDoors, readHits, readPolicies, readTopology } from './lists.ts';
import { openingOfHit } from './openings.ts';
import { toLock } from './schema.ts';
import { createUsers } from './users.ts';
import { createReadOpening } from './webhook.ts';

export type UnifiSettings = {
  token: string;
  url: string;
  /** Then webhooks have to be signed. */
  webhookSecret: string | null;
  /** SHA-256 fingerprint as Node prints it, "AB:CD:..."; null: the certificate has to be trusted anyway. */
  certificate: string | null;
};

/** Throws where a certificate is given for an address that shows none. */
export function createUnifi(
  options: ClientParts & {
    settings: UnifiSettings;
    side?: Side;
  },
): LockSystem {
  const { settings, ...rest } = options;
  const { token, url, webhookSecret, certificate } = settings;
  const client = createUnifiClient({ ...rest, token, url, certificate });
  const oneAtATime = options.side?.oneAtATime ?? createKeyedLock();
  const users = createUsers(client, oneAtATime);
  const grants = createGrants(client, users, oneAtATime);

  return {
    name: 'UniFi Access',
    capabilities: {
      lockWord: 'access policy',
      windowsOnGrants: false,
      notesOnGrants: false,
      grantsPerLock: 'one',
      movesInPlace: false,
      takesEffect: 'at once',
      openingsName: 'lock user',
    },

    async locks() {
      const policies = await readPolicies(client);
      const [doors, topology] = [await readDoors(client), await readTopology(client)];
      return policies.map((policy) => toLock(policy, { doors, topology }));
    },
    users: users.users,
    user: users.user,
    userByEmail: users.userByEmail,
    grants: grants.grants,

    createUser: users.createUser,
    updateUser: users.updateUser,
    async deleteUser(id) {
      // An older console deletes nobody: what is left there must not open anything, should somebody activate it again.
      await grants.removeAll(id);
      await users.deleteUser(id);
    },
    addGrant: grants.addGrant,
    // There is no window that could move: the relay's timers keep them.
    moveGrant: async () => 'cannot',
    removeGrant: grants.removeGrant,

    adjust: (grant) => ({ ...grant, from: null, until: null }),
    readOpening: createReadOpening(webhookSecret),
    async openingsSince(since) {
      const now = options.clock.now();
      const [from, until] = [Math.floor(since / 1000), Math.ceil(now / 1000)];
      if (from >= until) return [];
      const hits = await readHits(client, { since: from, until });
      return unique(hits.map(openingOfHit).filter((opening) => opening !== undefined))
        .filter(({ occurredAt }) => occurredAt >= from * 1000)
        .toSorted((a, b) => a.occurredAt - b.occurredAt);
    },
    holderOf: async (named) => named,

    codesOf: async () => [],
    checkUp: () => checkUp(client, users, { webhookSecret, now: options.clock.now() }),
  };
}
