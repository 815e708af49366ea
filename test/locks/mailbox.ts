// Takes webhooks in, as they come, and hands them out by the path to which they were sent.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { WebhookRequest } from '../../src/locks/lock-system.ts';

export type Mailbox = {
  /** An address that nobody else was given. */
  address(): string;
  /** What came to that address, which has to be one thing. */
  take(address: string): WebhookRequest;
  close(): void;
};

export async function openMailbox(): Promise<Mailbox> {
  const taken = new Map<string, WebhookRequest[]>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const contentType = request.headers['content-type'] ?? '';
      const path = request.url ?? '';
      const came = { rawBody: Buffer.concat(chunks), contentType, headers: single(request.headers) };
      taken.set(path, [...(taken.get(path) ?? []), came]);
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const base = `http://127.0.0.1:${address.port}`;
  let given = 0;

  return {
    address() {
      given += 1;
      return `${base}/${given}/lock_open`;
    },
    take(from) {
      const [request, ...more] = taken.get(from.slice(base.length)) ?? [];
      if (!request || more.length > 0) throw new Error(`${more.length + (request ? 1 : 0)} webhooks came`);
      return request;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function single(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
