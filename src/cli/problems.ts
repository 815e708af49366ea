// relay problems: what a person should know or mend, of single members and of the space.
import type { Command } from 'commander';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Does, examples } from './cli.ts';
import { paragraph, table } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { NAME, SENTENCE } from './table.ts';
import type { Terminal } from './terminal.ts';
import { memberName } from './wording.ts';

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

const COLUMNS = [
  { head: 'SINCE' },
  { head: 'WHO', least: NAME },
  { head: 'PROBLEM', least: SENTENCE },
  { head: 'MEMBERSHIP', spare: 1 },
];

function problemsText({ problems, zone }: Answers['problems'], terminal: Terminal): string {
  if (problems.length === 0) return 'There are no problems.\n';
  const rows = problems.map((problem) => [
    localTime(problem.since, zone),
    problem.membershipId === null ? 'the space' : memberName(problem) || problem.membershipId,
    problem.sentence,
    problem.membershipId ?? '',
  ]);
  return [
    table(COLUMNS, rows, terminal),
    '\n',
    paragraph(
      `${counted(problems.length, 'problem')}. Times are those of ${zone}. "relay why <member>" tells more of one person.`,
      terminal,
    ),
  ].join('');
}
