import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, KEY, LOCK_KEY, type RelayUnderTest, SECOND_KEY, startRelay } from './relay-under-test.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };
const FORM_HEADERS = { 'content-type': 'application/x-www-form-urlencoded' };
const membership = JSON.stringify({ url: 'https://co-up.cobot.me/api/memberships/m1' });
const opened = JSON.stringify({ event: { id: 'e1', user: { id: 'u1' } } });
const ROUTES = [
  ['/membership_confirmation', membership],
  ['/cobot/canceled_membership', membership],
  ['/cobot/deleted_booking', membership],
  ['/cobot/no_such_event', membership],
  ['/lock_open', opened],
] as const;

let relay: RelayUnderTest;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.stop());

const post = (path: string, body: string | Buffer, headers: Record<string, string | string[]> = JSON_HEADERS) =>
  relay.send('POST', path, { body, headers });

describe.each(ROUTES)('POST %s', (path, body) => {
  it.each([
    ['no key', ''],
    ['an empty key', '?key='],
    ['a wrong key', '?key=some-other-key-of-some-length'],
    ['half of the key', `?key=${KEY.slice(0, 20)}`],
    ['the key and more', `?key=${KEY}x`],
    ['both keys as one', `?key=${KEY},${SECOND_KEY}`],
    ['the key twice', `?key=${KEY}&key=${KEY}`],
    ['a wrong key and the key', `?key=x&key=${KEY}`],
    ['the key in a list', `?key[]=${KEY}`],
    ['the key in a field', `?key[a]=${KEY}`],
    ['the key by another name', `?KEY=${KEY}`],
  ])('with %s is answered 401, and nothing is stored', async (_what, query) => {
    const answer = await post(path + query, body);

    expect(answer.status).toBe(401);
    expect(errorOf(answer).code).toBe('wrong_key');
    expect(relay.accepted).toEqual([]);
  });

  it('without the key is answered before its body has come', async () => {
    const answer = await relay.send('POST', path, {
      headers: { ...JSON_HEADERS, 'content-length': '1000', expect: '100-continue' },
    });

    expect(answer.status).toBe(401);
  });

  it.each([KEY, SECOND_KEY])('with each key of the list is stored, then answered 204', async (key) => {
    const answer = await post(`${path}?key=${key}`, body);

    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(relay.accepted).toHaveLength(1);
  });

  it('with more than 100 kB is answered 413', async () => {
    const answer = await post(
      `${path}?key=${KEY}`,
      JSON.stringify({ ...JSON.parse(body), padding: 'x'.repeat(110_000) }),
    );

    expect(answer.status).toBe(413);
    expect(errorOf(answer).code).toBe('too_large');
    expect(relay.accepted).toEqual([]);
  });

  it('with 90 kB is taken, and stored whole where it comes from Cobot', async () => {
    const large = JSON.stringify({ ...JSON.parse(body), padding: 'x'.repeat(90_000) });

    expect((await post(`${path}?key=${KEY}`, large)).status).toBe(204);
    expect(relay.accepted).toHaveLength(1);
    for (const { delivery } of relay.accepted) if (delivery.source === 'cobot') expect(delivery.body).toBe(large);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['gzip, gzip', (text: string) => gzipSync(gzipSync(text))],
  ])('packed by %s is not unpacked: 415, however little it is', async (encoding, pack) => {
    for (const text of [body, ' '.repeat(5_000_000)]) {
      const answer = await post(`${path}?key=${KEY}`, pack(text), { ...JSON_HEADERS, 'content-encoding': encoding });

      expect([answer.status, errorOf(answer).code]).toEqual([415, 'unsupported_encoding']);
    }
    expect(relay.accepted).toEqual([]);
  });

  it.each([
    ['broken JSON', '{"url": "https://', JSON_HEADERS, 400],
    ['JSON and more', `${body}}`, JSON_HEADERS, 400],
    ['an empty body', '', JSON_HEADERS, 400],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), JSON_HEADERS, 400],
    ['what is not gzip although it says so', body, { ...JSON_HEADERS, 'content-encoding': 'gzip' }, 415],
    ['an encoding that nobody knows', body, { ...JSON_HEADERS, 'content-encoding': 'rot13' }, 415],
    ['XML', '<event/>', { 'content-type': 'application/xml' }, 415],
    ['plain text', body, { 'content-type': 'text/plain' }, 415],
    ['a content type that is none', body, { 'content-type': ';;;' + '=' }, path === '/lock_open' ? 415 : 204],
  ])('with %s is answered as it should be, in JSON', async (_what, sent, headers, status) => {
    const answer = await post(`${path}?key=${KEY}`, sent, headers);

    expect(answer.status).toBe(status);
    if (status === 204) return;
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(errorOf(answer)).toEqual({ code: expect.any(String), message: expect.any(String) });
    expect(relay.accepted).toEqual([]);
  });

  it('is answered 503 with Retry-After while the store is down', async () => {
    relay.state.storeIsDown = true;

    const answer = await post(`${path}?key=${KEY}`, body);

    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(errorOf(answer).code).toBe('not_stored');
    expect(relay.lines.at(-1)).toMatchObject({ error: { message: 'the disk is full' } });
  });

  it('is answered 503 with Retry-After while the service stops, and only with the key', async () => {
    relay.state.stopping = true;

    const answer = await post(`${path}?key=${KEY}`, body);

    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await post(path, body)).status).toBe(401);
    expect(relay.accepted).toEqual([]);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])(
    'is not taken as %s: 405, and which method is',
    async (method) => {
      const answer = await relay.send(method, `${path}?key=${KEY}`);

      expect(answer.status).toBe(405);
      expect(answer.headers['allow']).toBe('POST');
      expect(relay.accepted).toEqual([]);
    },
  );
});

