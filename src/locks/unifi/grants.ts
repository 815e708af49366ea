// A grant is an access policy in a user's own set. The console replaces that set as a whole, so every change reads it
// anew, merges and writes, one at a time for each user. Policies that come by a user group are never in that set, and
// never become grants.
import type { CurrentGrant } from '../../access/model.ts';
import { RefusedError } from '../../lib/errors.ts';
import { segment } from '../../lib/http.ts';
import type { KeyedLock } from '../../lib/keyed-lock.ts';
import { inLanes } from '../../lib/lanes.ts';
import type { LockSystem, NewGrant } from '../lock-system.ts';
import type { UnifiClient } from './client.ts';
import { readPolicies } from './lists.ts';
import { ownPoliciesSchema, type UnifiUser } from './schema.ts';
import type { Users } from './users.ts';

type Grants = Pick<LockSystem, 'grants' | 'addGrant' | 'removeGrant'> & {
  /** Empties the user's own set. */
  removeAll(lockUserId: string): Promise<void>;
};

const LANES = 8;

export function createGrants(client: UnifiClient, users: Users, oneAtATime: KeyedLock): Grants {
  const ofUser = (id: string) => `user ${id}`;

  /**
   * The user's own set, without what comes by a user group; undefined: no such user. The one read that a set may be
   * written from. A console before 2.2.6 does not know the parameter, and would mix in the policies of groups.
   */
  function ownPolicies(userId: string): Promise<string[] | undefined> {
    return client
      .listOf({
        method: 'GET',
        path: `/users/${segment(userId)}/access_policies`,
        endpoint: 'GET /users/:id/access_policies',
        query: { only_user_policies: 'true' },
        rows: ownPoliciesSchema,
        idOf: (policy) => policy.id,
        pages: 'maybe',
      })
      .then((found) => found && [...new Set(found.map(({ id }) => id))]);
  }

  async function write(userId: string, policyIds: readonly string[]): Promise<'done' | 'gone'> {
    // Not repeated: it replaces the whole set, and somebody else may have changed it between two tries.
    const answer = await client.send({
      method: 'PUT',
      path: `/users/${segment(userId)}/access_policies`,
      endpoint: 'PUT /users/:id/access_policies',
      body: { access_policy_ids: policyIds },
      repeatable: false,
    });
    if (answer.is === 'taken') throw answer.refusal;
    return answer.is === 'gone' ? 'gone' : 'done';
  }

  async function addGrant({ lockUserId, lockId }: NewGrant): Promise<CurrentGrant | 'gone' | 'there'> {
    const user = await users.find(lockUserId);
    if (!user) return 'gone';
    await users.activate(user);
    const own = await ownPolicies(lockUserId);
    if (!own) return 'gone';
    if (own.includes(lockId)) return 'there';
    try {
      return (await write(lockUserId, [...own, lockId])) === 'gone' ? 'gone' : toGrant(lockUserId, lockId);
    } catch (error) {
      // Unknown: which code a policy has that does not exist. Any refusal is held against the list of policies.
      if (error instanceof RefusedError && !(await hasPolicy(lockId))) return 'gone';
      throw error;
    }
  }

  async function hasPolicy(policyId: string): Promise<boolean> {
    return (await readPolicies(client)).some(({ id }) => id === policyId);
  }

  async function removeGrant({ lockUserId, lockId }: Place): Promise<void> {
    const own = await ownPolicies(lockUserId);
    if (!own?.includes(lockId)) return;
    await write(
      lockUserId,
      own.filter((id) => id !== lockId),
    );
  }

  async function ofAll(): Promise<CurrentGrant[]> {
    const found: CurrentGrant[] = [];
    const asked = (await users.read({ expanded: true })).filter(hasToBeAsked);
    await inLanes(LANES, asked, async ({ id }) => {
      for (const lockId of (await ownPolicies(id)) ?? []) found.push(toGrant(id, lockId));
    });
    return found;
  }

  return {
    async grants(of) {
      if (of === undefined) return ofAll();
      return ((await ownPolicies(of.lockUserId)) ?? []).map((lockId) => toGrant(of.lockUserId, lockId));
    },
    addGrant: (grant) => oneAtATime([ofUser(grant.lockUserId)], () => addGrant(grant)),
    removeAll: (lockUserId) =>
      oneAtATime([ofUser(lockUserId)], async () => {
        if ((await ownPolicies(lockUserId))?.length) await write(lockUserId, []);
      }),
    removeGrant(id) {
      const place = parseGrantId(id);
      return oneAtATime([ofUser(place.lockUserId)], () => removeGrant(place));
    },
  };
}

/**
 * Unknown: whether the list of all users mixes in the policies of user groups. So it only says whose own set has to be
 * read: of everybody with a policy, and of everybody for whom it does not say. One call for each of them.
 */
function hasToBeAsked({ shown }: UnifiUser): boolean {
  return shown === undefined || shown.length > 0;
}

type Place = { lockUserId: string; lockId: string };

function toGrant(lockUserId: string, lockId: string): CurrentGrant {
  const id = `${encodeURIComponent(lockUserId)}:${encodeURIComponent(lockId)}`;
  return { id, lockUserId, lockId, from: null, until: null, note: null };
}

/** An id that is none of ours names a policy that nobody has: it is looked for all the same, and nothing is written. */
function parseGrantId(id: string): Place {
  const [lockUserId = '', lockId = ''] = id.split(':').map(decoded);
  return { lockUserId, lockId };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
