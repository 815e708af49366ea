// npm run simulate:bugs: puts one deliberate bug after another into a copy of the source, never into the source, and plays
// seeds until a rule breaks. Ends with 1 where one is not found, or where its place is not there any more.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
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

const root = join(import.meta.dirname, '..', '..');
const print = (text: string) => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const meant = bugs.filter(({ name }) => name.includes(String(options['only'] ?? '')));
  // Before the first is played, which may take long.
  for (const bug of meant) patched(bug, root);
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

/** The file with the bug in it. Throws where its place is not there exactly once. */
function patched({ name, file, from, to }: Bug, folder: string): string {
  const source = readFileSync(join(folder, file), 'utf8');
  const places = source.split(from).length - 1;
  if (places === 1) return source.replace(from, () => to);
  throw new Error(`"${name}": its place in ${file} is there ${places} times, and should be once`);
}

async function hunt(bug: Bug): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-bug-'));
  try {
    for (const part of ['src', 'test', 'package.json'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, bug.file), patched(bug, folder));
    const began = performance.now();
    const words = await play(folder, ['--seeds', String(options['seeds']), '--no-shrink', ...systemOf(bug)]);
    const seconds = Math.round((performance.now() - began) / 1000);
    const [, seed, system] = /Seed (\d+) on (\w+) broke a rule/.exec(words) ?? [];
    const [, rule] = /broke a rule at .*:\n {2}([^\n]+)/.exec(words) ?? [];
    if (seed === undefined || rule === undefined) return { bug, found: null, words: words.slice(-1500) };
    // Broken without the bug as well, it would prove nothing.
    const clean = await play(root, ['--seed', seed, '--no-shrink', '--lock-system', system ?? 'smartlock']);
    if (/broke a rule/.test(clean)) return { bug, found: null, words: `seed ${seed} is broken without it too` };
    return { bug, found: { seed: Number(seed), system: system ?? '', rule, seconds }, words };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const systemOf = ({ system }: Bug): string[] => (system ? ['--lock-system', system] : []);

function play(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['test/simulation/main.ts', ...args], { cwd: folder });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (some: string) => {
        text += some;
      });
    }
    child.on('error', reject).on('close', () => resolve(text));
  });
}

function lineOf({ bug, found }: Result): string {
  const name = bug.name.padEnd(84);
  if (!found) return `${name}  NOT FOUND`;
  const seconds = `${found.seconds} s`.padStart(6);
  return `${name}  seed ${String(found.seed).padStart(3)}  ${seconds}  ${found.rule.slice(0, 110)}`;
}

await main();
