// relay sync: shows the plan of changes of the whole space, asks where somebody is there to answer, and applies it.
import type { Command } from 'commander';
import { counted } from '../lib/wording.ts';
import type { Operator } from '../operator/answers.ts';
import { type Call, type Does, type ExitCode, examples } from './cli.ts';
import { type Place, withOperator } from './reach-operator.ts';
import { planText } from './sync-view.ts';
import { fitted } from './words.ts';

export function addSync(program: Command, does: Does): void {
  const sync = program
    .command('sync')
    .description('show, then apply, what has to change so that everybody has exactly their doors')
    .option('--dry-run', 'only show it: who would be registered, and so perhaps invited, and may open what')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('relay sync --dry-run', 'relay sync', 'relay sync --yes --json'))
    .addHelpText(
      'after',
      'Asks only on a terminal. Exit code 2: a dry run found changes, or something is held or left.',
    );
  does(sync, (call) =>
    withOperator(call, { newDatabase: 'made' }, (operator, place) => runSync(call, operator, place)),
  );
}

async function runSync(call: Call, operator: Operator, place: Place): Promise<ExitCode> {
  const { terminal, has, print } = call;
  const plan = await operator.sync({ dryRun: true });
  if (has('dryRun')) {
    print({ dryRun: true, plan }, planText(plan, { terminal, tense: 'would' }));
    if (plan.unread.length > 0) return 1;
    return plan.changes.length > 0 || plan.held.length > 0 ? 2 : 0;
  }

  const isToAsk = terminal.ask !== null && !has('yes') && plan.changes.length > 0;
  const shown = planText(plan, { terminal, tense: 'would' });
  if (!has('json')) terminal.out(fitted(shown, terminal.width));
  else if (isToAsk) terminal.err(fitted(shown, terminal.width));
  if (isToAsk && !(await terminal.ask?.(`Apply ${counted(plan.changes.length, 'change')}?`))) {
    print({ dryRun: false, plan, done: null }, 'Nothing was changed.\n');
    return 2;
  }

  const done = await operator.sync({ dryRun: false });
  const links = place === 'alone' ? plan.changes.filter(({ action }) => /link$/.test(action)).length : 0;
  const later = links > 0 ? `${counted(links, 'check-in token')} to be moved by the service, once it runs.\n` : '';
  print({ dryRun: false, plan, done }, `\n${planText(done, { terminal, tense: 'done' })}${later}`);
  return done.held.length > 0 || done.unfinished > 0 ? 2 : 0;
}
