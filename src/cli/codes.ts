// relay codes: what somebody types into a keypad. Asked for at the lock system each time, and kept nowhere.
import type { Command } from 'commander';
import type { Answers } from '../operator/answers.ts';
import { type Does, examples } from './cli.ts';
import { table } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { NAME } from './table.ts';
import type { Terminal } from './terminal.ts';
import { memberLabel } from './wording.ts';

export function addCodes(program: Command, does: Does): void {
  const codes = program
    .command('codes')
    .description('show what somebody types into a keypad')
    .argument('<member>', 'an email address, or the id of a membership')
    .addHelpText('after', examples('relay codes ada@example.com'))
    .addHelpText('after', 'Whoever reads a code can use it: this is for telling the member, and is logged nowhere.');
  does(codes, async (call) => {
    const [member = ''] = call.words;
    const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) => operator.codes({ member }));
    call.print(answer, codesText(answer, call.terminal));
    return 0;
  });
}

function codesText({ persons }: Answers['codes'], terminal: Terminal): string {
  const rows = persons.flatMap((person) =>
    person.codes.map(({ lock, lockId, code }) => [memberLabel(person), lock ?? lockId, code]),
  );
  if (rows.length === 0) return 'There is no code: nothing to type in, or none is in effect yet.\n';
  return table([{ head: 'WHO', least: NAME }, { head: 'LOCK', least: NAME }, { head: 'CODE' }], rows, terminal);
}
