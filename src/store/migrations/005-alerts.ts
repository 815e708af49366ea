// What a person was told, and which calls the other sides refuse the token for.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const alerts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('alerts')
      .addColumn('space', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('sentence', 'text', (column) => column.notNull())
      .addColumn('who', 'text')
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('told_at', 'bigint')
      .addColumn('gone_since', 'bigint')
      .addPrimaryKeyConstraint('alerts_pk', ['space', 'key'])
      .execute();
    await db.schema
      .createTable('refused_calls')
      .addColumn('space', 'text', (column) => column.notNull())
      .addColumn('side', 'text', (column) => column.notNull())
      .addColumn('call', 'text', (column) => column.notNull())
      .addColumn('sentence', 'text', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('refused_calls_pk', ['space', 'side', 'call'])
      .execute();
  },
};
