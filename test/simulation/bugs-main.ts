// npm run simulate:bugs: puts one deliberate bug after another into a copy of the source, never into the source, and plays
// seeds until a rule breaks. Ends with 1 where one is not found, or where its place is not there any more.
import { rmSync } from 'node:fs';
import { Command } from 'commander';
import { copyWith, patched, play, ROOT } from './bug-copy.ts';
import { type Bug, bugs } from './bugs.ts';

type Found = { seed: number; system: string; rule: string; seconds: number };
type Result = { bug: Bug; found: Found | null; words: string };

const options = new Command('simulate:bugs')
  .description('proves that the simulation finds bugs: each of a list of deliberate ones, within so many seeds')
  .option('--seeds <count>', 'how many seeds each may take', '300')
  .option('--only <words>', 'only bugs whose name holds these words')
  .option('--at-once <count>', 'how many bugs are played at the same time', '2')
  .parse()
  .opts();

const print = (text: string) => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const meant = bugs.filter(({ name }) => name.includes(String(options['only'] ?? '')));
  // Before the first is played, which may take long.
  for (const bug of meant) patched(bug);
  const results: Result[] = [];
  const waiting = [...meant];
  const lane = async () => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      const result = await hunt(bug);
      results.push(result);
      print(lineOf(result));
    }
  };
  await Promise.all(Array.from({ length: Number(options['atOnce']) }, lane));

  const missed = results.filter(({ found }) => found === null);
  print(`\n${results.length - missed.length} of ${results.length} deliberate bugs found.`);
  for (const { bug, words } of missed) print(`NOT FOUND: ${bug.name}\n${words}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

async function hunt(bug: Bug): Promise<Result> {
  const folder = copyWith(bug);
  try {
    const began = performance.now();
    const words = await play(folder, ['--seeds', String(options['seeds']), '--no-shrink', ...systemOf(bug)]);
    const seconds = Math.round((performance.now() - began) / 1000);
    const [, seed, system] = /Seed (\d+) on (\w+) broke a rule/.exec(words) ?? [];
    const [, rule] = /broke a rule at .*:\n {2}([^\n]+)/.exec(words) ?? [];
    if (seed === undefined || rule === undefined) return { bug, found: null, words: words.slice(-1500) };
    // Broken without the bug as well, it would prove nothing.
    const clean = await play(ROOT, ['--seed', seed, '--no-shrink', '--lock-system', system ?? 'smartlock']);
    if (/broke a rule/.test(clean)) return { bug, found: null, words: `seed ${seed} is broken without it too` };
    return { bug, found: { seed: Number(seed), system: system ?? '', rule, seconds }, words };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const systemOf = ({ system }: Bug): string[] => (system ? ['--lock-system', system] : []);

function lineOf({ bug, found }: Result): string {
  const name = bug.name.padEnd(84);
  if (!found) return `${name}  NOT FOUND`;
  const seconds = `${found.seconds} s`.padStart(6);
  return `${name}  seed ${String(found.seed).padStart(3)}  ${seconds}  ${found.rule.slice(0, 110)}`;
}

await main();
