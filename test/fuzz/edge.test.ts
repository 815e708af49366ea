// The webhook edge over real HTTP: every route, method, header and body, well-formed and byte by byte. Whatever comes:
// never 3xx, 410 or 5xx, nothing of it comes back, and no secret nor address in the log.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, KEY, type RelayUnderTest, SECOND_KEY, startRelay } from '../webhooks/relay-under-test.ts';
import { fuzz, patience } from './fuzz.ts';
import { changedText, changeOf, cunningText, junkValue } from './junk.ts';
import { type Sender, senders } from './openings.ts';

const CANARY = 'ada.lovelace@example.com';
const NOW = Date.parse('2026-11-24T09:00:00Z');
const membership = { url: 'https://co-up.cobot.me/api/memberships/m1', booking: { membership: { id: 'm1' } } };

type Under = { relay: RelayUnderTest; sender: Sender };
let all: Under[] = [];
beforeAll(async () => {
  const bounds = { headersMs: 2000, requestMs: 3000, checkMs: 100 };
  all = await Promise.all(
    Object.values(senders).flatMap((sender) => [
      startRelay({ readOpening: sender.readUnsigned, bounds }).then((relay) => ({ relay, sender })),
      startRelay({ readOpening: sender.read, bounds }).then((relay) => ({ relay, sender })),
    ]),
  );
});
afterAll(async () => {
  await Promise.all(all.map(({ relay }) => relay.stop()));
});

