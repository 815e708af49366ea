// The policy in force in words, and the file as it is now with its mistakes.
import { readFile } from 'node:fs/promises';
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { PolicyInForce } from '../sync/parts.ts';
import type { Answers, Operator } from './answers.ts';
import { zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';
import { besidesInWords, type NamesOf, ruleInWords } from './rule-words.ts';

export function showingPolicy({ parts, policy }: OperatorApp): Pick<Operator, 'policy'> {
  const { store } = parts;

  /** Names as last read; of something that nobody has named, what is known. */
  async function naming(locks: PolicyInForce['locks']): Promise<NamesOf> {
    const lockNames = new Map(locks.map(({ id, name }) => [id, name]));
    const planNames = new Map((await store.settings.get('policy'))?.plans.map(({ id, name }) => [id, name]));
    return {
      lock: (id) => lockNames.get(id) ?? `lock ${id}, which is gone`,
      plan: (id) => planNames.get(id) ?? `plan ${id}, which is gone`,
    };
  }

  return {
    async policy() {
      const text = await textOf(policy.path);
      const last = (await store.settings.get('policy'))?.text ?? null;
      const rest = {
        zone: await zoneOf(store),
        path: policy.path,
        text,
        mistakes: [...policy.mistakes()],
        inForce: inForce(text, last),
      };
      try {
        const current = await parts.policy();
        const names = await naming(current.locks);
        return {
          ...rest,
          rules: current.policy.rules.map((rule) => ({ name: rule.name, words: ruleInWords(rule, names) })),
          why: null,
          besides: besidesInWords(current.policy),
        };
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        return { ...rest, rules: null, why: describeError(error), besides: [] };
      }
    },
  };
}

/** `last`: the text that was last in force; null: there never was one, so the rule without a file counts. */
function inForce(text: string | null, last: string | null): Answers['policy']['inForce'] {
  if (last === null) return text === null ? 'this' : 'none';
  return last === text ? 'this' : 'another';
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // What else is wrong with it, the mistakes say.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}
