// A real HTTP server for a simulator: routes, a log of requests, rate limits, sabotage, going down and coming up again.
// It may have several sites, each with a port of its own (Cobot has two). It knows nothing of what it serves.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import type { Random } from './chance.ts';
import { type Answer, endpointOf, findRoute, type Route, readBody, type Seen } from './exchange.ts';
import { type Bucket, createLimits } from './limits.ts';
import { type Action, createSaboteur, type Saboteur, type Struck } from './sabotage.ts';

export type Site = {
  routes: Route[];
  /** 0 = any free one. */
  port: number;
  /** PEM; then the site speaks HTTPS and nothing else. */
  tls?: { key: string; cert: string };
  /** Takes over the connection of a request to upgrade; without it such a request is like any other. */
  upgrade?(request: Seen, socket: Duplex): void;
  /** The refusal of a caller who may not do this; null = go on. */
  refuse(request: Seen, route: Route | undefined): Answer | null;
  tooMany(retryAfterSeconds: number): Answer;
  notFound(): Answer;
  malformed(): Answer;
};

/** Requests a window for each bucket; where a route has several, it has to keep to all. null = without limit. */
export type Limit = { windowMs: number; of(route: Route): Bucket | Bucket[] } | null;

export type SimulatedServer = {
  /** One for each site, in their order. */
  urls: string[];
  requests: Seen[];
  sabotage: Saboteur['sabotage'];
  healAll(): void;
  /** Refuses connections and cuts those that are open. */
  down(): Promise<void>;
  /** On the same ports as before. */
  up(): Promise<void>;
  close(): Promise<void>;
};

type Listener = {
  server: Server | TlsServer;
  port: number;
  scheme: 'http' | 'https';
  /** Those taken over by an upgrade, which the server itself forgets. */
  sockets: Set<Duplex>;
};

export async function startServer(options: {
  clock: Clock;
  random: Random;
  limit: Limit;
  sites: Site[];
}): Promise<SimulatedServer> {
  const { clock, limit, sites } = options;
  const requests: Seen[] = [];
  const endpoints = sites.flatMap(({ routes }) => routes.map(endpointOf));
  const saboteur = createSaboteur({ random: options.random, endpoints });
  const limits = limit ? createLimits({ clock, windowMs: limit.windowMs }) : null;

  const listeners: Listener[] = sites.map((site) => {
    const listener: RequestListener = (incoming, outgoing) => {
      answer(site, incoming, outgoing).catch(() => outgoing.destroy());
    };
    const server = site.tls ? createTlsServer(site.tls, listener) : createServer(listener);
    const sockets = new Set<Duplex>();
    const { upgrade } = site;
    if (upgrade) {
      server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        upgrade(see(site, incoming, undefined).request, socket);
      });
    }
    return { port: site.port, server, scheme: site.tls ? 'https' : 'http', sockets };
  });

  function see(site: Site, incoming: IncomingMessage, body: unknown) {
    const url = new URL(incoming.url ?? '/', 'http://simulator');
    const method = incoming.method ?? 'GET';
    const found = findRoute(site.routes, method, url.pathname);
    const request: Seen = {
      at: clock.now(),
      method,
      path: url.pathname,
      endpoint: found ? endpointOf(found.route) : `${method} ?`,
      params: found?.params ?? {},
      query: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      body,
      status: null,
      sabotage: null,
    };
    requests.push(request);
    return { request, found };
  }

  async function answer(site: Site, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { malformed, body } = await readBody(incoming);
    const { request, found } = see(site, incoming, body);

    const refused = site.refuse(request, found?.route) ?? overLimit(site, found?.route);
    if (refused) return send(outgoing, request, refused);
    const struck = saboteur.strike(request);
    request.sabotage = struck?.action.kind ?? null;
    await carryOut(struck, request, outgoing, () => {
      if (malformed) return site.malformed();
      return found ? found.route.handle(request) : site.notFound();
    });
  }

  function overLimit(site: Site, route: Route | undefined): Answer | null {
    if (!limits || !limit || !route) return null;
    const wait = limits.take([limit.of(route)].flat());
    return wait === null ? null : site.tooMany(wait);
  }

  async function carryOut(
    struck: Struck | undefined,
    request: Seen,
    outgoing: ServerResponse,
    deed: () => Answer,
  ): Promise<void> {
    const action = struck?.action;
    const when = action && 'when' in action ? (action.when ?? 'before') : 'before';
    if (struck && when === 'before' && !(await interfere(struck, request, outgoing))) return;
    const answer = deed();
    if (struck && when === 'after' && !(await interfere(struck, request, outgoing))) return;
    send(outgoing, request, answer, action);
  }

  /** Whether the request goes on after that. */
  async function interfere(struck: Struck, request: Seen, outgoing: ServerResponse): Promise<boolean> {
    const { action, lifted } = struck;
    switch (action.kind) {
      case 'answer':
        send(outgoing, request, standIn(action));
        return false;
      case 'reset':
        reset(outgoing);
        return false;
      case 'hang':
        await lifted;
        return action.lands === true || !outgoing.destroyed;
      case 'delay':
        await clock.sleep(action.ms);
        return true;
      case 'cut':
      case 'truncate':
      case 'replace':
        return true;
    }
  }

  async function up(): Promise<void> {
    await Promise.all(
      listeners.map(async (listener) => {
        if (!listener.server.listening) listener.port = await listen(listener);
      }),
    );
  }

  async function down(): Promise<void> {
    await Promise.all(listeners.map(hangUp));
  }

  await up();
  return {
    urls: listeners.map(({ scheme, port }) => `${scheme}://127.0.0.1:${port}`),
    requests,
    sabotage: saboteur.sabotage,
    healAll: saboteur.healAll,
    down,
    up,
    async close() {
      await down();
      saboteur.healAll();
    },
  };
}

function standIn(action: Extract<Action, { kind: 'answer' }>): Answer {
  const answer: Answer = { status: action.status, headers: action.headers ?? {} };
  if (action.json !== undefined) answer.json = action.json;
  else if (action.html !== undefined) answer.text = action.html;
  return answer;
}

/** Writes the answer as it is, or as the sabotage spoils it. */
function send(outgoing: ServerResponse, request: Seen, answer: Answer, action?: Action): void {
  const json =
    action?.kind === 'replace' && answer.json !== undefined ? action.data(answer.json, request) : answer.json;
  const whole = Buffer.from(json === undefined ? (answer.text ?? '') : JSON.stringify(json));
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  const body = action?.kind === 'truncate' ? half : whole;
  const type = json === undefined ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
  const headers = {
    // By its own clock, which is not always that of the machine.
    date: new Date(request.at).toUTCString(),
    ...(body.length > 0 ? { 'content-type': type } : {}),
    ...(answer.status === 204 ? {} : { 'content-length': String(body.length) }),
    ...answer.headers,
  };
  if (outgoing.destroyed) return;
  request.status = answer.status;
  outgoing.writeHead(answer.status, headers);
  if (action?.kind === 'cut') outgoing.write(half, () => outgoing.destroy());
  else outgoing.end(body);
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
