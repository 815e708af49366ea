// relay webhooks: the deliveries that came in last, or those of them that nobody understood.
import type { Command } from 'commander';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Does, examples, limitUpTo } from './cli.ts';
import { paragraph, table } from './look.ts';
import { withOperator } from './reach-operator.ts';
import type { Terminal } from './terminal.ts';

const USUAL = 50;
const MOST = 1000;

export function addWebhooks(program: Command, does: Does): void {
  const webhooks = program
    .command('webhooks')
    .description('show the webhooks that came in last')
    .option('--not-understood', 'only those that were kept and not understood')
    .option('--limit <count>', `at most so many (default: ${USUAL})`, limitUpTo(MOST))
    .addHelpText('after', examples('relay webhooks', 'relay webhooks --not-understood --json'));
  does(webhooks, async (call) => {
    const notUnderstood = call.has('notUnderstood');
    const limit = Number(call.option('limit') ?? USUAL);
    const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) =>
      operator.webhooks({ notUnderstood, limit }),
    );
    call.print(answer, webhooksText(answer, call.terminal));
    return 0;
  });
}

function webhooksText({ webhooks, zone }: Answers['webhooks'], terminal: Terminal): string {
  if (webhooks.length === 0) return 'No webhook of that kind came in.\n';
  const rows = webhooks.map(({ receivedAt, source, event, understood, subject }) => [
    localTime(receivedAt, zone),
    source,
    event,
    understood ? 'understood' : 'not understood',
    subject,
  ]);
  const columns = [
    { head: 'RECEIVED' },
    { head: 'FROM' },
    { head: 'EVENT', least: 20 },
    { head: 'STATE', spare: 1 },
    { head: 'ABOUT', spare: 2 },
  ];
  const strange = webhooks.filter(({ understood }) => !understood).length;
  const hint =
    strange === 0 ? '' : ` ${strange} not understood: "relay webhooks --not-understood --json" shows what they held.`;
  return [
    table(columns, rows, terminal),
    '\n',
    paragraph(`${counted(webhooks.length, 'webhook')}, the newest first. Times are those of ${zone}.${hint}`, terminal),
  ].join('');
}
