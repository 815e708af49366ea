// How many transactions a database was asked for while something happened.
import type { Database } from '../../src/store/database.ts';

export async function countCommits(
  database: Pick<Database, 'sql' | 'undoable'>,
  act: () => Promise<unknown>,
): Promise<number> {
  const { sql, undoable } = database;
  let commits = 0;
  const transaction = sql.transaction.bind(sql);
  sql.transaction = () => {
    commits += 1;
    return transaction();
  };
  database.undoable = (work) => {
    commits += 1;
    return undoable(work);
  };
  try {
    await act();
  } finally {
    sql.transaction = transaction;
    database.undoable = undoable;
  }
  return commits;
}
