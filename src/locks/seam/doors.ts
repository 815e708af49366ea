// Access grants with the doors that they open. Seam's answers do not name those: each door is asked for its access grants
// instead. Of ours they are remembered, since the doors of an access grant cannot be edited.
import { inLanes } from '../../lib/lanes.ts';
import { unique } from '../../lib/unique.ts';
import type { SeamClient } from './client.ts';
import type { Directory } from './directory.ts';
import { readKey } from './grant-key.ts';
import type { Seen } from './joined-grants.ts';
import { type AccessGrant, accessGrantPage } from './schema.ts';

const WIDTH = 4;

export type Doors = {
  /** Every access grant of the workspace. */
  all(): Promise<Seen[]>;
  ofLockUser(lockUserId: string): Promise<Seen[]>;
  remember(grantId: string, doors: readonly string[]): void;
};

export function createDoors({ list, listOf }: SeamClient, directory: Directory): Doors {
  /** By access grant of ours. */
  let remembered = new Map<string, readonly string[]>();

  const path = '/access_grants/list';

  const isOurs = (grant: AccessGrant) => readKey(grant) !== undefined;

  /** The doors of each of them; also of those that came up only while their doors were read. */
  async function withDoors(grants: readonly AccessGrant[], filter: object): Promise<Seen[]> {
    if (grants.length === 0) return [];
    const doors = new Map(grants.map((grant) => [grant.id, { grant, doors: new Set<string>() }]));
    const entrances = (await directory.ids('entrance')).map((id) => ({ id, at: { acs_entrance_id: id } }));
    // Ours open entrances alone; only others give access grants on keypads.
    const keypads = grants.every(isOurs) ? [] : await directory.ids('keypad');
    const all = [...entrances, ...keypads.map((id) => ({ id, at: { device_id: id } }))];
    await inLanes(WIDTH, all, async ({ id, at }) => {
      const here = await listOf({ path, body: { ...filter, ...at }, page: accessGrantPage });
      for (const grant of here) {
        if ('device_id' in at && isOurs(grant)) continue;
        const seen = doors.get(grant.id) ?? { grant, doors: new Set<string>() };
        seen.doors.add(id);
        doors.set(grant.id, seen);
      }
    });
    return [...doors.values()].map((seen) => ({ ...seen.grant, doors: [...seen.doors] }));
  }

  return {
    async all() {
      await directory.locks();
      const first = unique(await list({ path, page: accessGrantPage }));
      const seen = await withDoors(first, {});
      const whole = new Set(first.filter(isOurs).map(({ id }) => id));
      // Those that came up in between may have been missed at some entrances.
      remembered = new Map(seen.filter(({ id }) => whole.has(id)).map(({ id, doors }) => [id, doors]));
      return seen;
    },

    async ofLockUser(lockUserId) {
      const body = { user_identity_id: lockUserId };
      // Compared again: a filter that is not understood would answer with everybody's.
      const theirs = (grants: readonly Seen[]) => grants.filter((grant) => grant.lockUserId === lockUserId);
      const first = unique(await listOf({ path, body, page: accessGrantPage }));
      const known = first.map((grant) => ({ ...grant, doors: remembered.get(grant.id) ?? [] }));
      if (theirs(known).every(({ id }) => remembered.has(id))) return theirs(known);
      const seen = theirs(await withDoors(first, body));
      for (const { id, doors } of seen) {
        if (first.some((grant) => grant.id === id && isOurs(grant))) remembered.set(id, doors);
      }
      return seen;
    },

    remember: (grantId, doors) => remembered.set(grantId, doors),
  };
}
