// Inserts many rows by few statements, each compiled once: to build a statement anew for every webhook costs more than
// to run it. Rows go in by powers of two, so that there are few statements, however many rows come.

type Query = { readonly parameters: readonly unknown[] };
type Sql<Q> = { executeQuery(query: Q): Promise<unknown> };

const MOST_AT_ONCE = 128;

/** `statement`: the insert of these rows, whose only parameters are their values. All rows have the same columns. */
export function createRowInserts<S extends Sql<Q>, R extends object, Q extends Query>(
  statement: (sql: S, rows: readonly R[]) => { compile(): Q },
): (sql: S, rows: readonly R[]) => Promise<void> {
  const compiled = new Map<number, Q>();

  function compile(sql: S, rows: readonly R[]): Q {
    const query = statement(sql, rows).compile();
    const values = valuesOf(rows);
    const fits = query.parameters.length === values.length && query.parameters.every((each, at) => each === values[at]);
    if (!fits) throw new Error('An insert of rows has other parameters than the values of its rows.');
    compiled.set(rows.length, query);
    return query;
  }

  return async (sql, rows) => {
    for (let from = 0; from < rows.length; ) {
      const some = rows.slice(from, from + largestPowerOfTwo(rows.length - from));
      const query = compiled.get(some.length) ?? compile(sql, some);
      await sql.executeQuery({ ...query, parameters: valuesOf(some) });
      from += some.length;
    }
  };
}

const valuesOf = (rows: readonly object[]): unknown[] => rows.flatMap((row): unknown[] => Object.values(row));

const largestPowerOfTwo = (count: number): number => Math.min(MOST_AT_ONCE, 2 ** Math.floor(Math.log2(count)));
