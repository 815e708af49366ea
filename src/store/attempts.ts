// Check-ins that were sent and whose answer is not known yet.
import type { Scope } from './scope.ts';
import type { Attempts } from './store.ts';

export function createAttempts({ sql, space, durable }: Scope): Attempts {
  return {
    async of(membershipId) {
      const row = await sql
        .selectFrom('attempts')
        .selectAll()
        .where('space', '=', space)
        .where('membership_id', '=', membershipId)
        .executeTakeFirst();
      return row && { membershipId: row.membership_id, startedAt: row.started_at };
    },
    async start({ membershipId, startedAt }) {
      const row = { space, membership_id: membershipId, started_at: startedAt };
      // Whatever happens: before money is spent.
      await durable((trx) =>
        trx
          .insertInto('attempts')
          .values(row)
          .onConflict((conflict) => conflict.columns(['space', 'membership_id']).doUpdateSet({ started_at: startedAt }))
          .execute(),
      );
    },
    async finish(membershipId) {
      await sql.deleteFrom('attempts').where('space', '=', space).where('membership_id', '=', membershipId).execute();
    },
  };
}
