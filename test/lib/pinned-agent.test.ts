// Real connections on 127.0.0.1: a console with one certificate, and somebody in its place with another. Without nock,
// which shows no certificates.
import { once } from 'node:events';
import { request } from 'node:https';
import { createServer as createPlainServer, type Server } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttp } from '../../src/lib/http.ts';
import { createPinnedAgent } from '../../src/lib/pinned-agent.ts';
import { createUnifi } from '../../src/locks/unifi/connector.ts';
import { certificate, fingerprint, privateKey } from '../../src/simulators/unifi/certificate.ts';

/** Throw-away, made for this test: "somebody else", of the same name. */
const other = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJa0NK0uaasE1P5dE
2Qn4tRz3K66adbsX79QJ4VeYMp+hRANCAASTZKtoGVfqjuW4CinLTLq57XPnJVFC
4T/Qx0m8U9N9c9hib2LOOR6qEhnfuclnzHozWOvRCeP4K/IYQ2dZTR4y
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUKTM7zUlte6BDB4JAcQxz8V1WRGIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAzMjAxN1oYDzIxMjYxMDMx
MDMyMDE3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASTZKtoGVfqjuW4CinLTLq57XPnJVFC4T/Qx0m8U9N9c9hib2LOOR6q
EhnfuclnzHozWOvRCeP4K/IYQ2dZTR4yo28wbTAdBgNVHQ4EFgQUz4/KbFDKj9UO
zc4fmLICJaO019swHwYDVR0jBBgwFoAUz4/KbFDKj9UOzc4fmLICJaO019swDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgbCXqw1s3fUSCoyaaaXfko0mEW5RUw8xbf9gjz0kiUAACIFki
9TSjiCtrZvgRwZiOVbguYCjyQkyW7iL8PvJp7015
-----END CERTIFICATE-----
`,
};
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Answers every request with {}; `heard` is all that came through, decrypted. */
async function serve(identity: { key: string; cert: string }) {
  const heard: string[] = [];
  const sockets = new Set<TLSSocket>();
  const ended: Promise<unknown>[] = [];
  const server = createServer(identity, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard.push(chunk.toString());
      if (chunk.toString().endsWith('\r\n\r\n')) socket.write(ANSWER);
    });
  });
  server.on('connection', (raw) => ended.push(once(raw, 'close')));
  server.on('tlsClientError', () => undefined);
  const port = await listen(server);
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    heard,
    connections: () => ended.length,
    /** All connections are over, and whatever was sent on them has come. */
    quiet: () => Promise.all(ended),
  };
}

async function listen(server: Server): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error,
  );
}

function client(url: string, pinned = fingerprint) {
  const agent = createPinnedAgent(pinned);
  closing.push(() => agent.destroy());
  const gate = { run: <T>(_endpoint: string, work: () => Promise<T>) => work(), pause: () => undefined };
  const http = createHttp({
    name: 'Console',
    baseUrl: url,
    headers: { Authorization: 'Bearer secret-1234567890' },
    clock: systemClock,
    gate,
    agent,
  });
  return () => http({ method: 'GET', endpoint: 'GET /x', path: '/x', expect: [200], repeatable: false });
}

const shown = { key: privateKey, cert: certificate };

describe('a pinned agent', () => {
  it('talks to who shows the certificate, again and again on one connection', async () => {
    const { url, heard, connections } = await serve(shown);
    const get = client(url);

    expect(await get()).toMatchObject({ status: 200, body: {} });
    expect(await get()).toMatchObject({ status: 200 });
    expect(heard.join('')).toContain('Bearer secret');
    expect(connections()).toBe(1);
  });

  it('says not a byte to who shows another one', async () => {
    const { url, heard, connections, quiet } = await serve(other);

    const error = await failureOf(client(url)());
    await quiet();

    expect(error).toMatchObject({ effect: 'none', message: expect.stringContaining('ERR_TLS_WRONG_CERTIFICATE') });
    expect(connections()).toBe(1);
    expect(heard).toEqual([]);
  });

  it('refuses a fingerprint that is only nearly the one', async () => {
    const { url, heard } = await serve(shown);

    const error = await failureOf(client(url, fingerprint.slice(0, -3))());

    expect(error).toMatchObject({ effect: 'none' });
    expect(heard).toEqual([]);
  });

  it('checks each connection, also those of many requests at once', async () => {
    const { url, heard, quiet } = await serve(other);
    const get = client(url);

    const errors = await Promise.all(Array.from({ length: 20 }, () => failureOf(get())));
    await quiet();

    expect(errors.every((error) => String(error).includes('ERR_TLS_WRONG_CERTIFICATE'))).toBe(true);
    expect(heard).toEqual([]);
  });

  it('changes nothing for connections without it', async () => {
    const { url, port } = await serve(shown);
    await client(url)();
    const { promise, resolve } = Promise.withResolvers<unknown>();

    request({ host: '127.0.0.1', port, path: '/x', agent: false }, () => resolve('answered'))
      .on('error', resolve)
      .end();

    expect(await promise).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const { url, port } = await serve(shown);
    for (const close of closing.splice(0)) close();

    expect(await failureOf(client(url)())).toMatchObject({ effect: 'none', code: 'console_network' });
    expect(port).toBeGreaterThan(0);
  });

  it('fails where the other side speaks no TLS, or hangs up', async () => {
    for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n', '']) {
      const server = createPlainServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(greeting);
      });
      const port = await listen(server);
      closing.push(() => server.close());

      expect(await failureOf(client(`https://127.0.0.1:${port}`)())).toMatchObject({ code: 'console_network' });
    }
  });
});

describe('UniFi Access behind a pinned certificate', () => {
  const unifiAt = (url: string) => {
    const settings = { token: 'secret-1234567890', url, webhookSecret: null, certificate: fingerprint };
    return createUnifi({ settings, clock: systemClock });
  };

  it('is no UniFi Access where another certificate is shown: a person has to look', async () => {
    const { url, heard, quiet } = await serve(other);

    const error = await failureOf(unifiAt(url).users());
    await quiet();

    expect(error).toMatchObject({
      name: 'UnauthorizedError',
      code: 'unifi_wrong_certificate',
      message: expect.stringContaining('another certificate'),
    });
    expect(heard).toEqual([]);
  });

  it('is reached where it is shown', async () => {
    const { url, heard } = await serve(shown);

    expect(await failureOf(unifiAt(url).users())).toMatchObject({ name: 'UnexpectedShapeError' });
    expect(heard.join('')).toContain('GET /api/v1/developer/users?');
  });
});
