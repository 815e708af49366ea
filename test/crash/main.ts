// `npm run crash`: ends the relay in every ugly way, under load, and counts what is lost and what is done twice. Prints a
// table, writes JSON where it is asked to, and ends with 1 where something did not hold or nothing was proven.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { holds, notesOf, type Report, tableOf } from './report.ts';
import { RUNS } from './runs.ts';

const HELP = `npm run crash -- [--rounds <count>] [--engine sqlite|postgres|both] [--seed <number>] [--only <words>] [--json <file>]

  --rounds  how often each of them happens (default: 20)
  --engine  what the relay stores into (default: both)
  --seed    the same number gives the same events; when they meet the relay is up to the machine
  --only    of the runs below, those whose name contains the words
  --json    where to write the report

${RUNS.map(({ name, engine }) => `  ${engine.padEnd(9)} ${name}`).join('\n')}
`;

const say = (words: string): void => void process.stdout.write(`${words}\n`);

async function main(): Promise<0 | 1> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      engine: { type: 'string', default: 'both' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  const isAsked = Number.isInteger(rounds) && rounds > 0 && Number.isInteger(seed);
  if (values.help || !isAsked || !['sqlite', 'postgres', 'both'].includes(values.engine)) {
    say(HELP);
    return values.help ? 0 : 1;
  }
  const asked = RUNS.filter(({ engine }) => values.engine === 'both' || values.engine === engine).filter(({ name }) =>
    name.includes(values.only),
  );
  const reports: Report[] = [];
  for (const run of asked) {
    say(`\n${run.name} (${run.engine}), ${rounds} rounds, seed ${seed}`);
    const report = await run.play({ rounds, seed, say: (words) => say(`  ${words}`) });
    say(`  ${holds(report) ? 'held' : 'FAILED'} after ${report.seconds} s`);
    reports.push(report);
  }
  say(`\n${tableOf(reports)}\n${reports.map(notesOf).join('')}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ rounds, seed, reports }, null, 2)}\n`);
  return reports.length > 0 && reports.every(holds) ? 0 : 1;
}

process.exitCode = await main();
