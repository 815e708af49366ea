// Check-ins that we know of, whoever made them.
import type { Selectable } from 'kysely';
import type { CheckIn } from '../access/model.ts';
import type { Scope } from './scope.ts';
import type { CheckIns } from './store.ts';
import type { Tables } from './tables.ts';

export function createCheckIns({ sql, space, eachSome }: Scope): CheckIns {
  const select = () => sql.selectFrom('check_ins').selectAll().where('space', '=', space);

  return {
    async put(checkIns) {
      // The last one counts where a list has it twice: PostgreSQL changes no row twice in one statement.
      const once = [...new Map(checkIns.map((checkIn) => [checkIn.id, checkIn])).values()];
      await eachSome('check_ins', once, (some, within) =>
        within
          .insertInto('check_ins')
          .values(some.map((checkIn) => toRow(checkIn, space)))
          .onConflict((conflict) =>
            conflict.columns(['space', 'id']).doUpdateSet((eb) => ({
              membership_id: eb.ref('excluded.membership_id'),
              from_at: eb.ref('excluded.from_at'),
              until_at: eb.ref('excluded.until_at'),
              pass_id: eb.ref('excluded.pass_id'),
            })),
          )
          .execute(),
      );
    },
    async of(id) {
      const row = await select().where('id', '=', id).executeTakeFirst();
      return row && toCheckIn(row);
    },
    async between(membershipId, from, until) {
      const rows = await select()
        .where('membership_id', '=', membershipId)
        .where('until_at', '>', from)
        .where('from_at', '<', until)
        .orderBy('from_at')
        .orderBy('id')
        .execute();
      return rows.map(toCheckIn);
    },
    async prune(before) {
      const { numDeletedRows } = await sql
        .deleteFrom('check_ins')
        .where('space', '=', space)
        .where('until_at', '<', before)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

function toCheckIn(row: Selectable<Tables['check_ins']>): CheckIn {
  return { id: row.id, membershipId: row.membership_id, from: row.from_at, until: row.until_at, passId: row.pass_id };
}

function toRow(checkIn: CheckIn, space: string): Tables['check_ins'] {
  return {
    space,
    id: checkIn.id,
    membership_id: checkIn.membershipId,
    from_at: checkIn.from,
    until_at: checkIn.until,
    pass_id: checkIn.passId,
  };
}
