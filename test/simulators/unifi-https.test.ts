// Own simulator: UniFi Access's HTTPS with its throw-away certificate, and its socket.
import { request } from 'node:https';
import { connect, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificate, fingerprint } from '../../src/simulators/unifi/certificate.ts';
import { type OpenUnifi, openUnifi } from './open-unifi.ts';

let unifi: OpenUnifi['unifi'];

beforeEach(async () => {
  ({ unifi } = await openUnifi({ tls: true }));
});
afterEach(() => unifi.close());

/** The certificate has to verify as well. */
function getDoors(): Promise<{ status: number; seen: string }> {
  const options = { ca: certificate, agent: false, headers: { authorization: `Bearer ${unifi.token}` } };
  return new Promise((resolve, reject) => {
    request(`${unifi.url}/api/v1/developer/doors`, options, (response) => {
      const { socket, statusCode = 0 } = response;
      const seen = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : '';
      response.resume().on('end', () => resolve({ status: statusCode, seen }));
    })
      .on('error', reject)
      .end();
  });
}

describe('HTTPS', () => {
  it('is spoken with the certificate whose fingerprint the relay is given', async () => {
    expect(await getDoors()).toEqual({ status: 200, seen: fingerprint });
    expect(unifi.env()).toEqual({
      LOCK_SYSTEM: 'unifi',
      UNIFI_URL: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      UNIFI_API_TOKEN: unifi.token,
      UNIFI_CERTIFICATE_SHA256: fingerprint,
    });
  });

  it('fails where a connection is cut or the console is down, and comes back on the same port', async () => {
    unifi.sabotage('GET /api/v1/developer/doors', { kind: 'reset' }, { times: 1 });
    await expect(getDoors()).rejects.toMatchObject({ code: 'ECONNRESET' });

    await unifi.down();
    await expect(getDoors()).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    await unifi.up();
    expect((await getDoors()).status).toBe(200);
  });
});

describe('the socket', () => {
  const path = '/api/v1/developer/devices/notifications';

  it.each([
    ['opens', path, '', '101'],
    ['is refused a wrong token', path, 'wrong', '401'],
    ['is nowhere else', '/elsewhere', '', '404'],
  ])('%s, and is cut when the console goes down', async (_, address, token, status) => {
    const socket = connect({ port: Number(new URL(unifi.url).port), host: '127.0.0.1', ca: certificate });
    const chunks: Buffer[] = [];
    const ended = new Promise((resolve) => socket.on('close', resolve));
    const greeted = new Promise((resolve) =>
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (status !== '101' || Buffer.concat(chunks).includes('"Hello"')) resolve(null);
      }),
    );
    const lines = [`GET ${address} HTTP/1.1`, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    socket.write([...lines, key, `Authorization: Bearer ${token || unifi.token}`, '', ''].join('\r\n'));

    await greeted;
    await unifi.down();
    await ended;

    const said = Buffer.concat(chunks).toString();
    expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(unifi.requests).toMatchObject([{ method: 'GET', path: address, status: Number(status) }]);
    // The example of RFC 6455, section 1.3.
    if (status === '101') expect(said).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});
