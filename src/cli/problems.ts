// relay problems: what a person should know or mend, of single members and of the space.
import type { Command } from 'commander';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Does, examples } from './cli.ts';
import { withOperator } from './reach-operator.ts';
import { formatTable } from './table.ts';
import { painter, type Terminal } from './terminal.ts';
import { memberLabel } from './wording.ts';

export function addProblems(program: Command, does: Does): void {
  const problems = program
    .command('problems')
    .description('show what a person should know or mend')
    .addHelpText('after', examples('relay problems', 'relay problems --json'));
  does(problems, async (call) => {
    const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) => operator.problems({}));
    call.print(answer, problemsText(answer, call.terminal));
    return 0;
  });
}

function problemsText({ problems, zone }: Answers['problems'], terminal: Terminal): string {
  if (problems.length === 0) return 'There are no problems.\n';
  const paint = painter(terminal);
  const rows = problems.map((problem) => [localTime(problem.since, zone), memberLabel(problem), problem.sentence]);
  return [
    formatTable(['SINCE', 'WHO', 'PROBLEM'], rows, { width: terminal.width, paintHead: (line) => paint('dim', line) }),
    `\n${counted(problems.length, 'problem')}. Times are those of ${zone}.\n`,
  ].join('');
}
