import { describe, expect, it } from 'vitest';
import { createRowInserts } from '../../src/lib/row-inserts.ts';

type Row = { id: number; name: string };
type Query = { text: string; parameters: readonly unknown[] };

function recorder() {
  const executed: Query[] = [];
  let compiled = 0;
  const sql = { executeQuery: async (query: Query) => void executed.push(query) };
  const insert = createRowInserts((_sql: typeof sql, rows: readonly Row[]) => ({
    compile(): Query {
      compiled += 1;
      return { text: `${rows.length} rows`, parameters: rows.flatMap(({ id, name }) => [id, name]) };
    },
  }));
  return { sql, insert, executed, compiled: () => compiled };
}

const rows = (count: number, from = 1): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: from + index, name: `row ${from + index}` }));

describe('inserting rows', () => {
  it('inserts every row once, in order, by few statements', async () => {
    const { sql, insert, executed } = recorder();

    await insert(sql, rows(300));

    expect(executed.map(({ text }) => text)).toEqual(['128 rows', '128 rows', '32 rows', '8 rows', '4 rows']);
    expect(executed.flatMap(({ parameters }) => parameters)).toEqual(rows(300).flatMap(({ id, name }) => [id, name]));
  });

  it('builds a statement once for each number of rows, and gives it the rows of the moment', async () => {
    const { sql, insert, executed, compiled } = recorder();

    await insert(sql, rows(3));
    await insert(sql, rows(3, 10));
    await insert(sql, rows(1, 20));

    expect(compiled()).toBe(2);
    expect(executed.flatMap(({ parameters }) => parameters.filter((each) => typeof each === 'number'))).toEqual([
      1, 2, 3, 10, 11, 12, 20,
    ]);
  });

  it('does nothing without a row', async () => {
    const { sql, insert, executed } = recorder();

    await insert(sql, []);

    expect(executed).toEqual([]);
  });

  it('refuses a statement that holds something else than the values of its rows', async () => {
    const { sql } = recorder();
    const insert = createRowInserts((_sql: typeof sql, some: readonly Row[]) => ({
      compile: (): Query => ({ text: '', parameters: [...some.map(({ id }) => id), 'of its own'] }),
    }));

    await expect(insert(sql, rows(1))).rejects.toThrow('other parameters');
  });
});
