// Mail, against a real SMTP server: taken, encrypted, refused, asked to come again.
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMail } from '../../src/alerts/mail.ts';
import { describeError } from '../../src/lib/errors.ts';

const PASSWORD = 'a-very-secret-password';
const message = {
  title: '[co-up] Ben was refused',
  text: 'Ben was refused at check-in: no time pass left.\n\nhttps://relay.example.com/admin',
};
const to = ['desk@example.com', 'boss@example.com'];

type Mail = { from: string; to: string[]; isSecure: boolean; user: unknown; source: string };

async function postOffice(options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'relay' && password === PASSWORD) return done(null, { user: username });
      return done(new Error('Invalid username or password'));
    },
    onData(stream, session, done) {
      void text(stream).then((source) => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          isSecure: session.secure,
          user: session.user,
          source,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '0.0.0.0');
  await once(listening, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => void server.close(resolve)));
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { mails, port };
}

const mailBy = (smtpUrl: string) => createMail({ smtpUrl, from: 'Relay <relay@example.com>', to });

async function failureOf(work: Promise<void>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('an alert by mail', () => {
  it('comes to everybody with subject and text', async () => {
    const { mails, port } = await postOffice();

    await mailBy(`smtp://127.0.0.1:${port}`).send(message);

    expect(mails).toMatchObject([{ from: 'relay@example.com', to, isSecure: false }]);
    expect(mails[0]?.source).toMatch(/^Subject: \[co-up\] Ben was refused\r$/m);
    expect(mails[0]?.source).toContain('no time pass left.\r\n\r\nhttps://relay.example.com/admin');
  });

  it('is encrypted where the server offers it, and signs in', async () => {
    const { mails, port } = await postOffice({ disabledCommands: [], authOptional: false });

    await mailBy(`smtp://relay:${PASSWORD}@127.0.0.1:${port}?tls.rejectUnauthorized=false`).send(message);

    expect(mails).toMatchObject([{ isSecure: true, user: 'relay' }]);
  });

  it('is not sent to a server whose certificate nobody vouches for, unless that is wanted', async () => {
    const { mails, port } = await postOffice({ disabledCommands: [], authOptional: false });

    const error = await failureOf(mailBy(`smtp://relay:${PASSWORD}@127.0.0.1:${port}`).send(message));

    expect(error).toMatchObject({ name: 'TransientError' });
    expect(mails).toEqual([]);
  });

  it('sends no password without encryption to another machine', async () => {
    const passwords: unknown[] = [];
    const { mails, port } = await postOffice({
      onAuth: ({ password }, _session, done) => {
        passwords.push(password);
        done(null, { user: 'relay' });
      },
    });

    // The same machine under a name that does not say so.
    const error = await failureOf(mailBy(`smtp://relay:${PASSWORD}@127.0.0.2:${port}`).send(message));

    expect(describeError(error)).toMatch(/no encryption that can be trusted/);
    expect([passwords, mails]).toEqual([[], []]);
  });

  it('says which setting to look at where user or password are wrong, and does not say them', async () => {
    const { port } = await postOffice();

    const error = await failureOf(mailBy(`smtp://relay:${PASSWORD}-wrong@127.0.0.1:${port}`).send(message));

    expect(describeError(error)).toMatch(/\(535\).*: look at user and password in SMTP_URL/);
    expect(describeError(error)).not.toContain(PASSWORD);
  });

  it('is tried again where the server first says to come later, and comes through then', async () => {
    let calls = 0;
    const { mails, port } = await postOffice({
      onRcptTo(_address, _session, done) {
        calls += 1;
        if (calls > to.length) return done();
        return done(Object.assign(new Error('4.7.1 Greylisted, come back later'), { responseCode: 451 }));
      },
    });
    const mail = mailBy(`smtp://127.0.0.1:${port}`);

    const first = await failureOf(mail.send(message));
    await mail.send(message);

    expect(describeError(first)).toMatch(/\(451\).*the server takes it later/);
    expect(first).toMatchObject({ name: 'TransientError' });
    expect(mails).toHaveLength(1);
  });

  it('is tried again where nobody is there', async () => {
    const error = await failureOf(mailBy('smtp://127.0.0.1:9').send(message));

    expect(error).toMatchObject({ name: 'TransientError' });
    expect(describeError(error)).toMatch(/SMTP_URL/);
  });

  it('lets nobody write headers by a name', async () => {
    const { mails, port } = await postOffice();

    await mailBy(`smtp://127.0.0.1:${port}`).send({
      ...message,
      title: 'Ada\r\nBcc: everybody@example.com\r\n\r\nEvil',
    });

    expect(mails[0]?.to).toEqual(to);
    expect(mails[0]?.source).not.toMatch(/^Bcc:/m);
  });
});
