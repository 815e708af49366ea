// The server of a simulator, on real ports or within the process: routes, a log of requests, rate limits, sabotage, going
// down and coming up again. It may have several sites (Cobot has two). It knows nothing of what it serves.
import type { Clock } from '../lib/clock.ts';
import { type Incoming, type InProcess, type Outgoing, replyOf } from './carrier.ts';
import type { Random } from './chance.ts';
import { type Answer, endpointOf, findRoute, parseText, type Route, type Seen } from './exchange.ts';
import { createLimits } from './limits.ts';
import { type Carrier, listenOnPorts } from './ports.ts';
import { type Action, createSaboteur, type Saboteur, type Struck } from './sabotage.ts';
import type { Limit, Site } from './site.ts';

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

export async function startServer(options: {
  clock: Clock;
  random: Random;
  limit: Limit;
  sites: Site[];
  /** Instead of ports: everything stays in the process. */
  inProcess?: InProcess;
}): Promise<SimulatedServer> {
  const { clock, limit, sites, inProcess } = options;
  const requests: Seen[] = [];
  const endpoints = sites.flatMap(({ routes }) => routes.map(endpointOf));
  const saboteur = createSaboteur({ random: options.random, endpoints });
  const limits = limit ? createLimits({ clock, windowMs: limit.windowMs }) : null;

  const take = (site: Site, incoming: Incoming, outgoing: Outgoing) => {
    answer(site, incoming, outgoing).catch(() => outgoing.reset());
  };

  function see(site: Site, incoming: Pick<Incoming, 'method' | 'url' | 'headers'>, body: unknown) {
    const url = new URL(incoming.url, 'http://simulator');
    const { method } = incoming;
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

  async function answer(site: Site, incoming: Incoming, outgoing: Outgoing): Promise<void> {
    const { malformed, body } = parseText(incoming.text, incoming.headers['content-type']);
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
    outgoing: Outgoing,
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
  async function interfere(struck: Struck, request: Seen, outgoing: Outgoing): Promise<boolean> {
    const { action, lifted } = struck;
    switch (action.kind) {
      case 'answer':
        send(outgoing, request, standIn(action));
        return false;
      case 'reset':
        outgoing.reset();
        return false;
      case 'hang':
        await lifted;
        return action.lands === true || !outgoing.isGone;
      case 'delay':
        await clock.sleep(action.ms);
        return true;
      case 'cut':
      case 'truncate':
      case 'replace':
        return true;
    }
  }

  const carrier = inProcess
    ? serveInProcess(sites, inProcess, take)
    : await listenOnPorts(sites, take, (site, incoming) => see(site, incoming, undefined).request);
  return {
    urls: carrier.urls,
    requests,
    sabotage: saboteur.sabotage,
    healAll: saboteur.healAll,
    down: carrier.down,
    up: carrier.up,
    async close() {
      await carrier.down();
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
function send(outgoing: Outgoing, request: Seen, answer: Answer, action?: Action): void {
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
  if (outgoing.isGone) return;
  request.status = answer.status;
  if (action?.kind === 'cut') outgoing.cut(answer.status, headers, half);
  else outgoing.answer(answer.status, headers, body);
}

function serveInProcess(
  sites: readonly Site[],
  inProcess: InProcess,
  take: (site: Site, incoming: Incoming, outgoing: Outgoing) => void,
): Carrier {
  let isUp = true;
  const urls = sites.map((site, index) => {
    const reply = replyOf((incoming, outgoing) => take(site, incoming, outgoing));
    return inProcess.serve(site.host ?? `site-${index + 1}.invalid`, async (request) => {
      if (isUp) return reply(request);
      throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
    });
  });
  return {
    urls,
    async down() {
      isUp = false;
    },
    async up() {
      isUp = true;
    },
  };
}
