// relay alerts: what somebody is told of now, and a trial message that shows whether telling works.
import type { Command } from 'commander';
import { CommandError } from '../lib/failure.ts';
import { counted, localTime } from '../lib/wording.ts';
import type { Answers } from '../operator/answers.ts';
import { type Does, examples, refuseUnknown } from './cli.ts';
import { item, paragraph, table } from './look.ts';
import { withOperator } from './reach-operator.ts';
import { SENTENCE } from './table.ts';
import type { Terminal } from './terminal.ts';

export function addAlerts(program: Command, does: Does): void {
  const alerts = program.command('alerts').description('show what somebody is told of now, by chat and mail');
  const list = alerts
    .command('list')
    .description('the same as "relay alerts"')
    .addHelpText('after', examples('relay alerts list', 'relay alerts list --json'));
  alerts
    .allowExcessArguments()
    .addHelpText('after', examples('relay alerts', 'relay alerts test'))
    .addHelpText('after', 'Where alerts go is set by ALERT_WEBHOOK_URL and ALERT_EMAIL; docs/operations.md says more.');
  for (const command of [alerts, list]) {
    does(command, async (call) => {
      refuseUnknown(command);
      const answer = await withOperator(call, { newDatabase: 'refused' }, (operator) => operator.alerts({}));
      call.print(answer, alertsText(answer, call.terminal));
      return 0;
    });
  }

  const test = alerts
    .command('test')
    .description('send a trial message everywhere, and say what came back')
    .addHelpText('after', examples('relay alerts test'))
    .addHelpText('after', 'Exit codes: 0 all took it; 1 one did not, or nothing is set up.');
  does(test, async (call) => {
    const answer = await withOperator(call, { newDatabase: 'made' }, (operator) => operator.testAlerts({}));
    if (answer.tried.length === 0)
      throw new CommandError({
        code: 'no_alerts',
        what: 'nothing is set up that could be told',
        advice: 'set ALERT_WEBHOOK_URL, or ALERT_EMAIL with SMTP_URL, and restart the service',
      });
    call.print(answer, triedText(answer, call.terminal));
    return answer.tried.every(({ ok }) => ok) ? 0 : 1;
  });
}

function triedText({ tried }: Answers['testAlerts'], terminal: Terminal): string {
  return tried
    .map(({ channel, to, ok, sentence }) =>
      item(ok ? 'good' : 'bad', `${channel} (${to}): ${sentence}`, { terminal, indent: 0 }),
    )
    .join('');
}

const COLUMNS = [{ head: 'SINCE' }, { head: 'WHAT', least: SENTENCE }, { head: 'TOLD' }];

function alertsText({ zone, channels, alerts, stuck }: Answers['alerts'], terminal: Terminal): string {
  const show = (time: string | null) => (time === null ? 'not yet' : localTime(time, zone));
  const rows = alerts.map(({ since, sentence, toldAt, goneSince }) => [
    show(since),
    goneSince === null ? sentence : `over: ${sentence}`,
    show(toldAt),
  ]);
  const where =
    channels.length === 0
      ? 'Nobody is told: set ALERT_WEBHOOK_URL, or ALERT_EMAIL with SMTP_URL.'
      : `Told to: ${channels.map(({ name, to }) => `${name} (${to})`).join(', ')}. "relay alerts test" tries it.`;
  return [
    ...(rows.length === 0 ? ['There is nothing to tell.\n'] : [table(COLUMNS, rows, terminal)]),
    '\n',
    ...stuck.map(({ channel, messages, why }) =>
      item('look', `${counted(messages, 'message')} by ${channel} not got through yet: ${why}`, {
        terminal,
        indent: 0,
      }),
    ),
    paragraph(`${where} Times are those of ${zone}.`, terminal),
  ].join('');
}
