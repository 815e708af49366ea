import nock from 'nock';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/lib/clock.ts';
import { RefusedError, TransientError, UnauthorizedError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import { type CallInfo, createHttp, type Gate, type HttpRequest, parseBody, segment } from '../../src/lib/http.ts';
import { failureOf, guardTheNetwork } from '../support/nock-guard.ts';

guardTheNetwork();

const BASE = 'https://side.test';
const TOKEN = 'secret-token-123';

function setUp(more: { signal?: AbortSignal } = {}) {
  const calls: CallInfo[] = [];
  const pauses: [string, number][] = [];
  const gate: Gate = { run: (_endpoint, work) => work(), pause: (endpoint, ms) => pauses.push([endpoint, ms]) };
  const http = createHttp({
    name: 'Side',
    baseUrl: `${BASE}/`,
    headers: { Authorization: `Bearer ${TOKEN}` },
    clock: systemClock,
    gate,
    onCall: (call) => calls.push(call),
    wordsOf: (body) =>
      z
        .object({ error: z.string() })
        .transform((raw) => [raw.error])
        .safeParse(body).data ?? [],
    ...more,
  });
  return { http, calls, pauses };
}

const READ: HttpRequest = {
  method: 'GET',
  endpoint: 'GET /things/:id',
  path: '/things/1',
  expect: [200, 404],
  repeatable: true,
};
const SPEND: HttpRequest = {
  method: 'POST',
  endpoint: 'POST /spend',
  path: '/spend',
  body: {},
  expect: [201],
  repeatable: false,
};

describe('a call', () => {
  it('sends the token, asks for JSON, and writes a plus in a query as %2B', async () => {
    const { http, calls } = setUp();
    nock(BASE, { reqheaders: { authorization: `Bearer ${TOKEN}`, accept: 'application/json' } })
      .get('/things/a%2Fb?at=2026-01-01%2012%3A00%3A00%20%2B0000')
      .reply(200, { id: 1 }, { 'X-Extra': 'yes' });

    const answer = await http({
      ...READ,
      path: `/things/${segment('a/b')}`,
      query: { at: '2026-01-01 12:00:00 +0000' },
    });

    expect(answer).toMatchObject({ status: 200, body: { id: 1 }, headers: { 'x-extra': 'yes' } });
    expect(calls).toMatchObject([{ endpoint: 'GET /things/:id', outcome: 200 }]);
  });

  it('sends a body as JSON', async () => {
    const { http } = setUp();
    nock(BASE, { reqheaders: { 'content-type': 'application/json' } })
      .post('/spend', { token: 'é+' })
      .reply(201, {});

    const answer = await http({ ...SPEND, body: { token: 'é+' } });

    expect(answer.status).toBe(201);
  });

  it('gives undefined for an empty body', async () => {
    const { http } = setUp();
    nock(BASE).delete('/things/1').reply(204);

    const answer = await http({ ...READ, method: 'DELETE', expect: [204] });

    expect(answer.body).toBeUndefined();
  });

  it('takes an expected 404 for an answer, also as an HTML page', async () => {
    const { http } = setUp();
    nock(BASE).get('/things/1').reply(404, '<html>gone</html>', { 'Content-Type': 'text/html' });

    const answer = await http(READ);

    expect(answer).toMatchObject({ status: 404, body: undefined });
  });

  it.each(['', '.', '..', '\ud800', 'a\udfff'])(
    'refuses %j as an id, which would name another address or none',
    (id) => {
      expect(() => segment(id)).toThrow(RefusedError);
    },
  );

  it('refuses a path that would change the host', () => {
    const { http } = setUp();

    expect(() => http({ ...READ, path: '@elsewhere.test/' })).toThrow(TypeError);
  });
});

describe('a refusal', () => {
  it.each([
    [401, 'side_token_refused'],
    [402, 'side_suspended'],
    [403, 'side_forbidden'],
  ])('of %i is an UnauthorizedError that says what to do', async (status, code) => {
    const { http } = setUp();
    nock(BASE).get('/things/1').reply(status, '<html>no</html>');

    const error = await failureOf(http(READ));

    expect(error).toBeInstanceOf(UnauthorizedError);
    expect(error).toMatchObject({ code, status, where: 'GET /things/:id on Side' });
  });

  it.each([400, 409, 410, 418, 422])('of %i is a RefusedError with the words of the other side', async (status) => {
    const { http, calls } = setUp();
    nock(BASE).post('/spend').reply(status, { error: 'No passes\n left.' });

    const error = await failureOf(http(SPEND));

    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ status, words: ['No passes left.'] });
    expect(calls).toMatchObject([{ outcome: status }]);
  });

  it('never repeats our token, wherever it is echoed', async () => {
    const { http } = setUp();
    nock(BASE)
      .post('/spend')
      .reply(422, { error: `who is ${TOKEN}?` });

    const error = await failureOf(http(SPEND));

    expect(error).toMatchObject({ words: ['who is [hidden]?'] });
    expect(JSON.stringify(error) + String(error)).not.toContain(TOKEN);
  });

  it('of a 404 that was not expected is a RefusedError, not an empty answer', async () => {
    const { http } = setUp();
    nock(BASE).get('/things/1').reply(404, '<html>');

    await expect(http({ ...READ, expect: [200] })).rejects.toBeInstanceOf(RefusedError);
  });
});

