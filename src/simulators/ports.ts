// Carries requests to a simulator over real HTTP, one port a site; goes down and comes up again. It knows nothing of
// what it serves.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Incoming, Outgoing } from './carrier.ts';
import { readText, type Seen } from './exchange.ts';
import type { Site } from './site.ts';

export type Carrier = { urls: string[]; down(): Promise<void>; up(): Promise<void> };

type Listener = {
  server: Server | TlsServer;
  port: number;
  scheme: 'http' | 'https';
  /** Those taken over by an upgrade, which the server itself forgets. */
  sockets: Set<Duplex>;
};

type Request = Pick<Incoming, 'method' | 'url' | 'headers'>;

/** `see`: writes down a request that is no exchange, but the beginning of something else. */
export async function listenOnPorts(
  sites: readonly Site[],
  take: (site: Site, incoming: Incoming, outgoing: Outgoing) => void,
  see: (site: Site, request: Request) => Seen,
): Promise<Carrier> {
  const listeners: Listener[] = sites.map((site) => {
    const listener: RequestListener = (incoming, outgoing) => {
      readText(incoming).then(
        (text) => take(site, { ...requestOf(incoming), text }, outgoingTo(outgoing)),
        () => outgoing.destroy(),
      );
    };
    const server = site.tls ? createTlsServer(site.tls, listener) : createServer(listener);
    const sockets = new Set<Duplex>();
    const { upgrade } = site;
    if (upgrade) {
      server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        upgrade(see(site, requestOf(incoming)), socket);
      });
    }
    return { port: site.port, server, scheme: site.tls ? 'https' : 'http', sockets };
  });

  async function up(): Promise<void> {
    await Promise.all(
      listeners.map(async (listener) => {
        if (!listener.server.listening) listener.port = await listen(listener);
      }),
    );
  }

  await up();
  return {
    urls: listeners.map(({ scheme, port }) => `${scheme}://127.0.0.1:${port}`),
    up,
    async down() {
      await Promise.all(listeners.map(hangUp));
    },
  };
}

function requestOf({ method = 'GET', url = '/', headers }: IncomingMessage): Request {
  return { method, url, headers };
}

function outgoingTo(response: ServerResponse): Outgoing {
  return {
    get isGone() {
      return response.destroyed;
    },
    answer(status, headers, body) {
      response.writeHead(status, headers);
      response.end(body);
    },
    cut(status, headers, half) {
      response.writeHead(status, headers);
      response.write(half, () => response.destroy());
    },
    reset: () => reset(response),
  };
}

function listen({ server, port }: Listener): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The simulator does not listen on a port.');
  return address.port;
}

/** Under TLS nobody can be sent a reset: the connection ends without an answer. */
function reset({ socket }: ServerResponse): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

function hangUp({ server, sockets }: Listener): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });
}
