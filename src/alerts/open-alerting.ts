// Telling somebody, as it is configured: the channels that there are, and what no message may hold.

import { createScrub } from '../lib/scrub.ts';
import { type Alerting, type AlertingParts, createAlerting } from './alerting.ts';
import { createChat } from './chat.ts';
import { createMail, type MailSettings } from './mail.ts';
import type { QuietHours } from './quiet-hours.ts';

type Settings = {
  alerts: { webhookUrl: string | null; mail: MailSettings | null; quietHours: QuietHours | null };
  publicUrl: string | null;
  adminPassword: string | null;
  sweepMinutes: number;
};
type Given = Pick<AlertingParts, 'store' | 'queue' | 'clock' | 'log' | 'newId' | 'space'>;

const HOUR = 3_600_000;

/** `signal`: the service is stopping. */
export function openAlerting(
  { alerts: { webhookUrl, mail, quietHours }, publicUrl, adminPassword, sweepMinutes }: Settings,
  { signal, secrets, ...parts }: Given & { signal: AbortSignal; secrets: readonly string[] },
): Alerting {
  return createAlerting({
    ...parts,
    channels: [
      ...(webhookUrl === null ? [] : [createChat({ url: webhookUrl, clock: parts.clock, signal })]),
      ...(mail === null ? [] : [createMail(mail)]),
    ],
    quietHours,
    publicUrl,
    hasPage: adminPassword !== null,
    scrub: createScrub(secrets),
    freshFor: Math.max(HOUR, 2 * sweepMinutes * 60_000),
  });
}
