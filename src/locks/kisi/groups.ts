// Kisi's groups, which are what a grant names, with the doors behind each. Groups are always listed afresh; their doors,
// which cost a call for each group, are kept for a while.
import type { Door, Instant, Lock } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import type { LockSystem } from '../lock-system.ts';
import type { KisiClient } from './client.ts';
import { groupLockSchema, groupSchema } from './schema.ts';

const PAGE_SIZE = 250;
const KEPT_MS = 15 * 60_000;

export function createGroups({ list }: KisiClient, placeId: string | null, clock: Clock): Pick<LockSystem, 'locks'> {
  const kept = new Map<string, { doors: readonly Door[]; at: Instant }>();

  async function doorsOf(groupId: string): Promise<readonly Door[]> {
    const known = kept.get(groupId);
    if (known && known.at > clock.now() - KEPT_MS) return known.doors;
    const query = { group_id: groupId };
    const found = await list({ path: '/group_locks', query, pageSize: PAGE_SIZE, item: groupLockSchema });
    // Compared again: a filter that is not understood would answer with every group's.
    const doors = found.filter((each) => each.groupId === groupId).map(({ door }) => door);
    kept.set(groupId, { doors, at: clock.now() });
    return doors;
  }

  return {
    async locks() {
      const query = placeId === null ? {} : { place_id: placeId };
      const found = await list({ path: '/groups', query, pageSize: PAGE_SIZE, item: groupSchema });
      const groups = found.filter((group) => placeId === null || group.placeId === placeId);
      const ids = new Set(groups.map(({ id }) => id));
      for (const id of kept.keys()) if (!ids.has(id)) kept.delete(id);
      const locks: Lock[] = [];
      for (const { id, name } of groups) locks.push({ id, name, doors: await doorsOf(id) });
      return locks;
    },
  };
}
