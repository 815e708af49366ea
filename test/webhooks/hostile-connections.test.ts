// Connections that are there to be in the way: slow, silent, endless, too many. Bounds are short here, so that nobody
// waits for them; that the service has some is shown by its own process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWorld } from '../cli/world.ts';
import { type Connection, KEY, type RelayUnderTest, startRelay } from './relay-under-test.ts';

const SHORT = { headersMs: 300, requestMs: 600, silenceMs: 900, checkMs: 50 };
const body = JSON.stringify({ url: 'https://co-up.cobot.me/api/memberships/m1' });
const head = (length: number | string) =>
  `POST /membership_confirmation?key=${KEY} HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\n${
    typeof length === 'number' ? `Content-Length: ${length}` : length
  }\r\n`;

async function relayWith(bounds: Parameters<typeof startRelay>[0]) {
  const relay = await startRelay(bounds);
  onTestFinished(() => relay.stop());
  return relay;
}

const takes = async (relay: RelayUnderTest) =>
  (
    await relay.send('POST', `/membership_confirmation?key=${KEY}`, {
      body,
      headers: { 'content-type': 'application/json' },
    })
  ).status;

/** Says it a piece at a time, for as long as anybody listens. */
async function drip(connection: Connection, piece: string): Promise<void> {
  const dripping = setInterval(() => connection.say(piece), 20);
  await connection.closed;
  clearInterval(dripping);
}

describe('a connection that does not finish', () => {
  it.each<[string, string[], string]>([
    ['that says nothing', [], ''],
    ['whose headers drip', ['POST /lock_open HTTP/1.1\r\nHost: relay\r\n'], 'x: y\r\n'],
    ['whose headers stop', ['POST /lock_open HTTP/1.1\r\nHost: re'], ''],
    ['whose body drips', [`${head(90_000)}\r\n`, '{'], ' '],
    ['whose body stops', [`${head(90_000)}\r\n`, '{'], ''],
    ['whose chunks drip', [`${head('Transfer-Encoding: chunked')}\r\n`], '1\r\n \r\n'],
    ['whose body drips, and has no key', ['POST /lock_open HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n'], ' '],
  ])('%s is dropped, and others are served meanwhile', async (_what, said, piece) => {
    const relay = await relayWith({ bounds: SHORT });
    const slow = await Promise.all(Array.from({ length: 20 }, () => relay.open(...said)));

    const dropped = Promise.all(slow.map((each) => (piece === '' ? each.closed : drip(each, piece))));
    const status = await takes(relay);
    await dropped;

    expect(status).toBe(204);
    expect(relay.accepted).toHaveLength(1);
    expect(
      slow.map((each) => each.heard()).filter((heard) => / (2|3|410|5)\d\d? /.test(heard.split('\r\n')[0] ?? '')),
    ).toEqual([]);
    expect(await takes(relay)).toBe(204);
  });

  it('because nobody takes its answers is dropped', async () => {
    const relay = await relayWith({ bounds: SHORT });
    const deaf = await relay.open();
    deaf.stopListening();

    deaf.say('GET /metrics HTTP/1.1\r\nHost: relay\r\n\r\n'.repeat(2000));
    await relay.emptied();

    expect(await takes(relay)).toBe(204);
  });
});

describe('more connections than there may be', () => {
  it('close those that wait longest, and shut nobody else out', async () => {
    const relay = await relayWith({ bounds: { connections: 20 } });
    const first = await Promise.all(Array.from({ length: 20 }, () => relay.open('POST / HTTP/1.1\r\n')));
    const more = await Promise.all(Array.from({ length: 20 }, () => relay.open()));

    await Promise.all(first.map((each) => each.closed));

    expect(await Promise.all(Array.from({ length: 20 }, () => takes(relay)))).toEqual(Array(20).fill(204));
    expect(relay.lines.filter(({ msg }) => /too many connections/.test(String(msg)))).toMatchObject([
      { level: 'warn', connections: 20 },
    ]);
    for (const each of more) each.close();
  });

  it('never close one that waits for its answer', async () => {
    const store = Promise.withResolvers<void>();
    const relay = await relayWith({ bounds: { connections: 3 }, beforeStoring: () => store.promise });
    const waiting = [takes(relay), takes(relay)];
    await relay.reached(2);

    const flood = await Promise.all(Array.from({ length: 30 }, () => relay.open('POST /')));
    await Promise.all(flood.slice(0, -1).map((each) => each.closed));
    store.resolve();

    expect(await Promise.all(waiting)).toEqual([204, 204]);
  });
});

describe('the service as a process', () => {
  it('drops who does not finish', { timeout: 60_000 }, async () => {
    const world = await openWorld();
    const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
    const environment = { ...world.env, PORT: '0', HOST: '127.0.0.1', DOTENV_CONFIG_PATH: '/dev/null' };
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let port = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const entry: { msg: string; port: number } = JSON.parse(line);
      if (entry.msg !== 'listening') continue;
      port = entry.port;
      break;
    }

    const silent = connect({ port, host: '127.0.0.1' });
    await once(silent.resume(), 'close');

    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });
});
