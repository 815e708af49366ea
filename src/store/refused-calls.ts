// Kinds of calls that another side refuses the token for, since when, and when that was last so.
import type { Scope } from './scope.ts';
import type { RefusedCalls } from './store.ts';

export function createRefusedCalls({ sql, space }: Scope): RefusedCalls {
  return {
    async all() {
      return await sql
        .selectFrom('refused_calls')
        .select(['side', 'call', 'sentence', 'since', 'at'])
        .where('space', '=', space)
        .orderBy('side')
        .orderBy('call')
        .execute();
    },
    async put({ side, call, sentence, at }) {
      await sql
        .insertInto('refused_calls')
        .values({ space, side, call, sentence, since: at, at })
        .onConflict((conflict) => conflict.columns(['space', 'side', 'call']).doUpdateSet({ sentence, at }))
        .execute();
    },
    async remove(side, call) {
      await sql
        .deleteFrom('refused_calls')
        .where('space', '=', space)
        .where('side', '=', side)
        .where('call', '=', call)
        .execute();
    },
    async prune(before) {
      await sql.deleteFrom('refused_calls').where('space', '=', space).where('at', '<', before).execute();
    },
  };
}
