// The check-in tokens that we know to be on Cobot.
import type { Kysely } from 'kysely';
import { chunks } from '../lib/chunks.ts';
import { ROWS_AT_ONCE, type Scope } from './scope.ts';
import type { Tokens } from './store.ts';
import type { Tables } from './tables.ts';

export function createTokens({ sql, space, alone }: Scope): Tokens {
  const all = async (within: Kysely<Tables>) => {
    const rows = await within.selectFrom('tokens').selectAll().where('space', '=', space).execute();
    return new Map(rows.map((row) => [row.lock_user_id, row.membership_id]));
  };

  const put = async (tokens: readonly (readonly [string, string])[], within: Kysely<Tables>) => {
    await within
      .insertInto('tokens')
      .values(
        tokens.map(([lockUserId, membershipId]) => ({ space, lock_user_id: lockUserId, membership_id: membershipId })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['space', 'lock_user_id'])
          .doUpdateSet((eb) => ({ membership_id: eb.ref('excluded.membership_id') })),
      )
      .execute();
  };

  const remove = async (lockUserIds: readonly string[], within: Kysely<Tables>) => {
    await within.deleteFrom('tokens').where('space', '=', space).where('lock_user_id', 'in', lockUserIds).execute();
  };

  return {
    all: () => all(sql),
    async of(lockUserId) {
      const row = await sql
        .selectFrom('tokens')
        .select('membership_id')
        .where('space', '=', space)
        .where('lock_user_id', '=', lockUserId)
        .executeTakeFirst();
      return row?.membership_id;
    },
    put: (lockUserId, membershipId) => put([[lockUserId, membershipId]], sql),
    remove: (lockUserId) => remove([lockUserId], sql),
    async replaceAll(tokens) {
      await alone('tokens', async (trx) => {
        const before = await all(trx);
        const gone = [...before.keys()].filter((lockUserId) => !tokens.has(lockUserId));
        const changed = [...tokens].filter(([lockUserId, membershipId]) => before.get(lockUserId) !== membershipId);
        for (const some of chunks(gone, ROWS_AT_ONCE)) await remove(some, trx);
        for (const some of chunks(changed, ROWS_AT_ONCE)) await put(some, trx);
      });
    },
  };
}
