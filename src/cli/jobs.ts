// relay jobs: what the relay still has to do, what it failed at for good, and putting that back to work.
import type { Command } from 'commander';
import { CommandError } from '../lib/failure.ts';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Does, type ExitCode, examples, refuseUnknown } from './cli.ts';
import { paragraph, table } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { NAME, SENTENCE } from './table.ts';
import type { Terminal } from './terminal.ts';

const STATES = ['dead', 'running', 'waiting'];

export function addJobs(program: Command, does: Does): void {
  const jobs = program.command('jobs').description('show the work that waits, runs or is dead');
  const list = jobs
    .command('list')
    .description('the same as "relay jobs"')
    .addHelpText('after', examples('relay jobs list', 'relay jobs list --json'));
  jobs
    .allowExcessArguments()
    .addHelpText('after', examples('relay jobs', 'relay jobs redrive 7d1c...', 'relay jobs redrive --all'));
  for (const command of [jobs, list]) {
    does(command, async (call) => {
      refuseUnknown(command);
      const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) => operator.jobs({}));
      call.print(answer, jobsText(answer, call.terminal));
      return 0;
    });
  }

  const redrive = jobs
    .command('redrive')
    .description('put a dead job back to work')
    .argument('[id]', 'the id of a dead job, as "relay jobs" shows it')
    .option('--all', 'all that are dead')
    .addHelpText('after', examples('relay jobs redrive 7d1c...', 'relay jobs redrive --all'));
  does(redrive, async (call) => {
    const [id] = call.words;
    if ((id === undefined) === !call.has('all')) {
      throw new CommandError({
        code: 'usage',
        what: id === undefined ? 'which job?' : 'an id and --all exclude each other',
        advice: 'give the id of one dead job, or --all: "relay jobs" lists them',
      });
    }
    return await withOperator(call, { newDatabase: 'refused' }, async (operator, place): Promise<ExitCode> => {
      const answer = await operator.redrive({ id: id ?? null });
      const later = place === 'alone' && answer.redriven > 0 ? '; it runs once the service does' : '';
      const text = answer.redriven === 0 ? 'no job is dead' : `${counted(answer.redriven, 'job')} put back to work`;
      call.print(answer, `${text}${later}\n`);
      return 0;
    });
  });
}

const SHORT_ID = 8;
const COLUMNS = [
  { head: 'STATE' },
  { head: 'ID' },
  { head: 'JOB' },
  { head: 'ABOUT', least: NAME },
  { head: 'TRIES', spare: 2 },
  { head: 'RUNS AT', spare: 1 },
  { head: 'LAST ERROR', least: SENTENCE },
];

function jobsText({ jobs, zone }: Answers['jobs'], terminal: Terminal): string {
  if (jobs.length === 0) return 'No job waits, runs or is dead.\n';
  const sorted = jobs.toSorted((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state));
  const rows = sorted.map(({ id, name, key, member, state, attempt, runAt, lastError }) => [
    state,
    // Enough to name it by; whoever pipes it on gets the whole.
    terminal.width === null ? id : id.slice(0, SHORT_ID),
    name,
    member === null || member === '' ? key : member,
    String(attempt),
    state === 'waiting' ? localTime(runAt, zone) : '',
    lastError ?? '',
  ]);
  const counts = STATES.map((state) => `${jobs.filter((job) => job.state === state).length} ${state}`);
  const hint = jobs.some(({ state }) => state === 'dead')
    ? '. "relay jobs redrive <id>" puts a dead one back to work'
    : '';
  return [
    table(COLUMNS, rows, terminal),
    '\n',
    paragraph(`${counts.join(', ')}${hint}. Times are those of ${zone}.`, terminal),
  ].join('');
}
