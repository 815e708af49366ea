// What only a real socket shows: hanging, dripping, cut, huge and redirecting answers.
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { TransientError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import { type CallInfo, createHttp, type Gate, type HttpRequest } from '../../src/lib/http.ts';
import type { Permit } from '../../src/lib/together.ts';
import { failureOf } from '../support/nock-guard.ts';
import { rawServer } from '../support/raw-server.ts';

const gate: Gate = { run: (_endpoint, work) => work(), pause: () => undefined };
const READ: HttpRequest = { method: 'GET', endpoint: 'GET /things', path: '/things', expect: [200], repeatable: true };
const SPEND: HttpRequest = { ...READ, method: 'POST', endpoint: 'POST /spend', path: '/spend', repeatable: false };

function client(
  baseUrl: string,
  more: { timeoutMs?: number; maxBytes?: number; signal?: AbortSignal; permit?: () => Permit } = {},
) {
  const calls: CallInfo[] = [];
  const http = createHttp({
    name: 'Side',
    baseUrl,
    headers: { Authorization: 'Bearer secret-token-123' },
    clock: systemClock,
    gate,
    onCall: (call) => calls.push(call),
    ...more,
  });
  return { http, calls };
}

describe('an answer that does not end', () => {
  it('that never begins is a time-out whose call may still land, and is not repeated', async () => {
    const server = await rawServer(() => undefined);
    const { http, calls } = client(server.url, { timeoutMs: 700 });

    const error = await failureOf(http(READ));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'side_timeout', effect: 'later' });
    expect(calls).toMatchObject([{ outcome: 'timeout' }]);
    expect(server.seen).toHaveLength(1);
  });

  it('that drips is a time-out too', async () => {
    const server = await rawServer((_request, response) => {
      response.write('[');
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const { http } = client(server.url, { timeoutMs: 120 });

    const error = await failureOf(http(SPEND));

    expect(error).toMatchObject({ code: 'side_timeout', effect: 'later' });
  });

  it('is given up when this process may not act any more, and may have taken effect', async () => {
    const end = new AbortController();
    const server = await rawServer(() => end.abort());
    const permit = { insist: () => undefined, signal: end.signal };
    const { http, calls } = client(server.url, { permit: () => permit });

    const error = await failureOf(http(SPEND));

    expect(error).toMatchObject({ code: 'side_given_up', effect: 'unknown' });
    expect(calls).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('does not go out where this process may not act by then', async () => {
    let arrived = 0;
    const server = await rawServer(() => {
      arrived += 1;
    });
    const insist = () => {
      throw new TransientError('given up', { code: 'gone', where: 'here', advice: 'none', effect: 'none' });
    };
    const { http, calls } = client(server.url, { permit: () => ({ insist, signal: new AbortController().signal }) });

    expect(await failureOf(http(SPEND))).toMatchObject({ code: 'gone', effect: 'none' });
    expect(arrived).toBe(0);
    expect(calls).toEqual([]);
  });

  it('is given up when the service stops, and may have taken effect', async () => {
    const stop = new AbortController();
    const server = await rawServer(() => stop.abort());
    const { http, calls } = client(server.url, { signal: stop.signal });

    const error = await failureOf(http(SPEND));

    expect(error).toMatchObject({ code: 'side_stopped', effect: 'unknown' });
    expect(calls).toMatchObject([{ outcome: 'aborted' }]);
  });
});

describe('an answer that is cut', () => {
  it('in the middle of its body is transient with an unknown effect', async () => {
    const server = await rawServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('[1,2', () => response.destroy());
    });
    const { http } = client(server.url);

    const error = await failureOf(http(SPEND));

    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ effect: 'unknown' });
    expect(server.seen).toHaveLength(1);
  });

  it('before it begins is tried three times for a read', async () => {
    const server = await rawServer((request) => request.socket.destroy());
    const { http } = client(server.url);

    const error = await failureOf(http(READ));

    expect(error).toMatchObject({ code: 'side_network', effect: 'unknown' });
    expect(server.seen).toHaveLength(3);
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const server = await rawServer(() => undefined);
    const { http } = client(server.url.replace(/\d+$/, '1'));

    const error = await failureOf(http(SPEND));

    expect(error).toMatchObject({ effect: 'none' });
    expect(server.seen).toEqual([]);
  });
});

it('refuses a body above the limit instead of reading it', async () => {
  const server = await rawServer((_request, response) => response.end(JSON.stringify('x'.repeat(5000))));
  const { http } = client(server.url, { maxBytes: 1000 });

  const error = await failureOf(http(READ));

  expect(error).toBeInstanceOf(UnexpectedShapeError);
  expect(server.seen).toHaveLength(1);
});

describe('a redirect', () => {
  it.each([301, 302, 307, 308])(
    '%i is an error that names the host to set, and the token does not travel',
    async (status) => {
      const elsewhere = await rawServer((_request, response) => response.end('[]'));
      const server = await rawServer((_request, response) => {
        response.writeHead(status, { Location: `${elsewhere.url}/things?key=hidden` }).end();
      });
      const { http } = client(server.url);

      const error = await failureOf(http(READ));

      expect(error).toBeInstanceOf(UnexpectedShapeError);
      expect(error).toMatchObject({ advice: expect.stringContaining(new URL(elsewhere.url).host) });
      expect(error).toMatchObject({ advice: expect.stringContaining('SIDE_URL') });
      expect(error).toMatchObject({ advice: expect.not.stringContaining('hidden') });
      expect(elsewhere.seen).toEqual([]);
      expect(server.seen).toHaveLength(1);
    },
  );
});

describe('a proxy of the environment', () => {
  beforeEach(() => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1').stubEnv('http_proxy', 'http://127.0.0.1:1');
    vi.stubEnv('NO_PROXY', '').stubEnv('no_proxy', '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is not used', async () => {
    const server = await rawServer((_request, response) => response.end('[1]'));
    const { http } = client(server.url);

    const answer = await http(READ);

    expect(answer.body).toEqual([1]);
  });
});

it('lets no header out with an error, however deep one looks', async () => {
  const server = await rawServer((request) => request.socket.destroy());
  const { http } = client(server.url);

  const error = await failureOf(http(SPEND));

  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('secret-token-123');
});
