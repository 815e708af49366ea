// relay who: everybody who may open a lock, by the rules or otherwise, and whether the lock system agrees.
import type { Command } from 'commander';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { AT_THAT_TIME, type Does, examples } from './cli.ts';
import { item, paragraph, table } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { NAME, SENTENCE } from './table.ts';
import { painter, type Terminal } from './terminal.ts';
import { plain } from './words.ts';

const THROUGH = { rules: 'the rules', others: 'a grant of others', 'left over': 'left over' };

const OPENS: Readonly<Record<string, string>> = { true: 'opens', false: 'is shut', null: 'not known' };
const COLUMNS = [
  { head: '' },
  { head: 'NAME', least: NAME },
  { head: 'WHY', least: SENTENCE },
  { head: 'THROUGH', spare: 1 },
  { head: 'LOCK SYSTEM' },
  { head: 'MEMBERSHIP', spare: 2 },
];

export function addWho(program: Command, does: Does): void {
  const who = program
    .command('who')
    .description('say who may open a lock, and why')
    .argument('<lock>', 'the name or id of a lock')
    .option('--at <time>', AT_THAT_TIME)
    .addHelpText('after', examples('relay who "Front door"', 'relay who Studio --at "friday 07:45"'))
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
  const isTold = people.some(({ opens }) => opens !== null);
  const rows = people.map((each) => [
    each.wrong ? '!' : '',
    each.name,
    each.because,
    THROUGH[each.through],
    isTold ? (OPENS[String(each.opens)] ?? '') : '',
    each.membershipId ?? '',
  ]);
  const wrong = people.filter((each) => each.wrong).length;
  const entitled = people.filter(({ through }) => through === 'rules').length;
  return [
    `${paint('bold', plain(lock))} at ${localTime(at, zone)} (${zone})\n\n`,
    ...(rows.length === 0 ? [] : [table(COLUMNS, rows, terminal), '\n']),
    people.length === 0
      ? 'Nobody may open it then.\n'
      : `${counted(entitled, 'person')} by the rules, ${people.length - entitled} besides.\n`,
    ...(wrong > 0
      ? [
          item(
            'look',
            `${counted(wrong, 'line')}: rules and lock system differ. "relay sync --dry-run" says what the relay would do, "relay why <member>" why.`,
            { terminal, indent: 0 },
          ),
        ]
      : []),
    ...(lockSystemRead
      ? []
      : [item('look', 'The lock system does not answer, so only the rules are told.', { terminal, indent: 0 })]),
    ...(isTold || !lockSystemRead || people.length === 0
      ? []
      : [paragraph('What the lock system does then cannot be told yet.', terminal)]),
    ...(note === null ? [] : [paragraph(`Note: ${note}.`, terminal)]),
  ].join('');
}
