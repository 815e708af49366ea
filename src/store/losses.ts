// When each lock user last had a loss applied: the brake's memory.
import type { Scope } from './scope.ts';
import type { Losses } from './store.ts';

export function createLosses({ sql, space, eachSome }: Scope): Losses {
  return {
    async record(lockUserIds, at) {
      await eachSome('losses', [...new Set(lockUserIds)], (some, within) =>
        within
          .insertInto('losses')
          .values(some.map((lockUserId) => ({ space, lock_user_id: lockUserId, at })))
          .onConflict((conflict) => conflict.columns(['space', 'lock_user_id']).doUpdateSet({ at }))
          .execute(),
      );
    },
    async since(at) {
      const rows = await sql
        .selectFrom('losses')
        .select('lock_user_id')
        .where('space', '=', space)
        .where('at', '>=', at)
        .execute();
      return new Set(rows.map((row) => row.lock_user_id));
    },
    async prune(before) {
      const { numDeletedRows } = await sql
        .deleteFrom('losses')
        .where('space', '=', space)
        .where('at', '<', before)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
