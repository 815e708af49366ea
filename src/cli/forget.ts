// relay forget: erases the traces of a former member, for whoever asks for that.
import type { Command } from 'commander';
import { counted } from '../lib/wording.ts';
import { type Does, type ExitCode, examples, isWanted, tell } from './cli.ts';
import { withOperator } from './reach-operator.ts';
import { memberLabel } from './wording.ts';

export function addForget(program: Command, does: Does): void {
  const forget = program
    .command('forget')
    .description('erase the names and addresses of a former member here, and keep the counts')
    .argument('<member>', 'an email address, or the id of a membership')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('relay forget ada@example.com', 'relay forget 0f3c... --yes'))
    .addHelpText('after', 'Asks only on a terminal. What Cobot and the lock system keep is theirs to erase.');
  does(forget, (call) =>
    withOperator(call, { newDatabase: 'refused' }, async (operator): Promise<ExitCode> => {
      const [member = ''] = call.words;
      const found = await operator.forget({ member, dryRun: true });
      const who = found.members.map(memberLabel).join(', ');
      if (call.terminal.ask && !call.has('yes')) tell(call, `Here is known: ${who}\n`);
      if (!(await isWanted(call, 'Forget, for good?'))) {
        call.print(found, 'Nothing was forgotten.\n');
        return 2;
      }
      const answer = await operator.forget({ member, dryRun: false });
      const { entries = 0, deliveries = 0 } = answer.forgotten ?? {};
      const what = `${counted(entries, 'audit entry', 'audit entries')} and ${counted(deliveries, 'webhook')}`;
      call.print(answer, `Forgotten: ${counted(answer.members.length, 'membership')}; names taken out of ${what}.\n`);
      return 0;
    }),
  );
}
