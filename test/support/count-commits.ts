// How many transactions a database was asked for while something happened.
import type { Database } from '../../src/store/database.ts';

export async function countCommits({ sql }: Pick<Database, 'sql'>, act: () => Promise<unknown>): Promise<number> {
  let commits = 0;
  const transaction = sql.transaction.bind(sql);
  sql.transaction = () => {
    commits += 1;
    return transaction();
  };
  try {
    await act();
  } finally {
    sql.transaction = transaction;
  }
  return commits;
}
