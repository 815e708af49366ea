// What a person should know or mend, and since when. A problem goes on while its kind and sentence stay the same.
import type { Kysely } from 'kysely';
import type { Scope } from './scope.ts';
import type { Problems } from './store.ts';
import type { Tables } from './tables.ts';

type Told = { kind: string; sentence: string };

export function createProblems({ sql, space, alone }: Scope): Problems {
  const read = (subject: string, within: Kysely<Tables>): Promise<Told[]> =>
    within
      .selectFrom('problems')
      .select(['kind', 'sentence'])
      .where('space', '=', space)
      .where('subject', '=', subject)
      .execute();

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
      const known = await read(subject, sql);
      if (known.length === problems.length && known.every(isAmong(problems))) return;
      await alone('problems', async (trx) => {
        const before = await read(subject, trx);
        for (const { kind, sentence } of before) {
          if (isAmong(problems)({ kind, sentence })) continue;
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

const isAmong =
  (problems: readonly Told[]) =>
  ({ kind, sentence }: Told): boolean =>
    problems.some((problem) => problem.kind === kind && problem.sentence === sentence);
