// Makes PostgreSQL take and give what Node's own SQLite does. Knows no table of ours.
import {
  type CompiledQuery,
  type DatabaseConnection,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from 'kysely';
import pg from 'pg';

const INT8 = 20;
/** Beyond every instant that there is, and exact as a number. */
const FAR = Number.MAX_SAFE_INTEGER;

/** Instants and counts are numbers; pg by itself gives them as texts. */
export const typesOfAnswers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

export class RelayPostgresDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): PostgresDriver {
    return new BindingDriver(this.#config);
  }
}

class BindingDriver extends PostgresDriver {
  readonly #seen = new WeakSet<DatabaseConnection>();

  /** Where every statement passes, also one that was compiled long ago. */
  override async acquireConnection(
    ...options: Parameters<PostgresDriver['acquireConnection']>
  ): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection(...options);
    if (this.#seen.has(connection)) return connection;
    this.#seen.add(connection);
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = <R>(query: CompiledQuery) =>
      execute<R>({ ...query, parameters: query.parameters.map(bindable) });
    return connection;
  }
}

function bindable(value: unknown): unknown {
  // PostgreSQL refuses a text with a NUL in it, and anybody could send one in an id.
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  if (typeof value !== 'number' || Number.isInteger(value) || Number.isNaN(value)) return value;
  return Math.max(-FAR, Math.min(FAR, Math.floor(value)));
}
