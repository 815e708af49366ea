// Check-ins that Cobot said no to; each counts until its Cobot day ends.
import type { Selectable } from 'kysely';
import type { Refusal } from '../access/model.ts';
import type { Scope } from './scope.ts';
import type { Refusals } from './store.ts';
import type { Tables } from './tables.ts';

export function createRefusals({ sql, space }: Scope): Refusals {
  const inForce = (now: number) =>
    sql.selectFrom('refusals').selectAll().where('space', '=', space).where('until_at', '>', now);

  return {
    async of(membershipId, now) {
      const row = await inForce(now).where('membership_id', '=', membershipId).executeTakeFirst();
      return row && toRefusal(row);
    },
    async all(now) {
      const rows = await inForce(now).execute();
      return new Map(rows.map((row) => [row.membership_id, toRefusal(row)]));
    },
    async put(membershipId, refusal) {
      const values = { at: refusal.at, until_at: refusal.until, words: refusal.words };
      await sql
        .insertInto('refusals')
        .values({ space, membership_id: membershipId, ...values })
        .onConflict((conflict) => conflict.columns(['space', 'membership_id']).doUpdateSet(values))
        .execute();
    },
    async clear(membershipId) {
      await sql.deleteFrom('refusals').where('space', '=', space).where('membership_id', '=', membershipId).execute();
    },
  };
}

function toRefusal(row: Selectable<Tables['refusals']>): Refusal {
  return { at: row.at, until: row.until_at, words: row.words };
}
