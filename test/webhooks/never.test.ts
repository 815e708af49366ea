import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KEY, type RelayUnderTest, startRelay } from './relay-under-test.ts';

let relay: RelayUnderTest;
beforeAll(async () => {
  relay = await startRelay();
});
afterAll(() => relay.stop());

const headerText = fc.string({ unit: fc.constantFrom(...' !"#$%&()*+,-./0aZ:;<=>?@[]^_{|}~'), maxLength: 40 });
const words = [
  '',
  '/',
  '//',
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
];
const parts = fc.constantFrom(
  ...words,
  'created_checkin',
  'healthz',
  'readyz',
  'metrics',
  'admin',
  'constructor',
  '__proto__',
  '\\',
  ';a=b',
);
const path = fc.oneof(
  fc.constantFrom('/membership_confirmation', '/lock_open', '/cobot/created_booking', '/cobot/whatever', '/healthz'),
  fc.array(parts, { maxLength: 6 }).map((found) => `/${found.join('/')}`),
);
const query = fc.oneof(
  fc.constant(`?key=${KEY}`),
  fc.constant(''),
  fc.webQueryParameters().map((text) => `?key=${KEY}&${text}`),
  fc.constant('?%'),
);
const body = fc.oneof(
  fc.json(),
  fc.string(),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => `event=${encodeURIComponent(text)}`),
);
const contentType = fc.oneof(
  fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/xml'),
  headerText,
);
const headers = fc.record(
  {
    'content-type': contentType,
    'content-encoding': fc.oneof(fc.constantFrom('gzip', 'br', 'deflate', 'zstd', 'identity'), headerText),
    'if-none-match': fc.constantFrom('*', '"a"'),
    'if-modified-since': fc.constant('Wed, 21 Oct 2035 07:28:00 GMT'),
    'webhook-id': headerText,
    accept: headerText,
    range: fc.constant('bytes=0-1'),
  },
  { requiredKeys: [] },
);
const method = fc.constantFrom('POST', 'POST', 'POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH');

describe('whatever is sent', () => {
  it('is never answered 3xx, 410 or 5xx', async () => {
    const seen = new Set<number>();

    await fc.assert(
      fc.asyncProperty(method, path, query, body, headers, async (verb, route, search, sent, with_) => {
        const { status } = await relay.send(verb, route + search, { body: sent, headers: with_ });
        seen.add(status);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(
          status === 410 || (status >= 300 && status < 400) || status >= 500,
          `${verb} ${route} got ${status}`,
        ).toBe(false);
      }),
      {
        numRuns: 1000,
        examples: [['POST', '/cobot/whatever', `?key=${KEY}`, '{}', { 'content-type': 'application/json' }]],
      },
    );

    // Else it would have tried nothing.
    expect([...seen]).toEqual(expect.arrayContaining([200, 204, 400, 401, 404, 405, 415]));
  });
});
