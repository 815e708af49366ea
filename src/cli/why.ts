// relay why: may somebody open a lock, why or why not, since and until when, and does the lock system agree?
import type { Command } from 'commander';
import { localTime } from '../lib/wording.ts';
import type { Answers, LockAnswer } from '../operator/answers.ts';
import { AT_THAT_TIME, type Does, examples } from './cli.ts';
import { item, paragraph } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { painter, type Terminal } from './terminal.ts';
import { plain } from './words.ts';

export function addWhy(program: Command, does: Does): void {
  const why = program
    .command('why')
    .description('say which locks somebody may open, and why or why not')
    .argument('<member>', 'an email address, a name, or the id of a membership')
    .argument('[lock]', 'the name or id of one lock; all of them without it')
    .option('--at <time>', AT_THAT_TIME)
    .addHelpText(
      'after',
      examples(
        'relay why ada@example.com',
        'relay why "Ada Lovelace" Studio',
        'relay why ada@example.com "Front door"',
        'relay why ada@example.com Studio --at "friday 07:45"',
      ),
    )
    .addHelpText('after', 'Reads Cobot and the lock system, and changes nothing.');
  does(why, async (call) => {
    const [member = '', lock = null] = call.words;
    const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) =>
      operator.why({ member, lock, at: call.option('at') }),
    );
    call.print(answer, whyText(answer, call.terminal));
    return 0;
  });
}

type Person = Answers['why']['persons'][number];

function whyText({ zone, at, note, persons }: Answers['why'], terminal: Terminal): string {
  const blocks = persons.map((person) => personText(person, { zone, at, terminal }));
  return [...blocks, ...(note === null ? [] : [paragraph(`Note: ${note}.`, terminal)])].join('\n');
}

type Terms = { zone: string; at: string; terminal: Terminal };

function personText(person: Person, { zone, at, terminal }: Terms): string {
  const paint = painter(terminal);
  const ids = person.membershipIds.length === 1 ? 'membership' : 'memberships';
  const name = plain(person.names.join(', ')).trim();
  const who = `${ids} ${person.membershipIds.join(', ')}`;
  const read =
    person.cobotReadAt === null ? 'Cobot was never read' : `Cobot as of ${localTime(person.cobotReadAt, zone)}`;
  const lockSystem =
    person.lockUserId === null
      ? 'no lock user yet'
      : `lock user ${person.lockUserId}${person.lockSystemRead ? '' : ', the lock system does not answer'}`;
  return [
    `${paint('bold', name === '' ? who : `${name} (${who})`)}\n`,
    paragraph(`At ${localTime(at, zone)} (${zone}); ${read}; ${lockSystem}.`, terminal),
    ...person.problems.map((problem) => item('look', problem, { terminal })),
    ...person.refusedLately.map((refusal) => item('look', `refused lately: ${refusal}`, { terminal })),
    ...person.locks.map((lock) => `\n${lockText(lock, { zone, terminal })}`),
  ].join('');
}

function lockText(lock: LockAnswer, { zone, terminal }: Pick<Terms, 'zone' | 'terminal'>): string {
  const paint = painter(terminal);
  const span = [
    ...(lock.since === null ? [] : [`since ${localTime(lock.since, zone)}`]),
    ...(lock.until === null ? [] : [`until ${localTime(lock.until, zone)}`]),
    ...(lock.opensNext === null ? [] : [`opens next ${localTime(lock.opensNext, zone)}`]),
  ];
  const verdict = paint(lock.opens ? 'green' : 'red', lock.opens ? 'yes' : 'no');
  return [
    `${paint('bold', plain(lock.lock))}: ${[verdict, ...span].join(', ')}\n`,
    ...lock.because.map((reason) => item('note', reason, { terminal })),
    ...(lock.wouldOpen.length === 0
      ? []
      : [item('note', `what would open it: ${lock.wouldOpen.join('; or ')}`, { terminal })]),
    ...(lock.waiting === 'held'
      ? [item('look', 'held by the brake, so the access stays until a person decides: "relay holds"', { terminal })]
      : []),
    ...(lock.waiting === 'kept'
      ? [item('look', 'kept: a person has rejected taking it away, until the facts change', { terminal })]
      : []),
    lockSystemText(lock, terminal),
  ].join('');
}

function lockSystemText({ lockSystem }: LockAnswer, terminal: Terminal): string {
  if (lockSystem === null) return '';
  const agrees = lockSystem.startsWith('agrees');
  const sentence = agrees ? `the lock system ${lockSystem}` : `at the lock system it ${lockSystem}`;
  return item(agrees ? 'note' : 'look', sentence, { terminal });
}
