// Requests as no honest sender makes them, byte by byte over a socket: what Node refuses, and what it lets through.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, KEY, type RelayUnderTest, startRelay } from './relay-under-test.ts';

const membership = JSON.stringify({ url: 'https://co-up.cobot.me/api/memberships/m1' });
const opened = JSON.stringify({ event: { id: 'e1', user: { id: 'u1' } } });
const JSON_HEADERS = { 'content-type': 'application/json' };
const ROUTES = ['/membership_confirmation', '/cobot/canceled_membership', '/lock_open'] as const;
const LINE = `POST /membership_confirmation?key=${KEY} HTTP/1.1\r\n`;
const HOST = 'Host: relay\r\n';
const TYPE = 'Content-Type: application/json\r\n';
const LENGTH = `Content-Length: ${membership.length}\r\n`;
const CHUNKED = `${membership.length.toString(16)}\r\n${membership}\r\n0\r\n\r\n`;
const smuggled = `${LINE}${HOST}${TYPE}${LENGTH}\r\n${membership}`;

let relay: RelayUnderTest;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.stop());

const post = (path: string, body: string | Buffer, headers: Record<string, string> = JSON_HEADERS) =>
  relay.send('POST', `${path}?key=${KEY}`, { body, headers });
const bodyFor = (path: string) => (path === '/lock_open' ? opened : membership);
const statusLines = (heard: string) => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

/** What is answered until the connection is closed. */
async function answersTo(...said: (string | Buffer)[]): Promise<number[]> {
  const connection = await relay.open(...said);
  await connection.closed;
  return statusLines(connection.heard());
}

