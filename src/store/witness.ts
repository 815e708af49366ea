// The ids of lock users and grants that we made, beside the marks that they carry themselves.
import type { Scope } from './scope.ts';
import type { Witness } from './store.ts';

export function createWitness({ sql, space, eachSome }: Scope): Witness {
  return {
    async add(kind, ids) {
      await eachSome('witness', ids, (some, within) =>
        within
          .insertInto('witness')
          .values(some.map((id) => ({ space, kind, id })))
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },
    async all(kind) {
      const rows = await sql
        .selectFrom('witness')
        .select('id')
        .where('space', '=', space)
        .where('kind', '=', kind)
        .execute();
      return new Set(rows.map((row) => row.id));
    },
    async has(kind, id) {
      const row = await sql
        .selectFrom('witness')
        .select('id')
        .where('space', '=', space)
        .where('kind', '=', kind)
        .where('id', '=', id)
        .executeTakeFirst();
      return row !== undefined;
    },
    async remove(kind, ids) {
      await eachSome('witness', ids, (some, within) =>
        within
          .deleteFrom('witness')
          .where('space', '=', space)
          .where('kind', '=', kind)
          .where('id', 'in', some)
          .execute(),
      );
    },
  };
}

/** As those ask who tell ours from others' at the lock system. */
export function witnessOf(witness: Witness) {
  return {
    hasUser: (id: string) => witness.has('user', id),
    hasGrant: (id: string) => witness.has('grant', id),
    addUser: (id: string) => witness.add('user', [id]),
    addGrant: (id: string) => witness.add('grant', [id]),
    removeUser: (id: string) => witness.remove('user', [id]),
    removeGrant: (id: string) => witness.remove('grant', [id]),
  };
}