const which = fc.nat({ max: 7 });
const segment = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    '%',
    '%2f',
    '%00',
    '%ff',
    '*',
    'cobot',
    'lock_open',
    'membership_confirmation',
    'healthz',
    'readyz',
    'metrics',
  ),
  fc.constantFrom('admin', 'created_checkin', 'constructor', '__proto__', '\\', ';a=b', '%2e%2e', '%5c', '.env'),
  cunningText.map((text) => encodeURIComponent(text.toWellFormed())).filter((text) => text.length < 2000),
);
const path = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '/membership_confirmation',
      '/healthz',
      '/metrics',
      '/lock_open',
      '/lock_open',
      '/cobot/deleted_booking',
      '/cobot/created_checkin',
    ),
  },
  { weight: 1, arbitrary: segment.map((text) => `/cobot/${text}`) },
  { weight: 1, arbitrary: fc.array(segment, { maxLength: 5 }).map((found) => `/${found.join('/')}`) },
);
const query = fc.oneof(
  { weight: 5, arbitrary: fc.constant(`?key=${KEY}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '?',
      '?%',
      `?key=${KEY}&key=${KEY}`,
      `?KEY=${KEY}`,
      `?key[]=${KEY}`,
      `?key=${CANARY}`,
    ),
  },
  { weight: 1, arbitrary: fc.webQueryParameters().map((text) => `?key=${KEY}&${text}`) },
);
const text = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(changeOf(['drop', 'junk', 'null', 'wrap', 'empty', 'add', 'swap', 'double']), { maxLength: 3 }),
  },
  { weight: 1, arbitrary: junkValue.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(`{"user":{"email":"${CANARY}"}`, '['.repeat(90_000), ''),
  },
  // Too large: often enough that it is sure to come.
  { weight: 1, arbitrary: fc.constant('x'.repeat(110_000)) },
);
const headerText = fc.string({ unit: fc.constantFrom(...' !"#$%&()*+,-./0aZ:;<=>?@[]^_{|}~'), maxLength: 40 });
const headers = fc.record(
  {
    'content-type': fc.oneof(
      fc.constantFrom('application/json', 'application/json', 'application/x-www-form-urlencoded', 'text/xml'),
      headerText,
    ),
    'content-encoding': fc.oneof(fc.constantFrom('gzip', 'identity'), headerText),
    'if-none-match': fc.constantFrom('*', '"a"'),
    range: fc.constant('bytes=0-1'),
    host: fc.oneof(fc.constant('evil.example'), headerText),
    'x-forwarded-host': headerText,
    'x-http-method-override': fc.constantFrom('GET', 'DELETE'),
    cookie: headerText,
    authorization: headerText,
  },
  { requiredKeys: ['content-type'] },
);
const method = fc.constantFrom(
  'POST',
  'POST',
  'POST',
  'POST',
  'POST',
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
);
const seen = new Set<number>();

function judge(status: number, heard: string, what: string): void {
  seen.add(status);
  const isForbidden = status === 410 || (status >= 300 && status < 400) || status >= 500 || status < 200;
  expect(isForbidden, `${what} got ${status}`).toBe(false);
  for (const secret of [KEY, SECOND_KEY, CANARY]) expect(heard).not.toContain(secret);
}

function between(): void {
  for (const { relay } of all) {
    const log = JSON.stringify(relay.lines);
    for (const secret of [KEY, SECOND_KEY, CANARY, 'request failed']) expect(log).not.toContain(secret);
    for (const { jobs } of relay.accepted)
      for (const job of jobs)
        expect(job.key).toMatch(job.name === 'check-in' ? /^[^\p{Cc}\p{Cs}]{1,200}$/u : /^[\w-]{1,64}$/);
    relay.lines.length = 0;
    relay.accepted.length = 0;
  }
}

describe('whatever is sent', () => {
  it('is answered, and never wrongly', { timeout: patience }, async () => {
    const property = fc.asyncProperty(
      which,
      method,
      path,
      query,
      text,
      headers,
      fc.boolean(),
      async (index, verb, route, search, sent, more, isSigned) => {
        const under = all[index];
        if (!under) return;
        const { relay, sender } = under;
        const base = route === '/lock_open' ? sender.event : membership;
        const body = typeof sent === 'string' ? sent : changedText(base, sent);
        const signature = isSigned ? sender.sign(body, NOW) : {};
        const answer: Answer = await relay.send(verb, route + search, {
          body,
          headers: { ...more, ...signature, 'content-length': String(Buffer.byteLength(body)) },
        });

        judge(answer.status, JSON.stringify(answer), `${verb} ${route}`);
        if (answer.status >= 400 && verb !== 'HEAD')
          expect(JSON.parse(answer.text)).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
      },
    );
    await fuzz({ name: 'edge', few: 500, many: 20_000, between }, property);

    if (!process.env['FUZZ_PATH_OF_CASE'] && seen.size > 0)
      expect([...seen]).toEqual(expect.arrayContaining([200, 204, 400, 401, 404, 405, 413, 415]));
  });

  it('byte by byte is answered or dropped, and never wrongly', { timeout: patience }, async () => {
    const body = JSON.stringify(membership);
    const good = `POST /membership_confirmation?key=${KEY} HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const piece = fc.oneof(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        '\0',
        ' ',
        ':',
        '\r\n\r\n',
        'Transfer-Encoding: chunked\r\n',
        'Content-Length: 3\r\n',
        'Expect: 100-continue\r\n',
      ),
      fc.constantFrom(
        'HTTP/1.0',
        'HTTP/2.0',
        'HTTP/0.9',
        '0\r\n\r\n',
        'ffffffff\r\n',
        'Upgrade: h2c\r\n',
        'Connection: upgrade\r\n',
        'Host: other\r\n',
        CANARY,
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const edit = fc.record({ at: fc.nat({ max: good.length }), cut: fc.nat({ max: 20 }), put: piece });
    const bytes = fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .array(edit, { minLength: 1, maxLength: 4 })
          .map((edits) =>
            edits.reduce((said, { at, cut, put }) => said.slice(0, at) + put + said.slice(at + cut), good),
          ),
      },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw).toString('latin1')) },
      {
        weight: 1,
        arbitrary: fc
          .array(fc.oneof(fc.constant(good), piece), { minLength: 2, maxLength: 6 })
          .map((parts) => parts.join('')),
      },
    );
    const property = fc.asyncProperty(which, bytes, async (index, said) => {
      const under = all[index];
      if (!under) return;
      const connection = await under.relay.open(Buffer.from(said, 'latin1'));
      connection.end();
      await connection.closed;

      const heard = connection.heard();
      for (const [, status] of heard.matchAll(/HTTP\/1\.1 (\d+) /g))
        if (status !== '100') judge(Number(status), heard, 'bytes');
    });
    await fuzz({ name: 'edge-bytes', few: 250, many: 10_000, between }, property);
  });
});
