// What was asked for on the command line of `npm run bench`.
import { parseArgs } from 'node:util';
import type { EngineName } from './report.ts';

export type Asked = {
  names: string[];
  quick: boolean;
  write: boolean;
  help: boolean;
  engines: EngineName[];
  rounds: number | null;
  profile: string | null;
};

/** Throws an error whose message is a sentence for whoever typed it. */
export function readArguments(words: readonly string[], known: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      engine: { type: 'string', default: 'both' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const strange = positionals.filter((name) => !known.includes(name));
  if (strange.length > 0)
    throw new Error(`There is no benchmark "${strange.join('", "')}". There are: ${known.join(', ')}.`);
  const rounds = values.rounds === undefined ? null : Number(values.rounds);
  if (rounds !== null && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error(`--rounds is a whole number from 1 on, not "${values.rounds}".`);
  return {
    names: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : [...known],
    quick: values.quick,
    write: values.write,
    help: values.help,
    engines: enginesOf(values.engine),
    rounds,
    profile: values.profile ?? null,
  };
}

function enginesOf(word: string): EngineName[] {
  if (word === 'both') return ['sqlite', 'postgres'];
  if (word === 'sqlite' || word === 'postgres') return [word];
  throw new Error(`--engine is sqlite, postgres or both, not "${word}".`);
}
