// Makes PostgreSQL take and give what Node's own SQLite does. Knows no table of ours.
import { PostgresDialect, PostgresQueryCompiler } from 'kysely';
import pg from 'pg';

const INT8 = 20;
/** Beyond every instant that there is, and exact as a number. */
const FAR = Number.MAX_SAFE_INTEGER;

/** Instants and counts are numbers; pg by itself gives them as texts. */
export const typesOfAnswers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

export class RelayPostgresDialect extends PostgresDialect {
  override createQueryCompiler(): PostgresQueryCompiler {
    return new BindingCompiler();
  }
}

class BindingCompiler extends PostgresQueryCompiler {
  protected override appendValue(parameter: unknown): void {
    super.appendValue(bindable(parameter));
  }
}

function bindable(value: unknown): unknown {
  // PostgreSQL refuses a text with a NUL in it, and anybody could send one in an id.
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD');
  if (typeof value !== 'number' || Number.isInteger(value) || Number.isNaN(value)) return value;
  return Math.max(-FAR, Math.min(FAR, Math.floor(value)));
}
