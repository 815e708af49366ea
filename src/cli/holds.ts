// relay holds: the losses that the brake holds until a person decides: shows them, and takes the decision.
import type { Command } from 'commander';
import { counted, heldReason, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Call, type Does, type ExitCode, examples, isWanted, refuseUnknown, tell } from './cli.ts';
import { item, paragraph, table } from './look.ts';
import { type Place, withOperator } from './reach-operator.ts';
import { NAME, SENTENCE } from './table.ts';
import { painter, type Terminal } from './terminal.ts';
import { memberLabel, memberName } from './wording.ts';

export function addHolds(program: Command, does: Does): void {
  const holds = program.command('holds').description('show what waits for a person to decide');
  const list = holds
    .command('list')
    .description('the same as "relay holds"')
    .addHelpText('after', examples('relay holds list', 'relay holds list --json'));
  holds
    .allowExcessArguments()
    .addHelpText(
      'after',
      examples(
        'relay holds',
        'relay holds approve 4f1c...',
        'relay holds reject 4f1c... --member ada@example.com',
      ).concat(
        '\nMore losses at once than the brake of the policy allows are held: those members keep their access meanwhile.',
      ),
    );
  for (const command of [holds, list]) {
    does(command, async (call) => {
      refuseUnknown(command);
      const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) => operator.holds({}));
      call.print(answer, holdsText(answer, call.terminal));
      return 0;
    });
  }
  addDecision(holds, does, 'approved');
  addDecision(holds, does, 'rejected');
}

type Decision = 'approved' | 'rejected';
const VERBS = { approved: 'approve', rejected: 'reject' } as const;

function addDecision(holds: Command, does: Does, decision: Decision): void {
  const verb = VERBS[decision];
  const what = {
    approved: 'take the access away, as far as that is still due and at most what was shown',
    rejected: 'leave the access, until the facts of the member change',
  }[decision];
  const command = holds
    .command(verb)
    .description(what)
    .argument('<id>', 'the id of a hold, as "relay holds" shows it')
    .option('--member <member>', 'only of that member: an email address or the id of a membership')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(`relay holds ${verb} 4f1c...`, `relay holds ${verb} 4f1c... --member ada@example.com`),
    )
    .addHelpText(
      'after',
      'Asks only on a terminal. A hold that others have joined has a new id; the old one stands for its own lines.',
    );
  does(command, (call) =>
    withOperator(call, { newDatabase: 'refused' }, (operator, place) => decide(call, operator, decision, place)),
  );
}

async function decide(
  call: Call,
  operator: Parameters<Parameters<typeof withOperator>[2]>[0],
  decision: Decision,
  place: Place,
): Promise<ExitCode> {
  const { terminal, words, option, print, has } = call;
  const [id = ''] = words;
  const member = option('member');
  const { lines } = await operator.heldLines({ id, member });
  const isToAsk = terminal.ask !== null && !has('yes');
  if (isToAsk || !has('json')) tell(call, `${linesText(lines, terminal)}\n`);
  const question =
    decision === 'approved'
      ? `Take away ${counted(lines.length, 'access', 'accesses')} of ${counted(personsOf(lines), 'person')}?`
      : `Leave ${counted(lines.length, 'access', 'accesses')} of ${counted(personsOf(lines), 'person')} as it is?`;
  if (!(await isWanted(call, question))) {
    print({ decision: null, lines, open: [] }, 'Nothing was decided.\n');
    return 2;
  }
  const answer = await operator.decideHold({ id, member, decision });
  print(answer, decidedText(answer, place, terminal));
  return answer.open.length > 0 ? 2 : 0;
}

type Lines = Answers['holds']['kept'];
const personsOf = (lines: Lines) => new Set(lines.map(({ lockUserId }) => lockUserId)).size;

function decidedText({ decision, lines, open }: Answers['decideHold'], place: Place, terminal: Terminal): string {
  const what = `${counted(lines.length, 'loss', 'losses')} of ${counted(personsOf(lines), 'person')}`;
  if (decision === 'rejected')
    return paragraph(
      `Rejected: ${what}. The access stays until the facts of the member change; "relay holds" lists it.`,
      terminal,
    );
  if (open.length === 0) return `Approved and applied: ${what}.\n`;
  const goesOn =
    place === 'service' ? 'the next sweep goes on with it' : 'a sweep goes on with it once the service runs';
  return [
    paragraph(`Approved: ${what}. Not applied yet for ${counted(open.length, 'member')}; ${goesOn}:`, terminal),
    ...open.map((each) => item('look', `${memberLabel(each)}: ${each.why}`, { terminal })),
  ].join('');
}

function holdsText({ hold, kept, zone }: Answers['holds'], terminal: Terminal): string {
  const paint = painter(terminal);
  const blocks: string[] = [];
  if (hold) {
    const { id, since, persons, lines } = hold;
    const locks = new Set(lines.map(({ lockId }) => lockId)).size;
    blocks.push(
      [
        `${paint('bold', `Hold ${id}, since ${localTime(since, zone)} (${zone})`)}\n`,
        `${counted(persons, 'person')} would lose access, at ${counted(locks, 'lock')}:\n\n`,
        linesText(lines, terminal),
        '\n',
        paragraph('They keep their access until a person decides, or until Cobot gives it back to them:', terminal),
        `  relay holds approve ${id}\n      takes it away\n  relay holds reject ${id}\n      leaves it\n`,
        paragraph('With --member <email> for one person alone. "relay why <email>" says more of one person.', terminal),
      ].join(''),
    );
  } else {
    blocks.push('Nothing is held.\n');
  }
  if (kept.length > 0) {
    const title = `Kept, since a person has rejected taking it away (${counted(personsOf(kept), 'person')}):`;
    blocks.push(`${paint('bold', title)}\n\n${linesText(kept, terminal)}`);
  }
  return blocks.join('\n');
}

const COLUMNS = [
  { head: 'MEMBER', least: NAME },
  { head: 'LOCK', least: NAME },
  { head: 'WHY', least: SENTENCE },
  { head: 'MEMBERSHIP', spare: 1 },
];

function linesText(lines: Lines, terminal: Terminal): string {
  const rows = lines.map(({ member, membershipId, lock, lockId, ...line }) => [
    memberName({ member }) || membershipId,
    lock ?? lockId,
    heldReason(line),
    membershipId,
  ]);
  return table(COLUMNS, rows, terminal);
}
