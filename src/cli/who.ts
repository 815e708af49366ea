// relay who: everybody who may open a lock, by the rules or otherwise, and whether the lock system agrees.
import type { Command } from 'commander';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Does, examples } from './cli.ts';
import { withOperator } from './reach-operator.ts';
import { formatTable, plain } from './table.ts';
import { painter, type Terminal } from './terminal.ts';

const THROUGH = { rules: 'the rules', others: 'a grant of others', 'left over': 'left over' };

export function addWho(program: Command, does: Does): void {
  const who = program
    .command('who')
    .description('say who may open a lock, and why')
    .argument('<lock>', 'the name or id of a lock')
    .option('--at <time>', 'at that time, by the clock of the space: 2026-12-24T09:00')
    .addHelpText('after', examples('relay who "Front door"', 'relay who Studio --at 2026-12-24T09:00'))
    .addHelpText('after', 'Members are judged as last read from Cobot; the lock system is read now.');
  does(who, async (call) => {
    const [lock = ''] = call.words;
    const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) =>
      operator.who({ lock, at: call.option('at') }),
    );
    call.print(answer, whoText(answer, call.terminal));
    return 0;
  });
}

function whoText({ zone, at, note, lock, lockSystemRead, people }: Answers['who'], terminal: Terminal): string {
  const paint = painter(terminal);
  const rows = people.map((each) => [
    each.wrong ? '!' : '',
    plain(each.name).trim(),
    each.membershipId ?? '',
    THROUGH[each.through],
    each.because,
    each.opens === null ? 'not known' : each.opens ? 'opens' : 'is shut',
  ]);
  const wrong = people.filter((each) => each.wrong).length;
  const entitled = people.filter(({ through }) => through === 'rules').length;
  return [
    `${paint('bold', plain(lock))} at ${localTime(at, zone)} (${zone})\n\n`,
    ...(rows.length === 0
      ? []
      : [
          formatTable(['', 'NAME', 'MEMBERSHIP', 'THROUGH', 'WHY', 'LOCK SYSTEM'], rows, {
            width: terminal.width,
            paintHead: (line) => paint('dim', line),
          }),
          '\n',
        ]),
    `${counted(entitled, 'person')} by the rules, ${people.length - entitled} besides.\n`,
    ...(wrong > 0 ? [paint('yellow', `! ${counted(wrong, 'line')}: rules and lock system differ.`), '\n'] : []),
    ...(lockSystemRead ? [] : ['The lock system does not answer, so only the rules are told.\n']),
    ...(note === null ? [] : [`Note: ${note}.\n`]),
  ].join('');
}
