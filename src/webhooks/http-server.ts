// The server under the routes, bounded: who does not finish is dropped, and who opens too many connections loses the
// oldest of them instead of shutting others out. Must not know what is answered.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '../lib/log.ts';

type Bounds = {
  /** Open at the same time. */
  connections: number;
  /** From the first byte, or the opening of the connection, until the headers are there. */
  headersMs: number;
  /** The same until the whole body is there. */
  requestMs: number;
  /** Without a byte in either direction, as where nobody takes the answer. */
  silenceMs: number;
  /** How often it is looked who is late. */
  checkMs: number;
};

const BOUNDS: Bounds = {
  connections: 1000,
  headersMs: 10_000,
  requestMs: 20_000,
  silenceMs: 120_000,
  checkMs: 1000,
};

export function createHttpServer(listener: RequestListener, { log, ...given }: { log: Log } & Partial<Bounds>): Server {
  const { connections, headersMs, requestMs, silenceMs, checkMs } = { ...BOUNDS, ...given };
  const server = createServer(
    { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs },
    listener,
  );
  server.timeout = silenceMs;
  /** The one that has done nothing for the longest time comes first. Is its sender waiting for us? */
  const open = new Map<Socket, () => boolean>();
  let isFull = false;

  server.on('connection', (socket: Socket) => {
    open.set(socket, isNot);
    socket.once('close', () => open.delete(socket));
    if (open.size < connections / 2) isFull = false;
    if (open.size <= connections) return;
    // Once for a whole flood.
    if (!isFull) log.warn({ connections }, 'too many connections at once: those that wait longest are closed');
    isFull = true;
    longestWaiting(open)?.destroy();
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    open.set(socket, () => request.complete && !response.headersSent);
    response.once('close', () => {
      if (open.delete(socket) && !socket.destroyed) open.set(socket, isNot);
    });
  });
  return server;
}

const isNot = () => false;

/** Nobody who waits for us; if all do, who came last. */
function longestWaiting(open: ReadonlyMap<Socket, () => boolean>): Socket | undefined {
  let last: Socket | undefined;
  for (const [socket, waitsForUs] of open) {
    if (!waitsForUs()) return socket;
    last = socket;
  }
  return last;
}
