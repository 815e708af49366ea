// What the store keeps for lock systems whose grants carry no note, or of which a lock user has one at a lock at most.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const notesAndTheirs: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('timed_grants')
      .addColumn('theirs', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();

    await db.schema
      .createTable('grant_notes')
      .addColumn('space', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('lock_user_id', 'text', (column) => column.notNull())
      .addColumn('lock_id', 'text', (column) => column.notNull())
      .addColumn('from_at', 'bigint')
      .addColumn('until_at', 'bigint')
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('grant_id', 'text')
      .addColumn('before', 'text', (column) => column.notNull())
      .addColumn('asked_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('grant_notes_pk', ['space', 'id'])
      .execute();
    await db.schema
      .createIndex('grant_notes_by_lock_user')
      .on('grant_notes')
      .columns(['space', 'lock_user_id'])
      .execute();
    await db.schema.createIndex('grant_notes_by_grant').on('grant_notes').columns(['space', 'grant_id']).execute();
  },
};
