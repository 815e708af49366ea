// Brings a database forward from any released version, all or nothing; one from a newer version is left as it is.
// To change a table: a new file beside this one, and its line in `migrations`. Lines are never removed or renamed.
import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { DatabaseTooNewError } from '../errors.ts';
import { first } from './001-first.ts';
import { notesAndTheirs } from './002-notes-and-theirs.ts';
import { refusedAtTheDoor } from './003-refused-at-the-door.ts';
import { together } from './004-together.ts';
import { alerts } from './005-alerts.ts';

const migrations: Readonly<Record<string, Migration>> = {
  '001-first': first,
  '002-notes-and-theirs': notesAndTheirs,
  '003-refused-at-the-door': refusedAtTheDoor,
  '004-together': together,
  '005-alerts': alerts,
};

/** `schema`: where the tables are, where there can be several. */
export async function migrate<T>(
  database: Kysely<T>,
  { schema, known = migrations }: { schema?: string; known?: Readonly<Record<string, Migration>> } = {},
): Promise<void> {
  const unknown = (await migrationsOf(database, schema)).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length > 0) throw new DatabaseTooNewError(unknown);

  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...known }) },
    ...(schema !== undefined && { migrationTableSchema: schema }),
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function migrationsOf<T>(database: Kysely<T>, schema: string | undefined): Promise<string[]> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  const ours = tables.filter((table) => schema === undefined || table.schema === schema);
  if (!ours.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(
    database,
  );
  return rows.map(({ name }) => name);
}
