// When each lock user was last seen with a grant of ours.
import { chunks } from '../lib/chunks.ts';
import { ROWS_AT_ONCE, type Scope } from './scope.ts';
import type { Managed } from './store.ts';

export function createManaged({ sql, space, alone }: Scope): Managed {
  return {
    async seen(lockUserIds, at) {
      await alone('managed', async (trx) => {
        for (const some of chunks([...new Set(lockUserIds)], ROWS_AT_ONCE)) {
          await trx
            .insertInto('managed')
            .values(some.map((lockUserId) => ({ space, lock_user_id: lockUserId, last_seen_at: at })))
            .onConflict((conflict) => conflict.columns(['space', 'lock_user_id']).doUpdateSet({ last_seen_at: at }))
            .execute();
        }
      });
    },
    async since(at) {
      const rows = await sql
        .selectFrom('managed')
        .select('lock_user_id')
        .where('space', '=', space)
        .where('last_seen_at', '>=', at)
        .execute();
      return new Set(rows.map((row) => row.lock_user_id));
    },
    async lastSeen(lockUserId) {
      const row = await sql
        .selectFrom('managed')
        .select('last_seen_at')
        .where('space', '=', space)
        .where('lock_user_id', '=', lockUserId)
        .executeTakeFirst();
      return row?.last_seen_at;
    },
    async remove(lockUserId) {
      await sql.deleteFrom('managed').where('space', '=', space).where('lock_user_id', '=', lockUserId).execute();
    },
  };
}
