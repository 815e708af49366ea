// Which grants are ours, and with which note, for a lock system whose grants carry none. Nobody else can tell.
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { GrantNote, GrantNotes } from './filled-in.ts';
import type { Scope } from './scope.ts';
import type { Tables } from './tables.ts';

export function createGrantNotes({ sql, space, alone, eachSome }: Scope): GrantNotes {
  const select = () =>
    sql.selectFrom('grant_notes').selectAll().where('space', '=', space).orderBy('asked_at').orderBy('id');

  return {
    async all() {
      return (await select().execute()).map(toNote);
    },
    async ofLockUser(lockUserId) {
      return (await select().where('lock_user_id', '=', lockUserId).execute()).map(toNote);
    },
    async ofGrant(grantId) {
      const row = await select().where('grant_id', '=', grantId).executeTakeFirst();
      return row && toNote(row);
    },
    async unanswered() {
      return (await select().where('grant_id', 'is', null).execute()).map(toNote);
    },
    async add(note) {
      await sql.insertInto('grant_notes').values(toRow(note, space)).execute();
    },
    async bind(id, grantId) {
      await alone('grant_notes', async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('grant_notes')
          .set({ grant_id: grantId })
          .where('space', '=', space)
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return;
        await trx
          .deleteFrom('grant_notes')
          .where('space', '=', space)
          .where('grant_id', '=', grantId)
          .where('id', '!=', id)
          .execute();
      });
    },
    async move(id, { from, until }) {
      await sql
        .updateTable('grant_notes')
        .set({ from_at: from, until_at: until })
        .where('space', '=', space)
        .where('id', '=', id)
        .execute();
    },
    async remove(ids) {
      await eachSome('grant_notes', ids, (some, within) =>
        within.deleteFrom('grant_notes').where('space', '=', space).where('id', 'in', some).execute(),
      );
    },
    async removeLockUser(lockUserId) {
      await sql.deleteFrom('grant_notes').where('space', '=', space).where('lock_user_id', '=', lockUserId).execute();
    },
  };
}

const ids = z.array(z.string());

function toNote(row: Selectable<Tables['grant_notes']>): GrantNote {
  return {
    id: row.id,
    lockUserId: row.lock_user_id,
    lockId: row.lock_id,
    from: row.from_at,
    until: row.until_at,
    note: row.note,
    grantId: row.grant_id,
    before: ids.parse(JSON.parse(row.before)),
    askedAt: row.asked_at,
  };
}

function toRow(note: GrantNote, space: string): Tables['grant_notes'] {
  return {
    space,
    id: note.id,
    lock_user_id: note.lockUserId,
    lock_id: note.lockId,
    from_at: note.from,
    until_at: note.until,
    note: note.note,
    grant_id: note.grantId,
    before: JSON.stringify(note.before),
    asked_at: note.askedAt,
  };
}
