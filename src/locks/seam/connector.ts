// Seam as a LockSystem: one hub for many brands. Entrances get access grants, keypads get access codes; which of the two a
// lock is decides here, and nothing else does.
import type { Window } from '../../access/model.ts';
import type { ClientParts } from '../../lib/http.ts';
import type { Side } from '../../lib/together.ts';
import type { LockSystem } from '../lock-system.ts';
import { createAccessCodes, readCodeId } from './access-codes.ts';
import { checkUp } from './check-up.ts';
import { createSeamClient, NAME, type SeamClient } from './client.ts';
import { createCodesOf } from './codes.ts';
import { createDirectory } from './directory.ts';
import { createEntranceGrants } from './entrance-grants.ts';
import { createOpeningsSince } from './events.ts';
import { cutNote } from './joined-grants.ts';
import { accessGrantPage } from './schema.ts';
import { wholeSecond } from './times.ts';
import { createUsers } from './users.ts';
import { createReadOpening } from './webhook.ts';

export type SeamSettings = {
  token: string;
  url: string;
  /** Then webhooks have to be signed. */
  webhookSecret: string | null;
  /** What members open entrances with. */
  accessMethods: readonly ('code' | 'card' | 'mobile_key' | 'cloud_key')[];
};

/** Throws where the webhook secret cannot be one. */
export function createSeam(
  options: ClientParts & {
    settings: SeamSettings;
    side?: Side;
  },
): LockSystem {
  const { settings, ...rest } = options;
  const { clock } = options;
  const { url, token, accessMethods } = settings;
  const now = () => clock.now();
  const client = createSeamClient({ ...rest, url, token });
  const directory = createDirectory(client);
  const users = createUsers(client);
  const isThere = async (lockUserId: string) => (await users.user(lockUserId)) !== undefined;
  const codes = createAccessCodes({ client, directory, clock, isThere });
  const entrances = createEntranceGrants({ ...rest, client, directory, accessMethods, isThere });

  return {
    name: NAME,
    capabilities: {
      lockWord: 'lock',
      windowsOnGrants: true,
      notesOnGrants: true,
      grantsPerLock: 'many',
      movesInPlace: true,
      takesEffect: 'later',
      openingsName: 'credential',
    },

    locks: () => directory.locks(),
    users: users.users,
    user: users.user,
    userByEmail: users.userByEmail,
    async grants(of) {
      // Entrances first: where all are read, the list of keypads is read anew with them.
      const atEntrances = await entrances.grants(of);
      return [...atEntrances, ...(await codes.grants(of))];
    },

    createUser: users.createUser,
    updateUser: users.updateUser,
    async deleteUser(id) {
      await entrances.removeAll(id);
      await codes.removeAll(id);
      await users.remove(id);
    },

    async addGrant(grant) {
      const kind = await directory.kindOf(grant.lockId);
      if (kind === undefined) return 'gone';
      return kind === 'keypad' ? codes.add(adjust(grant)) : entrances.add(adjust(grant));
    },
    async moveGrant(id, to) {
      const code = readCodeId(id);
      return code === undefined ? entrances.moveGrant(id, to) : codes.move(code, to);
    },
    async removeGrant(id) {
      const code = readCodeId(id);
      await (code === undefined ? entrances.removeGrant(id) : codes.remove(code));
    },

    adjust,
    readOpening: createReadOpening(settings.webhookSecret),
    openingsSince: createOpeningsSince(client, now),
    async holderOf(named) {
      const code = readCodeId(named);
      if (code === undefined) return named;
      return (await codes.holderOf(code)) ?? holderOfGrantsCode(client, code);
    },

    codesOf: createCodesOf({ client, codes, entrances, now }),
    checkUp: () => checkUp(client),
  };
}

function adjust<G extends Window & { note: string }>(grant: G): G {
  return {
    ...grant,
    from: grant.from === null ? null : wholeSecond(grant.from),
    until: grant.until === null ? null : wholeSecond(grant.until),
    note: cutNote(grant.note),
  };
}

/** A code that came with an access grant. Where it is on grants of several people, it names nobody. */
async function holderOfGrantsCode(client: SeamClient, accessCodeId: string): Promise<string | null> {
  const body = { access_code_id: accessCodeId };
  const grants = await client.listOf({ path: '/access_grants/list', body, page: accessGrantPage });
  const [holder, ...others] = new Set(grants.map(({ lockUserId }) => lockUserId));
  return others.length === 0 ? (holder ?? null) : null;
}
