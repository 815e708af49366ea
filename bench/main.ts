// `npm run bench`: measures the relay against a baseline in the same run, prints tables with what was aimed at, and ends
// with 1 where the figures are not to be trusted. Whether an aim was met is a result, and no reason to fail.
import { type Asked, readArguments } from './arguments.ts';
import { benchmarks } from './catalog.ts';
import { asText } from './print.ts';
import { publish } from './publish.ts';
import { postgresVersion } from './support/engines.ts';
import { asWords, describeMachine } from './support/machine.ts';

const HELP = `npm run bench -- [names] [--quick] [--engine sqlite|postgres|both] [--rounds <count>] [--write] [--profile <folder>]

  --quick    fewer and shorter rounds: a first look
  --engine   what the relay stores into (default: both)
  --rounds   how often each is measured; the medians are shown
  --write    keep the results: bench/results, docs/performance.md and its curves
  --profile  the folder in which "deciding" leaves its CPU profiles (.cpuprofile)

${benchmarks.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`).join('\n')}
`;

const say = (words: string): void => void process.stdout.write(`${words}\n`);
const progress = (words: string): void => void process.stderr.write(`... ${words}\n`);

async function main(): Promise<0 | 1> {
  const asked = askedFor();
  if (asked === null) return 1;
  if (asked.help) {
    say(HELP);
    return 0;
  }
  const postgres = postgresVersion();
  const machine = `${asWords(describeMachine())}, ${postgres === null ? 'no PostgreSQL' : `PostgreSQL ${postgres}`}`;
  say(machine);
  let isSound = true;
  for (const benchmark of benchmarks.filter(({ name }) => asked.names.includes(name))) {
    const { name, title } = benchmark;
    const began = performance.now();
    say(`\n${title}\n`);
    const report = await benchmark.run({ ...asked, say: progress });
    say(asText(report, process.stdout.isTTY ? process.stdout.columns : null));
    progress(`${name} took ${Math.round((performance.now() - began) / 1000)} s`);
    if (report.unsound.length > 0) isSound = false;
    const at = new Date().toISOString().slice(0, 10);
    if (asked.write) publish(name, report, { machine, at, quick: asked.quick });
  }
  return isSound ? 0 : 1;
}

function askedFor(): Asked | null {
  try {
    return readArguments(
      process.argv.slice(2),
      benchmarks.map(({ name }) => name),
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return null;
  }
}

process.exitCode = await main();