describe('429', () => {
  it.each([
    ['17', 17_000, 17_000],
    [undefined, 60_000, 60_000],
    ['soon', 60_000, 60_000],
    ['0', 1_000, 1_000],
    ['999999', 3_600_000, 3_600_000],
    [new Date(systemClock.now() + 30_000).toUTCString(), 25_000, 30_000],
  ])('with Retry-After %s pauses the endpoint and is not repeated', async (retryAfter, least, most) => {
    const { http, calls, pauses } = setUp();
    nock(BASE)
      .get('/things/1')
      .reply(429, { error: 'slow' }, retryAfter === undefined ? {} : { 'Retry-After': retryAfter });

    const error = await failureOf(http(READ));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ effect: 'none', code: 'side_rate_limited' });
    const waits = error instanceof TransientError ? (error.retryAfterMs ?? 0) : 0;
    expect(waits).toBeGreaterThanOrEqual(least);
    expect(waits).toBeLessThanOrEqual(most);
    expect(pauses).toEqual([['GET /things/:id', waits]]);
    expect(calls).toHaveLength(1);
  });
});

describe('repeating', () => {
  it('repeats a read twice on 5xx and gives the answer that then comes', async () => {
    const { http, calls } = setUp();
    nock(BASE).get('/things/1').reply(502, '<html>').get('/things/1').reply(500).get('/things/1').reply(200, [1]);

    const answer = await http(READ);

    expect(answer.body).toEqual([1]);
    expect(calls.map((call) => call.outcome)).toEqual([502, 500, 200]);
  });

  it('gives up after the second repeat', async () => {
    const { http, calls } = setUp();
    nock(BASE).get('/things/1').times(3).reply(503);

    const error = await failureOf(http(READ));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ status: 503, effect: 'unknown' });
    expect(calls).toHaveLength(3);
  });

  it('goes straight back when a 503 says how long to wait', async () => {
    const { http, calls } = setUp();
    nock(BASE).get('/things/1').reply(503, '', { 'Retry-After': '7' });

    const error = await failureOf(http(READ));

    expect(error).toMatchObject({ retryAfterMs: 7_000 });
    expect(calls).toHaveLength(1);
  });

  it.each([500, 502, 503, 504])('never repeats a call that spends, after %i', async (status) => {
    const { http, calls } = setUp();
    nock(BASE).post('/spend').reply(status);

    const error = await failureOf(http(SPEND));

    expect(error).toMatchObject({ effect: 'unknown' });
    expect(calls).toHaveLength(1);
  });

  it('never repeats a call that spends, after a reset', async () => {
    const { http, calls } = setUp();
    nock(BASE)
      .post('/spend')
      .replyWithError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));

    const error = await failureOf(http(SPEND));

    expect(error).toMatchObject({ effect: 'unknown', code: 'side_network' });
    expect(calls).toMatchObject([{ outcome: 'network' }]);
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('knows that nothing was sent after %s', async (code) => {
    const { http } = setUp();
    nock(BASE)
      .post('/spend')
      .replyWithError(Object.assign(new Error(code), { code }));

    const error = await failureOf(http(SPEND));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ effect: 'none' });
  });
});

describe('an answer of another shape', () => {
  it.each([
    ['broken JSON', '{"id": 1'],
    ['half a list', '[{"id":1},{"id"'],
    ['an HTML page', '<!doctype html><p>Maintenance</p>'],
    ['words', 'OK'],
  ])('%s with 200 is an UnexpectedShapeError, and not repeated', async (_name, text) => {
    const { http, calls } = setUp();
    nock(BASE).get('/things/1').reply(200, text, { 'Content-Type': 'application/json' });

    const error = await failureOf(http(READ));

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(calls).toHaveLength(1);
  });

  it.each([200, 202, 204])('an unexpected %i is an UnexpectedShapeError that keeps the status', async (status) => {
    const { http } = setUp();
    nock(BASE).post('/spend').reply(status);

    const error = await failureOf(http(SPEND));

    expect(error).toBeInstanceOf(UnexpectedShapeError);
    expect(error).toMatchObject({ status });
  });

  it('names the place that does not fit and never the value', () => {
    const schema = z.object({ things: z.array(z.object({ email: z.number() })) });
    const response = { status: 200, body: { things: [{ email: 'who@example.com' }] }, headers: {} };

    const work = () => parseBody(schema, response, { name: 'Side', endpoint: 'GET /things' });

    expect(work).toThrow(UnexpectedShapeError);
    expect(work).toThrow(/things\.0\.email/);
    expect(work).not.toThrow(/example/);
  });
});

describe('stopping', () => {
  it('sends nothing any more, and says that nothing happened', async () => {
    const { http, calls } = setUp({ signal: AbortSignal.abort() });

    const error = await failureOf(http(SPEND));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'side_stopped', effect: 'none' });
    expect(calls).toEqual([]);
  });
});