describe('a request that two servers could read in two ways', () => {
  it.each([
    ['both lengths', `${LINE}${HOST}${TYPE}${LENGTH}Transfer-Encoding: chunked\r\n\r\n${CHUNKED}`],
    ['both lengths, the other way round', `${LINE}${HOST}${TYPE}Transfer-Encoding: chunked\r\n${LENGTH}\r\n${CHUNKED}`],
    ['two lengths', `${LINE}${HOST}${TYPE}${LENGTH}Content-Length: 0\r\n\r\n${membership}`],
    ['the same length twice', `${LINE}${HOST}${TYPE}${LENGTH}${LENGTH}\r\n${membership}`],
    ['a length with a sign', `${LINE}${HOST}${TYPE}Content-Length: +58\r\n\r\n${membership}`],
    ['a length in hex', `${LINE}${HOST}${TYPE}Content-Length: 0x3a\r\n\r\n${membership}`],
    ['a negative length', `${LINE}${HOST}${TYPE}Content-Length: -1\r\n\r\n${membership}`],
    ['a length beyond counting', `${LINE}${HOST}${TYPE}Content-Length: ${'9'.repeat(40)}\r\n\r\n${membership}`],
    ['an unknown transfer', `${LINE}${HOST}${TYPE}Transfer-Encoding: xchunked\r\n\r\n${CHUNKED}`],
    ['a transfer that ends in no chunks', `${LINE}${HOST}${TYPE}Transfer-Encoding: chunked, gzip\r\n\r\n${CHUNKED}`],
    ['a space before the colon', `${LINE}${HOST}${TYPE}Transfer-Encoding : chunked\r\n\r\n${CHUNKED}`],
    ['a folded header', `${LINE}${HOST}${TYPE}Transfer-Encoding:\r\n chunked\r\n${LENGTH}\r\n${membership}`],
    [
      'a chunk size that is none',
      `${LINE}${HOST}${TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n${membership}\r\n0\r\n\r\n`,
    ],
    [
      'a chunk longer than it says',
      `${LINE}${HOST}${TYPE}Transfer-Encoding: chunked\r\n\r\n1\r\n${membership}\r\n0\r\n\r\n`,
    ],
    ['line ends without carriage return', `${LINE}${HOST}${TYPE}${LENGTH}\n${membership}`.replaceAll('\r', '')],
    ['a NUL in a header', `${LINE}${HOST}${TYPE}X-A: a\0b\r\n${LENGTH}\r\n${membership}`],
    ['a space in its address', `POST /membership_confirmation?key=${KEY} x HTTP/1.1\r\n${HOST}\r\n`],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS to a port that speaks none', Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5])],
  ])('%s is refused, and nothing behind it is read', async (_what, said) => {
    const statuses = await answersTo(said, smuggled);

    expect(statuses).toEqual([400]);
    expect(relay.accepted).toEqual([]);
  });

  it.each([
    ['more headers than fit', `${LINE}${HOST}X-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['an address longer than fits', `POST /lock_open?key=${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 431],
    ['an expectation that nobody knows', `${LINE}${HOST}Expect: mercy\r\nConnection: close\r\n\r\n`, 417],
    ['no host', `${LINE}${TYPE}${LENGTH}\r\n${membership}`, 400],
    ['TRACE', `TRACE /lock_open?key=${KEY} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, 405],
    ['TRACE elsewhere', `TRACE / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, 404],
    [
      'a wish to upgrade',
      `GET /healthz HTTP/1.1\r\n${HOST}Connection: upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
      200,
    ],
  ])('%s gets one answer', async (_what, said, status) => {
    expect(await answersTo(said)).toEqual([status]);
    expect(relay.accepted).toEqual([]);
  });

  it('CONNECT gets none', async () => {
    expect(await answersTo(`CONNECT metadata.internal:80 HTTP/1.1\r\n${HOST}\r\n`, smuggled)).toEqual([]);
    expect(relay.accepted).toEqual([]);
  });

  it('with the address of another host is answered here, by the path alone', async () => {
    const target = `POST http://metadata.internal/membership_confirmation?key=${KEY} HTTP/1.1\r\n`;

    expect(await answersTo(`${target}${HOST}${TYPE}${LENGTH}Connection: close\r\n\r\n${membership}`)).toEqual([204]);
    expect(relay.accepted).toHaveLength(1);
  });

  it('sent behind another one is answered in order, each for itself', async () => {
    const one = `${LINE}${HOST}${TYPE}${LENGTH}\r\n${membership}`;
    const wrong = `POST /lock_open?key=no HTTP/1.1\r\n${HOST}${TYPE}Content-Length: 0\r\n\r\n`;
    const last = `GET /healthz HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;

    expect(await answersTo(one + wrong + one + last)).toEqual([204, 401, 204, 200]);
    expect(relay.accepted).toHaveLength(2);
  });

  it('whose body never ends is refused as soon as it is too much', async () => {
    const connection = await relay.open(`${LINE}${HOST}${TYPE}Transfer-Encoding: chunked\r\n\r\n`);
    for (let said = 0; said < 4; said += 1) connection.say(`8000\r\n${' '.repeat(0x80_00)}\r\n`);
    await connection.hears();

    expect(statusLines(connection.heard())).toEqual([413]);
    expect(relay.accepted).toEqual([]);
    connection.close();
  });
});

describe.each(ROUTES)('a body to %s', (path) => {
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  it.each<[string, Buffer | string, number]>([
    ['in UTF-16', utf16(bodyFor(path)), 400],
    ['in UTF-16 without a mark', Buffer.from(bodyFor(path), 'utf16le'), 400],
    ['in big-endian UTF-16', utf16(bodyFor(path)).swap16(), 400],
    ['with bytes that UTF-8 has not', Buffer.concat([Buffer.from(bodyFor(path)), Buffer.from([0xc0, 0xaf])]), 400],
    ['with a byte order mark', `\ufeff${bodyFor(path)}`, 204],
    ['nested as deeply as fits', '['.repeat(49_000) + ']'.repeat(49_000), path === '/lock_open' ? 400 : 204],
    [
      'of objects nested as deeply as fits',
      `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`,
      path === '/lock_open' ? 400 : 204,
    ],
    ['nested and never closed', '[{"url":'.repeat(12_000), 400],
    ['with a number beyond all numbers', `{"url":${'9'.repeat(50_000)}}`, path === '/lock_open' ? 400 : 204],
  ])('%s is answered as it should be', async (_what, body, status) => {
    expect((await post(path, body)).status).toBe(status);
  });

  it.each(['utf-16', 'utf-7', 'latin1', 'shift_jis', '"', '*', 'utf-8; charset=utf-16'])(
    'whose charset is said to be %s is read as UTF-8 or not at all',
    async (charset) => {
      const { status } = await post(path, Buffer.from(bodyFor(path), 'utf16le'), {
        'content-type': `application/json; charset=${charset}`,
      });

      expect([400, 415]).toContain(status);
      expect(relay.accepted).toEqual([]);
    },
  );

  it.each([
    `{"__proto__":${bodyFor(path)}}`,
    `{"constructor":{"prototype":${bodyFor(path)}}}`,
    '{"__proto__":{"url":"https://co-up.cobot.me/api/memberships/m1","event":{"user":{"id":"u1"}}}}',
    '{"event":{"__proto__":{"user":{"id":"u1"}}}}',
    '{"event":{"user":{"__proto__":{"id":"u1"}}}}',
  ])('that would reach for prototypes has no effect: %s', async (body) => {
    await post(path, body);

    expect(relay.accepted.flatMap(({ jobs }) => jobs)).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, 'url') ?? Reflect.get({}, 'event')).toBeUndefined();
  });
});

describe('an event in the path', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '%5f%5fproto%5f%5f'])(
    '%s is none that the relay knows',
    async (event) => {
      expect((await post(`/cobot/${event}`, membership)).status).toBe(204);
      expect(relay.accepted).toMatchObject([{ delivery: { understood: false }, jobs: [] }]);
    },
  );

  it('cannot write a header, a log line or a metric of its own', async () => {
    const answer = await post('/cobot/a%0d%0aSet-Cookie:%20b=c%0d%0a%0d%0a%22%7d%0a%7b%00', membership);

    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(relay.accepted[0]?.delivery.event).toBe('a??Set-Cookie: b=c????"}?{?'.replace('????', '????'));
    expect(await relay.metrics.text()).not.toContain('Set-Cookie');
    expect(relay.lines).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('says nothing of what was sent, nor of what is inside', async () => {
    const secret = 'ada@example.com-and-a-secret';
    const answers = await Promise.all([
      post('/lock_open', `{"event":"${secret}`),
      relay.send('POST', `/lock_open?key=${secret}`, { body: opened, headers: JSON_HEADERS }),
      relay.send('POST', `/${secret}`, { body: secret }),
      post('/cobot/created_booking', membership, { 'content-type': `text/${secret}` }),
    ]);

    for (const answer of answers) {
      expect(JSON.stringify(answer)).not.toContain(secret);
      expect(errorOf(answer).message).toMatch(/^.{10,120}$/);
      expect(answer.headers['x-powered-by']).toBeUndefined();
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect(JSON.stringify(relay.lines)).not.toContain('ada@example.com');
  });
});
