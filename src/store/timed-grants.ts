// Grants with a window, for a lock system that keeps none: what should be open when, and on which real grant it stands.
import type { Selectable } from 'kysely';
import type { Instant } from '../access/model.ts';
import type { TimedGrant, TimedGrants } from './filled-in.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

const LONG_AGO: Instant = 0;

export function createTimedGrants({ sql, space, eachSome }: Scope): TimedGrants {
  const select = () => sql.selectFrom('timed_grants').selectAll().where('space', '=', space).orderBy('id');

  /** The first instant above `at` in the column. */
  async function first(column: 'from_at' | 'until_at', at: Instant): Promise<Instant | null> {
    const row = await sql
      .selectFrom('timed_grants')
      .select(({ fn }) => fn.min<number | null>(column).as('first'))
      .where('space', '=', space)
      .where(column, '>', at)
      .executeTakeFirst();
    return row?.first ?? null;
  }

  return {
    async all() {
      return (await select().execute()).map(toGrant);
    },
    async of(id) {
      const row = await select().where('id', '=', id).executeTakeFirst();
      return row && toGrant(row);
    },
    async ofLockUser(lockUserId) {
      return (await select().where('lock_user_id', '=', lockUserId).execute()).map(toGrant);
    },
    async due(at) {
      const rows = await select()
        .where(({ and, or, eb }) =>
          or([
            and([
              eb('real_id', 'is', null),
              eb('theirs', '=', 0),
              or([eb('from_at', 'is', null), eb('from_at', '<=', at)]),
              or([eb('until_at', 'is', null), eb('until_at', '>', at)]),
            ]),
            and([
              or([eb('asked', '=', 1), eb('theirs', '=', 1)]),
              or([eb('until_at', '<=', at), eb('from_at', '>', at)]),
            ]),
          ]),
        )
        .execute();
      return rows.map(toGrant);
    },
    async next(at) {
      const [begin, end] = [await first('from_at', at), await first('until_at', at)];
      return begin === null || end === null ? (begin ?? end) : Math.min(begin, end);
    },
    async add(grant) {
      await sql.insertInto('timed_grants').values(toRow(grant, space)).execute();
    },
    async stand(ids, { realId, asked, theirs }) {
      await eachSome('timed_grants', ids, (some, within) =>
        within
          .updateTable('timed_grants')
          .set({ real_id: realId, asked: asked ? 1 : 0, theirs: theirs ? 1 : 0 })
          .where('space', '=', space)
          .where('id', 'in', some)
          .execute(),
      );
    },
    async move(id, { from, until }) {
      await sql
        .updateTable('timed_grants')
        .set({ from_at: from, until_at: until })
        .where('space', '=', space)
        .where('id', '=', id)
        .execute();
    },
    async shut(id) {
      await sql
        .updateTable('timed_grants')
        .set({ until_at: LONG_AGO })
        .where('space', '=', space)
        .where('id', '=', id)
        .execute();
    },
    async remove(ids) {
      await eachSome('timed_grants', ids, (some, within) =>
        within.deleteFrom('timed_grants').where('space', '=', space).where('id', 'in', some).execute(),
      );
    },
    async removeLockUser(lockUserId) {
      await sql.deleteFrom('timed_grants').where('space', '=', space).where('lock_user_id', '=', lockUserId).execute();
    },
  };
}

function toGrant(row: Selectable<Tables['timed_grants']>): TimedGrant {
  return {
    id: row.id,
    lockUserId: row.lock_user_id,
    lockId: row.lock_id,
    from: row.from_at,
    until: row.until_at,
    note: row.note,
    realId: row.real_id,
    asked: row.asked === 1,
    theirs: row.theirs === 1,
  };
}

function toRow(grant: TimedGrant, space: string): Tables['timed_grants'] {
  return {
    space,
    id: grant.id,
    lock_user_id: grant.lockUserId,
    lock_id: grant.lockId,
    from_at: grant.from,
    until_at: grant.until,
    note: grant.note,
    real_id: grant.realId,
    asked: grant.asked ? 1 : 0,
    theirs: grant.theirs ? 1 : 0,
  };
}
