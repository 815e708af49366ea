// Which lock user a membership stands behind.
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Scope } from './scope.ts';
import type { Link, Links } from './store.ts';
import type { Tables } from './tables.ts';

export function createLinks({ sql, space, eachSome }: Scope): Links {
  const select = () => sql.selectFrom('links').selectAll().where('space', '=', space).orderBy('membership_id');

  return {
    async all() {
      return (await select().execute()).map(toLink);
    },
    async of(membershipId) {
      const row = await select().where('membership_id', '=', membershipId).executeTakeFirst();
      return row && toLink(row);
    },
    async ofLockUser(lockUserId) {
      return (await select().where('lock_user_id', '=', lockUserId).execute()).map(toLink);
    },
    async put(links) {
      // The last one counts where a list has it twice: PostgreSQL changes no row twice in one statement.
      const once = [...new Map(links.map((link) => [link.membershipId, link])).values()];
      await eachSome('links', once, (some, within) =>
        within
          .insertInto('links')
          .values(some.map((link) => toRow(link, space)))
          .onConflict((conflict) =>
            conflict.columns(['space', 'membership_id']).doUpdateSet((eb) => ({
              lock_user_id: eb.ref('excluded.lock_user_id'),
              origin: eb.ref('excluded.origin'),
              ended_at: eb.ref('excluded.ended_at'),
            })),
          )
          .execute(),
      );
    },
    async setEnded(membershipId, endedAt) {
      await sql
        .updateTable('links')
        .set({ ended_at: endedAt })
        .where('space', '=', space)
        .where('membership_id', '=', membershipId)
        .execute();
    },
    async removeLockUser(lockUserId) {
      await sql.deleteFrom('links').where('space', '=', space).where('lock_user_id', '=', lockUserId).execute();
    },
  };
}

const origin = z.enum(['made', 'adopted']);

function toLink(row: Selectable<Tables['links']>): Link {
  return {
    membershipId: row.membership_id,
    lockUserId: row.lock_user_id,
    origin: origin.parse(row.origin),
    endedAt: row.ended_at,
  };
}

function toRow(link: Link, space: string): Tables['links'] {
  return {
    space,
    membership_id: link.membershipId,
    lock_user_id: link.lockUserId,
    origin: link.origin,
    ended_at: link.endedAt,
  };
}
