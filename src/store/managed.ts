// When each lock user was last seen with a grant of ours.
import type { Scope } from './scope.ts';
import type { Managed } from './store.ts';

export function createManaged({ sql, space, eachSome }: Scope): Managed {
  return {
    async seen(lockUserIds, at) {
      await eachSome('managed', [...new Set(lockUserIds)], (some, within) =>
        within
          .insertInto('managed')
          .values(some.map((lockUserId) => ({ space, lock_user_id: lockUserId, last_seen_at: at })))
          .onConflict((conflict) => conflict.columns(['space', 'lock_user_id']).doUpdateSet({ last_seen_at: at }))
          .execute(),
      );
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
