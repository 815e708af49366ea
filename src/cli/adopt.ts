// relay adopt: for the building that was run by hand before. Shows which grants by others of members and former members
// could be taken over as ours, and does it when told.
import type { Command } from 'commander';
import { CommandError } from '../lib/failure.ts';
import { counted, localTime } from '../lib/wording.ts';
import type { Adoptable, Answers, Operator } from '../operator/answers.ts';
import { type Call, type Does, type ExitCode, examples, isWanted, tell } from './cli.ts';
import { item, table } from './look.ts';
import { type Place, withOperator } from './reach-operator.ts';
import { NAME } from './table.ts';
import type { Terminal } from './terminal.ts';
import { memberLabel, memberName } from './wording.ts';

export function addAdopt(program: Command, does: Does): void {
  const adopt = program
    .command('adopt')
    .description('take grants that others gave to members and former members over as ours')
    .argument('[email]', 'of that person alone')
    .option('--all', 'of everybody')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('relay adopt --all', 'relay adopt ada@example.com', 'relay adopt --all --yes'))
    .addHelpText(
      'after',
      'Afterwards the policy decides about them, under the brake. Lock users on never_touch are left alone. Asks on a ' +
        'terminal; elsewhere only shows them (exit code 2), unless --yes is given.',
    );
  does(adopt, (call) => {
    const [email] = call.words;
    if ((email === undefined) === !call.has('all')) {
      throw new CommandError({
        code: 'usage',
        what: email === undefined ? 'whose grants?' : 'an email address and --all exclude each other',
        advice: 'give the email address of one person, or --all',
      });
    }
    return withOperator(call, { newDatabase: 'made' }, (operator, place) =>
      runAdopt(call, operator, { email: email ?? null, place }),
    );
  });
}

async function runAdopt(
  call: Call,
  operator: Operator,
  { email, place }: { email: string | null; place: Place },
): Promise<ExitCode> {
  const { terminal, has, print } = call;
  const found = await operator.adopt({ email, grantIds: null });
  const { grants } = found;
  const whose = email === null ? 'a member or former member' : email;
  if (grants.length === 0) {
    print(found, `There is no grant by others of ${whose}.\n`);
    return 0;
  }
  const shown = grantsText(found, terminal);
  if (terminal.ask === null && !has('yes')) {
    print(found, `${shown}\nNothing was taken over: add --yes to do it.\n`);
    return 2;
  }
  const isToAsk = terminal.ask !== null && !has('yes');
  if (isToAsk || !has('json')) tell(call, `${shown}\n`);
  if (!(await isWanted(call, `Take over ${counted(grants.length, 'grant')} as ours?`))) {
    print(found, 'Nothing was taken over.\n');
    return 2;
  }
  const answer = await operator.adopt({ email, grantIds: grants.map(({ grantId }) => grantId) });
  print(answer, doneText(answer, place, terminal));
  return answer.done && answer.done.failed.length > 0 ? 2 : 0;
}

const COLUMNS = [
  { head: 'MEMBER', least: NAME },
  { head: 'IS' },
  { head: 'LOCK', least: NAME },
  { head: 'FROM' },
  { head: 'UNTIL' },
  { head: 'MEMBERSHIP', spare: 1 },
];

function grantsText({ grants, zone }: Answers['adopt'], terminal: Terminal): string {
  const show = (time: string | null) => (time === null ? '' : localTime(time, zone));
  const rows = grants.map(({ member, membershipId, isFormer, lock, lockId, from, until }) => [
    memberName({ member }),
    isFormer ? 'former member' : 'member',
    lock ?? lockId,
    show(from),
    show(until),
    membershipId,
  ]);
  const former = grants.filter(({ isFormer }) => isFormer);
  return [
    `${counted(grants.length, 'grant')} by others of ${counted(personsOf(grants), 'person')}:\n\n`,
    table(COLUMNS, rows, terminal),
    ...(former.length === 0
      ? []
      : [
          `\nOf former members: ${counted(former.length, 'grant')}. What is taken over of these goes, under the brake.\n`,
        ]),
  ].join('');
}

const personsOf = (grants: readonly Adoptable[]) => new Set(grants.map(({ lockUserId }) => lockUserId)).size;

function doneText({ done }: Answers['adopt'], place: Place, terminal: Terminal): string {
  const { taken = 0, failed = [] } = done ?? {};
  const then = place === 'service' ? 'A sweep goes over them now' : 'A sweep goes over them once the service runs';
  return [
    `Taken over: ${counted(taken, 'grant')}. ${then}.\n`,
    ...failed.map((each) => item('bad', `${memberLabel(each)}: ${each.why}`, { terminal })),
  ].join('');
}
