// relay alerts: what somebody is told of, and a trial of it against rooms and post offices that are really there.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWorld } from './world.ts';

const AT = Date.parse('2026-11-23T09:04:00Z');

async function room(status = 200) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(status).end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return {
    bodies,
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hooks/secret-of-the-room`,
  };
}

async function postOffice() {
  const sources: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      void text(stream).then((source) => {
        sources.push(source);
        done();
      });
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => void server.close(resolve)));
  const address = listening.address();
  return { sources, url: `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
}

describe('alerts test', () => {
  it('sends a trial message everywhere, and says what came back', async () => {
    const world = await openWorld();
    const [chat, mail] = [await room(), await postOffice()];

    const ran = await world.run('alerts test', {
      env: { ALERT_WEBHOOK_URL: chat.url, ALERT_EMAIL: 'desk@example.com', SMTP_URL: mail.url },
    });

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(
      /^✓ chat \(127\.0\.0\.1:\d+\): took the trial message\n✓ mail \(127\.0\.0\.1\): took the trial message\n$/,
    );
    expect(chat.bodies).toEqual([expect.stringContaining('A trial message')]);
    expect(mail.sources).toEqual([expect.stringMatching(/^Subject: \[co-up\] A trial message\r$/m)]);
  });

  it('ends with 1 where one did not take it, says why, and nothing secret', async () => {
    const world = await openWorld();
    const { url } = await room(404);

    const ran = await world.run('alerts test', { env: { ALERT_WEBHOOK_URL: url } });

    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^✗ chat .*with 404.*ALERT_WEBHOOK_URL/);
    expect(ran.out + ran.err).not.toContain('secret-of-the-room');
  });

  it('says what to set where nothing is set up', async () => {
    const world = await openWorld();

    expect(await world.run('alerts test')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('set ALERT_WEBHOOK_URL, or ALERT_EMAIL with SMTP_URL'),
    });
  });
});

describe('alerts', () => {
  it('lists what somebody was told, and where that goes', async () => {
    const world = await openWorld();
    const { url } = await room();
    await world.withApp(async ({ parts: { store } }) => {
      const alert = { key: 'hold', kind: 'hold', since: AT, sentence: 'The brake holds 3 losses', who: null } as const;
      await store.alerts.replace([{ ...alert, toldAt: AT + 60_000, goneSince: null }], []);
    });

    const ran = await world.run('alerts', { env: { ALERT_WEBHOOK_URL: url } });
    const json = await world.run('alerts list --json');

    expect(ran.out).toMatch(/^2026-11-23 09:04 +The brake holds 3 losses +2026-11-23 09:05$/m);
    expect(ran.out).toMatch(/^Told to: chat \(127\.0\.0\.1:\d+\)\. "relay alerts test" tries it\./m);
    expect(json.answer()).toMatchObject({ channels: [], alerts: [{ kind: 'hold', toldAt: '2026-11-23T09:05:00Z' }] });
  });

  it('says so where nobody is told', async () => {
    const world = await openWorld();
    await world.withApp(async () => undefined);

    expect((await world.run('alerts')).out).toMatch(/^There is nothing to tell\.\n\nNobody is told: set /);
  });

  it('are looked at by doctor', async () => {
    const world = await openWorld();
    const { url } = await room();
    const env = { ALERT_WEBHOOK_URL: url };

    const without = await world.run('doctor');
    const set = await world.run('doctor', { env });

    expect(without.out).toMatch(/^! alerts: nobody is told when something is wrong\n {2}→ set ALERT_WEBHOOK_URL/m);
    expect(set.out).toMatch(/^✓ alerts: told by chat \(127\.0\.0\.1:\d+\)$/m);
  });
});
