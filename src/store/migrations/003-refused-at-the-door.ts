// Openings that were none: somebody was refused at the door, and why.
import type { Migration } from 'kysely/migration';

export const refusedAtTheDoor: Migration = {
  async up(db) {
    await db.schema.alterTable('openings').addColumn('refused', 'text').execute();
  },
};
