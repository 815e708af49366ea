// The tables of the first release. Never changed after a release: what comes later is a migration of its own.
// Says the columns again (not taken from tables.ts) because it has to stay as it was.
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const first: Migration = {
  async up(db: Kysely<unknown>) {
    await tablesOfWhatArrives(db);
    await tablesOfMembers(db);
    await tablesOfTheGuard(db);
    await tablesOfTheWork(db);
  },
};

async function tablesOfWhatArrives(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('understood', 'integer', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('deliveries_pk', ['space', 'id'])
    .execute();
  await db.schema.createIndex('deliveries_by_time').on('deliveries').columns(['space', 'received_at']).execute();

  await db.schema
    .createTable('openings')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('lock_user_id', 'text', (column) => column.notNull())
    .addColumn('lock_id', 'text')
    .addColumn('lock_name', 'text')
    .addColumn('lock_identity', 'text', (column) => column.notNull())
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('note', 'text')
    .addPrimaryKeyConstraint('openings_pk', ['space', 'id'])
    .addUniqueConstraint('openings_once', ['space', 'lock_user_id', 'lock_identity', 'occurred_at'])
    .execute();
  await db.schema.createIndex('openings_by_time').on('openings').columns(['space', 'occurred_at']).execute();
  await db.schema.createIndex('openings_by_outcome').on('openings').columns(['space', 'outcome']).execute();
}

async function tablesOfMembers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('links')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addColumn('lock_user_id', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addPrimaryKeyConstraint('links_pk', ['space', 'membership_id'])
    .execute();
  await db.schema.createIndex('links_by_lock_user').on('links').columns(['space', 'lock_user_id']).execute();

  await db.schema
    .createTable('tokens')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('lock_user_id', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('tokens_pk', ['space', 'lock_user_id'])
    .execute();

  await db.schema
    .createTable('evidence')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('read_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('evidence_pk', ['space', 'membership_id'])
    .execute();
  await db.schema
    .createTable('evidence_bookings')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('booking_id', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('evidence_bookings_pk', ['space', 'booking_id', 'membership_id'])
    .execute();
  await db.schema
    .createIndex('evidence_bookings_by_membership')
    .on('evidence_bookings')
    .columns(['space', 'membership_id'])
    .execute();

  await db.schema
    .createTable('check_ins')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addColumn('from_at', 'bigint', (column) => column.notNull())
    .addColumn('until_at', 'bigint', (column) => column.notNull())
    .addColumn('pass_id', 'text')
    .addPrimaryKeyConstraint('check_ins_pk', ['space', 'id'])
    .execute();
  await db.schema
    .createIndex('check_ins_by_membership')
    .on('check_ins')
    .columns(['space', 'membership_id', 'until_at'])
    .execute();

  await db.schema
    .createTable('attempts')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('attempts_pk', ['space', 'membership_id'])
    .execute();

  await db.schema
    .createTable('refusals')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('until_at', 'bigint', (column) => column.notNull())
    .addColumn('words', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('refusals_pk', ['space', 'membership_id'])
    .execute();
}

async function tablesOfTheGuard(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('holds')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('holds_pk', ['space', 'id'])
    .execute();
  await db.schema
    .createTable('hold_lines')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('lock_user_id', 'text', (column) => column.notNull())
    .addColumn('lock_id', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('rests_on_absence', 'integer', (column) => column.notNull())
    .addColumn('held_at', 'bigint', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('decision', 'text')
    .addPrimaryKeyConstraint('hold_lines_pk', ['space', 'lock_user_id', 'lock_id'])
    .execute();

  await db.schema
    .createTable('losses')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('lock_user_id', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('losses_pk', ['space', 'lock_user_id'])
    .execute();
  await db.schema
    .createTable('managed')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('lock_user_id', 'text', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('managed_pk', ['space', 'lock_user_id'])
    .execute();
  await db.schema
    .createTable('witness')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('witness_pk', ['space', 'kind', 'id'])
    .execute();

  await db.schema
    .createTable('timed_grants')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('lock_user_id', 'text', (column) => column.notNull())
    .addColumn('lock_id', 'text', (column) => column.notNull())
    .addColumn('from_at', 'bigint')
    .addColumn('until_at', 'bigint')
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('real_id', 'text')
    .addColumn('asked', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('timed_grants_pk', ['space', 'id'])
    .execute();
  await db.schema
    .createIndex('timed_grants_by_lock_user')
    .on('timed_grants')
    .columns(['space', 'lock_user_id'])
    .execute();
}

async function tablesOfTheWork(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('problems')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('sentence', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('problems_pk', ['space', 'subject', 'kind', 'sentence'])
    .execute();

  await db.schema
    .createTable('audit')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('number', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('sentence', 'text', (column) => column.notNull())
    .addColumn('cause', 'text', (column) => column.notNull())
    .addColumn('membership_id', 'text')
    .addColumn('lock_user_id', 'text')
    .addColumn('lock_id', 'text')
    .addPrimaryKeyConstraint('audit_pk', ['space', 'number'])
    .execute();
  await db.schema.createIndex('audit_by_time').on('audit').columns(['space', 'at']).execute();
  await db.schema.createIndex('audit_by_membership').on('audit').columns(['space', 'membership_id']).execute();

  await db.schema
    .createTable('settings')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('settings_pk', ['space', 'key'])
    .execute();
  await db.schema
    .createTable('counters')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('counters_pk', ['space', 'name'])
    .execute();

  await db.schema
    .createTable('jobs')
    .addColumn('space', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('run_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('refusals', 'integer', (column) => column.notNull())
    .addColumn('last_error', 'text')
    .addColumn('transient', 'integer', (column) => column.notNull())
    .addColumn('requested_at', 'bigint', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('jobs_pk', ['space', 'id'])
    // One waiting, one running and one dead job per key.
    .addUniqueConstraint('jobs_once', ['space', 'name', 'key', 'state'])
    .execute();
  await db.schema
    .createIndex('jobs_to_pick')
    .on('jobs')
    .columns(['space', 'state', 'name', 'run_at', 'sequence'])
    .execute();
}
