// relay holds: the losses that the brake holds until a person decides. Only shows them.
import type { Command } from 'commander';
import type { Answers } from './answers.ts';
import { type Does, examples, refuseUnknown } from './cli.ts';
import { withOperator } from './reach-operator.ts';
import { formatTable } from './table.ts';
import { painter, type Terminal } from './terminal.ts';
import { counted, heldReason, localTime, memberName } from './wording.ts';

export function addHolds(program: Command, does: Does): void {
  const holds = program.command('holds').description('show what waits for a person to decide');
  const list = holds.command('list').description('the same as "relay holds"');
  holds
    .allowExcessArguments()
    .addHelpText(
      'after',
      examples('relay holds', 'relay holds --json').concat(
        '\nMore losses at once than the brake of the policy allows are held: those members keep their access meanwhile.',
      ),
    );
  for (const command of [holds, list]) {
    does(command, async (call) => {
      refuseUnknown(command);
      const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) => operator.holds({}));
      call.print(answer, holdText(answer, call.terminal));
      return 0;
    });
  }
}

function holdText({ hold, zone }: Answers['holds'], terminal: Terminal): string {
  if (!hold) return 'Nothing is held.\n';
  const paint = painter(terminal);
  const title = `Hold ${hold.id}, since ${localTime(hold.since, zone)} (${zone})`;
  const rows = hold.lines.map(({ member, membershipId, lock, lockId, ...line }) => [
    memberName({ member }),
    membershipId,
    lock ?? lockId,
    heldReason(line),
  ]);
  return [
    `${paint('bold', title)}\n`,
    `${counted(hold.persons, 'person')} would lose access, at ${counted(new Set(hold.lines.map(({ lockId }) => lockId)).size, 'lock')}:\n\n`,
    formatTable(['MEMBER', 'MEMBERSHIP', 'LOCK', 'WHY'], rows, {
      width: terminal.width,
      paintHead: (line) => paint('dim', line),
    }),
    '\nThey keep their access until a person decides, or until Cobot gives it back to them.\n',
  ].join('');
}