describe('a webhook of Cobot', () => {
  it.each([
    ['application/json; charset=utf-8', 204],
    ['application/json;charset="UTF-8"', 204],
    ['application/vnd.api+json', 204],
    ['APPLICATION/JSON', 204],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=latin1', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/jsonx', 415],
    ['text/json', 415],
  ])('of the content type %s is answered %d', async (type, status) => {
    expect((await post(`/cobot/created_booking?key=${KEY}`, membership, { 'content-type': type })).status).toBe(status);
  });

  it('without a content type is taken for JSON', async () => {
    expect((await post(`/cobot/created_booking?key=${KEY}`, membership, {})).status).toBe(204);
  });
});

describe('a webhook of the lock system', () => {
  it.each([
    ['{}', JSON_HEADERS],
    ['[]', JSON_HEADERS],
    ['{"event":null}', JSON_HEADERS],
    ['{"event":{}}', JSON_HEADERS],
    ['{"event":{"user":{}}}', JSON_HEADERS],
    ['{"event":{"user":{"email":"ada@example.com"}}}', JSON_HEADERS],
    ['{"event":{"user":{"id":{"$gt":""}}}}', JSON_HEADERS],
    ['{"event":"not json"}', JSON_HEADERS],
    ['{"event":"{\\"user\\":{}}"}', JSON_HEADERS],
    ['event=%7Bbroken', FORM_HEADERS],
    ['event=%7B%7D', FORM_HEADERS],
    ['nothing=1', FORM_HEADERS],
  ])('that names no lock user is answered 400: %s', async (body, headers) => {
    const answer = await post(`/lock_open?key=${KEY}`, body, headers);

    expect(answer.status).toBe(400);
    expect(errorOf(answer).code).toEqual(expect.any(String));
    expect(relay.accepted).toEqual([]);
  });

  it('is let in by its own key alone, where it has one', async () => {
    const apart = await startRelay({ lockKeys: [LOCK_KEY] });
    const status = async (path: string, key: string, body: string) =>
      (await apart.send('POST', `${path}?key=${key}`, { body, headers: JSON_HEADERS })).status;

    expect(await status('/lock_open', LOCK_KEY, opened)).toBe(204);
    expect(await status('/lock_open', KEY, opened)).toBe(401);
    expect(await status('/cobot/canceled_membership', KEY, membership)).toBe(204);
    expect(await status('/cobot/canceled_membership', LOCK_KEY, membership)).toBe(401);
    await apart.stop();
  });

  it('has to be signed besides the key, where there is a signing secret', async () => {
    const signed = await startRelay({
      signingSecret: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
    });

    const answer = await signed.send('POST', `/lock_open?key=${KEY}`, { body: opened, headers: JSON_HEADERS });

    expect(answer.status).toBe(401);
    expect(signed.accepted).toEqual([]);
    await signed.stop();
  });
});

describe('what there is no route for', () => {
  it.each([
    ['POST', '/', 404],
    ['POST', '/cobot', 404],
    ['POST', '/cobot/', 404],
    ['GET', '/cobot', 404],
    ['POST', '//membership_confirmation', 404],
    ['POST', '/membership_confirmation//', 404],
    ['POST', '/cobot/canceled_membership/more', 404],
    ['POST', '/cobot//canceled_membership', 404],
    ['POST', '/cobot/%', 400],
    ['POST', '/cobot/%E0%A4%A', 400],
    ['POST', '/%', 404],
    ['POST', '/../lock_open', 404],
    ['GET', '/admin', 404],
    ['GET', '/.env', 404],
    ['OPTIONS', '*', 404],
  ])('%s %s is answered %d in JSON', async (method, path, status) => {
    const answer = await relay.send(method, path.includes('*') ? path : `${path}?key=${KEY}`, {
      body: membership,
      headers: JSON_HEADERS,
    });

    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toEqual({ code: expect.any(String), message: expect.any(String) });
    expect(relay.accepted).toEqual([]);
  });

  it.each(['/membership_confirmation/', '/lock_open/', '/cobot/canceled_membership/'])(
    'a slash at the end makes no difference, and no redirect: %s',
    async (path) => {
      const answer = await post(`${path}?key=${KEY}`, path.startsWith('/lock') ? opened : membership);

      expect(answer.status).toBe(204);
    },
  );
});
