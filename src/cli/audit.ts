// relay audit: what was done, held, refused and decided, one sentence each, oldest first.
import type { Command } from 'commander';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Does, examples, limitUpTo } from './cli.ts';
import { paragraph, table } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { NAME, SENTENCE } from './table.ts';
import type { Terminal } from './terminal.ts';

const USUAL = 100;
const MOST = 100_000;

export function addAudit(program: Command, does: Does): void {
  const audit = program
    .command('audit')
    .description('show what was done, for whom, where and why')
    .option('--since <time>', 'a duration such as 24h or 7d, or a date such as 2026-11-23')
    .option('--member <member>', 'an email address, a name, or the id of a membership')
    .option('--lock <lock>', 'the name or id of a lock')
    .option('--limit <count>', `at most so many, the newest (default: ${USUAL})`, limitUpTo(MOST))
    .addHelpText(
      'after',
      examples(
        'relay audit --since 24h',
        'relay audit --member ada@example.com --lock "Front door"',
        'relay audit --since 2026-11-01 --limit 10000 --json',
      ),
    )
    .addHelpText('after', 'Kept for AUDIT_DAYS. Times are those of the space.');
  does(audit, async (call) => {
    const asked = {
      since: call.option('since'),
      member: call.option('member'),
      lock: call.option('lock'),
      limit: Number(call.option('limit') ?? USUAL),
    };
    const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) => operator.audit(asked));
    call.print(answer, auditText(answer, asked.limit, call.terminal));
    return 0;
  });
}

const COLUMNS = [
  { head: 'TIME' },
  { head: 'MEMBER', least: NAME },
  { head: 'WHAT', least: SENTENCE },
  { head: 'ACTION', spare: 2 },
  { head: 'LOCK', least: NAME, spare: 1 },
  { head: 'CAUSE', least: NAME, spare: 3 },
];

function auditText({ zone, entries }: Answers['audit'], limit: number, terminal: Terminal): string {
  if (entries.length === 0) return 'There is nothing of that kind in the audit trail.\n';
  const rows = entries.map(({ at, action, member, membershipId, lock, lockId, sentence, cause }) => [
    localTime(at, zone),
    member || (membershipId ?? ''),
    sentence,
    action,
    lock ?? lockId ?? '',
    cause,
  ]);
  return [
    table(COLUMNS, rows, terminal),
    '\n',
    paragraph(
      entries.length === limit
        ? `The newest ${limit}, the oldest of them first; --limit shows more. Times are those of ${zone}.`
        : `${counted(entries.length, 'entry', 'entries')}, the oldest first. Times are those of ${zone}.`,
      terminal,
    ),
  ].join('');
}
