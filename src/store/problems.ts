// What a person should know or mend, and since when. A problem goes on while its kind and sentence stay the same.
import type { Scope } from './scope.ts';
import type { Problems } from './store.ts';

export function createProblems({ sql, space, alone }: Scope): Problems {
  return {
    async all() {
      return await sql
        .selectFrom('problems')
        .select(['subject', 'kind', 'sentence', 'since'])
        .where('space', '=', space)
        .orderBy('since')
        .orderBy('subject')
        .orderBy('kind')
        .orderBy('sentence')
        .execute();
    },
    async replace(subject, problems, now) {
      await alone('problems', async (trx) => {
        const before = await trx
          .selectFrom('problems')
          .select(['kind', 'sentence'])
          .where('space', '=', space)
          .where('subject', '=', subject)
          .execute();

        for (const { kind, sentence } of before) {
          if (problems.some((problem) => problem.kind === kind && problem.sentence === sentence)) continue;
          await trx
            .deleteFrom('problems')
            .where('space', '=', space)
            .where('subject', '=', subject)
            .where('kind', '=', kind)
            .where('sentence', '=', sentence)
            .execute();
        }
        for (const { kind, sentence } of problems) {
          await trx
            .insertInto('problems')
            .values({ space, subject, kind, sentence, since: now })
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      });
    },
  };
}
