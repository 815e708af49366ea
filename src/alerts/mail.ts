// Alerts by mail, over SMTP. A password goes out only on an encrypted connection, except to this machine itself; it stands
// in no message and no error.
import type { Transporter } from 'nodemailer';
import { TransientError } from '../lib/errors.ts';
import type { Channel } from './channel.ts';

export type MailSettings = { smtpUrl: string; from: string; to: readonly string[] };

const CONNECT_MS = 10_000;
const SILENCE_MS = 20_000;
const SETTING = 'SMTP_URL';

export function createMail({ smtpUrl, from, to }: MailSettings): Channel {
  const { hostname, protocol, password } = new URL(smtpUrl);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  let opened: Promise<Transporter> | undefined;

  /** Loaded where there is mail: most relays send none. */
  async function open(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      url: smtpUrl,
      // Else whoever stands between could leave STARTTLS out and read the password.
      requireTLS: protocol === 'smtp:' && password !== '' && !isHere,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  return {
    name: 'mail',
    to: hostname,
    async send({ title, text }) {
      try {
        opened ??= open();
        const transport = await opened;
        await transport.sendMail({ from, to: [...to], subject: title.replaceAll(/\s+/g, ' '), text: `${text}\n` });
      } catch (error) {
        throw mailError(error);
      }
    },
  };
}

const ADVICE: Readonly<Record<string, string>> = {
  EAUTH: `look at user and password in ${SETTING}; a % in them is written %25, an @ %40`,
  ETLS: `the mail server offers no encryption that can be trusted; look at ${SETTING}, perhaps it has to begin with smtps://`,
  ECONNECTION: `look whether host and port in ${SETTING} are right and can be reached from here`,
  ESOCKET: `look whether host, port and encryption in ${SETTING} are right`,
  EDNS: `there is no such host as in ${SETTING}`,
  EENVELOPE: 'look at ALERT_EMAIL and ALERT_FROM: the server does not take one of them',
};

/** Tried again whatever it was: a greylisting server says no at first, and a mailbox may be mended. */
function mailError(error: unknown): TransientError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const answered = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : undefined;
  const isForNow = answered !== undefined && answered >= 400 && answered < 500;
  const advice = isForNow
    ? 'the server takes it later; the relay tries again by itself'
    : (ADVICE[code] ?? `look at ${SETTING}`);
  return new TransientError(`The mail server did not take the message (${answered ?? code})`, {
    code: `mail_${code.toLowerCase()}`,
    where: 'SMTP',
    advice,
    effect: 'none',
    cause: error,
  });
}
