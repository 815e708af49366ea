// What somebody is told of, and a trial of telling it.
import { isoTime } from '../lib/wording.ts';
import type { Operator } from './answers.ts';
import { bad, type Finding, good, remark } from './finding.ts';
import { zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';

export function tellingSomebody({ parts, alerting }: OperatorApp): Pick<Operator, 'alerts' | 'testAlerts'> {
  return {
    async alerts() {
      return {
        zone: await zoneOf(parts.store),
        channels: alerting.channels.map(({ name, to }) => ({ name, to })),
        alerts: (await alerting.open()).map(({ since, toldAt, goneSince, kind, sentence }) => ({
          kind,
          sentence,
          since: isoTime(since),
          toldAt: toldAt === null ? null : isoTime(toldAt),
          goneSince: goneSince === null ? null : isoTime(goneSince),
        })),
        stuck: (await alerting.stuck()).map(({ channel, messages, why }) => ({ channel, messages, why })),
      };
    },
    async testAlerts() {
      return { tried: await alerting.tryOut() };
    },
  };
}

/** For who looks whether all is well; sends nothing. */
export async function lookAtAlerts({ alerting }: OperatorApp): Promise<Finding[]> {
  const { channels } = alerting;
  if (channels.length === 0)
    return [
      remark('alerts', 'nobody is told when something is wrong', 'set ALERT_WEBHOOK_URL, or ALERT_EMAIL with SMTP_URL'),
    ];
  const stuck = await alerting.stuck();
  if (stuck.length === 0)
    return [good('alerts', `told by ${channels.map(({ name, to }) => `${name} (${to})`).join(' and ')}`)];
  return stuck.map(({ channel, messages, why }) =>
    bad(
      'alerts',
      `${messages} by ${channel} not got through: ${why}`,
      '"relay alerts test" tries it, and says what came back',
    ),
  );
}

/** Messages that do not get through, as problems of the space. */
export async function untold({ alerting }: OperatorApp) {
  return (await alerting.stuck()).map(({ channel, messages, why, since }) => ({
    subject: '',
    kind: 'alerts',
    sentence: `${messages} by ${channel} not got through: ${why}`,
    since,
  }));
}
