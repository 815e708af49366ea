// What the variables about alerts may hold, and what comes of them.
import type { z } from 'zod';
import { optional, text } from './config-values.ts';

const webhookUrl = text.transform((address, context) => {
  const parsed = URL.parse(address);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) context.addIssue('is not an http or https address');
  return address;
});

const isAddress = (address: string) => /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(address);

const addresses = text.transform((list, context) => {
  const found = list.split(',').map((address) => address.trim());
  if (!found.every(isAddress)) context.addIssue('is no email address, or a list of them with commas');
  return found;
});

const sender = text.refine(
  (from) => isAddress(/<([^<>]+)>$/.exec(from)?.[1] ?? from) && !/[\r\n]/.test(from),
  'is no email address, nor a name with one in <>',
);

const smtpUrl = text.transform((address, context) => {
  const parsed = URL.parse(address);
  if (!parsed || !['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '')
    context.addIssue('is not an smtp:// or smtps:// address');
  return address;
});

const TIME = '([01]\\d|2[0-3]):([0-5]\\d)';
const quietHours = text.transform((words, context) => {
  const [, fromHour, fromMinute, toHour, toMinute] = new RegExp(`^${TIME}-${TIME}$`).exec(words) ?? [];
  const hours = {
    from: Number(fromHour) * 60 + Number(fromMinute),
    until: Number(toHour) * 60 + Number(toMinute),
  };
  if (toMinute === undefined) context.addIssue('is not from and until, as in 22:00-07:00');
  else if (hours.from === hours.until) context.addIssue('begins and ends at the same time');
  return hours;
});

export const OF_ALERTS = {
  ALERT_WEBHOOK_URL: optional(webhookUrl),
  ALERT_EMAIL: optional(addresses),
  SMTP_URL: optional(smtpUrl),
  ALERT_FROM: optional(sender),
  ALERT_QUIET_HOURS: optional(quietHours),
};
type Checked = z.output<z.ZodObject<typeof OF_ALERTS>>;

export function alertsOf({ ALERT_WEBHOOK_URL, ALERT_EMAIL, SMTP_URL, ALERT_FROM, ALERT_QUIET_HOURS }: Checked) {
  const [first] = ALERT_EMAIL ?? [];
  const mail =
    ALERT_EMAIL === null || SMTP_URL === null || first === undefined
      ? null
      : { smtpUrl: SMTP_URL, to: ALERT_EMAIL, from: ALERT_FROM ?? first };
  return { webhookUrl: ALERT_WEBHOOK_URL, mail, quietHours: ALERT_QUIET_HOURS };
}

/** Mail goes nowhere without a server. */
export function lacksServer(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['ALERT_EMAIL'] ?? '').trim() !== '' && (env['SMTP_URL'] ?? '').trim() === '';
}

/** The whole addresses, and what in them is a password or a key by itself. */
export function secretsOfAlerts({ webhookUrl: url, mail }: ReturnType<typeof alertsOf>): string[] {
  const smtp = mail === null ? null : new URL(mail.smtpUrl);
  const password = smtp === null || smtp.password === '' ? [] : [smtp.password, decoded(smtp.password)];
  const chat = url === null ? [] : [url, pathOf(url)];
  return [...(mail === null ? [] : [mail.smtpUrl]), ...password, ...chat];
}

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return pathname + search;
};

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
