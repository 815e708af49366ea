// npm run simulate: plays lives of a space from seeds, and ends with 1 where a rule was broken.
import { Command } from 'commander';
import { run, type Verdict } from './run.ts';
import { type Script, scriptOf } from './script.ts';
import { shrink } from './shrink.ts';
import { addCounts, isSystem, tellCounts, tellFailure } from './words.ts';

const program = new Command('simulate')
  .description('plays the real pipeline against simulated sides on a virtual clock; the same seed is the same run')
  .option('--seeds <count>', 'how many seeds', '200')
  .option('--from <seed>', 'the first of them', '1')
  .option('--seed <seed>', 'this one alone')
  .option('--lock-system <name>', 'smartlock or unifi; by default the seed says')
  .option('--trace', 'every step of it, as it happens')
  .option('--no-shrink', 'a failing seed is not taken down to the fewest happenings')
  .parse();

const { seeds, from, seed, lockSystem, trace, shrink: shrinks } = program.opts();
const system = typeof lockSystem === 'string' && isSystem(lockSystem) ? lockSystem : undefined;
if (lockSystem !== undefined && !system)
  program.error(`there is no simulated "${lockSystem}" here: smartlock or unifi`);
const first = Number(seed ?? from);
const count = seed === undefined ? Number(seeds) : 1;
if (!Number.isInteger(first) || !Number.isInteger(count) || count < 1) program.error('seeds are whole numbers');

const print = (text: string) => void process.stdout.write(`${text}\n`);
const show = trace === true ? print : undefined;
const counts = new Map<string, number>();
const began = performance.now();
let failed: Verdict | undefined;
let played = 0;
for (let each = first; each < first + count && !failed; each += 1) {
  const verdict = await run(scriptOf(each, system), show);
  played += 1;
  addCounts(counts, verdict.counts);
  if (verdict.violation) failed = verdict;
  const { script } = verdict;
  print(
    `seed ${each}  ${script.system.padEnd(9)} ${String(script.days).padStart(2)} days  ${String(script.happenings.length).padStart(3)} happenings  ${verdict.fingerprint.slice(0, 12)}  ${failed ? 'BROKEN' : 'good'}`,
  );
}

print(`\nWhat happened:\n${tellCounts(counts)}\n`);
if (failed) {
  const play = (script: Script) => run(script);
  const progress = (left: number) => void process.stderr.write(`shrinking: ${left} happenings left   \r`);
  const shrunk = shrinks === false ? null : await shrink(failed, play, { progress });
  print(tellFailure(failed, shrunk?.verdict ?? null));
  process.exitCode = 1;
} else {
  print(`${played} lives, no rule broken, in ${Math.round((performance.now() - began) / 1000)} seconds.`);
}
