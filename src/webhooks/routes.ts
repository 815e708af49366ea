// Webhooks in: path -> event -> stored -> 204, each refusal with its own status. All work comes after the answer. Never
// answers 410 (Cobot would drop the subscription) nor 3xx (Cobot follows none).
import { type Request, type Response, Router } from 'express';
import { answerError, type ErrorAnswer } from '../lib/answer.ts';
import { CONFIRMATION_PATH } from '../lib/callback-path.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { LockSystem } from '../locks/lock-system.ts';
import type { Inbox } from '../store/store.ts';
import { readBody } from './body.ts';
import { cobotReader } from './cobot-event.ts';
import { isKnownEvent } from './events.ts';
import { createLockOpenReader } from './lock-open.ts';
import type { Reader } from './reader.ts';
import { createKeyCheck, type KeyCheck } from './verify.ts';

export type WebhookDeps = {
  inbox: Pick<Inbox, 'accept'>;
  /** Keys in Cobot's callback URLs, and in the lock system's. */
  keys: readonly string[];
  lockKeys: readonly string[];
  lockSystem: Pick<LockSystem, 'readOpening'>;
  clock: Clock;
  newId: () => string;
  /** The service is on its way out: what still comes has to be sent again. */
  isStopping: () => boolean;
  log: Log;
  metrics: Pick<Metrics, 'webhookAnswered'>;
};

type Route = { path: string; eventOf: (request: Request) => string; admits: KeyCheck; reader: Reader };
type Outcome = { status: 204; subject: string; understood: boolean } | (ErrorAnswer & { error?: unknown });

const RETRY_AFTER_SECONDS = 10;
const LONGEST_EVENT = 100;

export function createWebhookRouter(deps: WebhookDeps): Router {
  const fromCobot = { admits: createKeyCheck(deps.keys), reader: cobotReader };
  const fromLock = { admits: createKeyCheck(deps.lockKeys), reader: createLockOpenReader(deps.lockSystem) };
  const routes: readonly Route[] = [
    { path: CONFIRMATION_PATH, eventOf: () => 'confirmed_membership', ...fromCobot },
    { path: '/cobot/:event', eventOf: eventInPath, ...fromCobot },
    { path: '/lock_open', eventOf: () => 'lock_open', ...fromLock },
  ];

  const router = Router({ strict: false });
  for (const route of routes) {
    router
      .route(route.path)
      .post((request, response) => handle(route, request, response, deps))
      .all((_request, response) => {
        response.setHeader('Allow', 'POST');
        answerError(response, { status: 405, code: 'method_not_allowed', message: 'A webhook is sent with POST.' });
      });
  }
  return router;
}

async function handle(route: Route, request: Request, response: Response, deps: WebhookDeps): Promise<void> {
  const arrivedAt = deps.clock.now();
  const event = route.eventOf(request);
  const id = deps.newId();

  const outcome = await take(route, { id, event, arrivedAt }, request, deps);

  const ms = deps.clock.now() - arrivedAt;
  deps.metrics.webhookAnswered({ route: labelOf(route, event), status: outcome.status, ms });
  const fields = { delivery: id, event, ms, ...outcome };
  if ('understood' in outcome) {
    deps.log.info(fields, outcome.understood ? 'webhook stored' : 'webhook stored, but not understood');
    response.status(204).end();
    return;
  }
  deps.log.warn(fields, 'webhook refused');
  if (outcome.status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  answerError(response, outcome);
}

type Arrival = { id: string; event: string; arrivedAt: number };

async function take(
  { admits, reader }: Route,
  { id, event, arrivedAt }: Arrival,
  request: Request,
  { inbox, isStopping }: WebhookDeps,
): Promise<Outcome> {
  // Before a byte of the body: who does not know the key costs us nothing.
  if (!admits(request.query['key'])) return refuse(401, 'wrong_key', 'The key in the URL is missing or wrong.');
  if (isStopping()) return refuse(503, 'stopping', 'The relay is stopping; send it again.');
  const contentType = request.get('content-type') ?? '';
  if (!reader.takesType(contentType)) {
    return refuse(415, 'unsupported_content_type', 'The content type has to be application/json in UTF-8.');
  }

  const body = await readBody(request);
  if (!body.ok) return refuse(body.status, body.code, body.message);

  const now = Math.floor(arrivedAt / 1000) * 1000;
  const read = reader.read({ event, raw: body.raw, contentType, headers: headersOf(request), now });
  if (!read.ok) return read.answer;

  const { delivery, opening, jobs } = read;
  try {
    await inbox.accept({ delivery: { id, receivedAt: now, ...delivery }, ...(opening && { opening }), jobs });
  } catch (error) {
    return { ...refuse(503, 'not_stored', 'The relay cannot store it now; send it again.'), error };
  }
  return { status: 204, subject: delivery.subject, understood: delivery.understood };
}

function refuse(status: number, code: string, message: string): ErrorAnswer {
  return { status, code, message };
}

/** Whatever stands in the path, as something that can be stored and shown. */
function eventInPath(request: Request): string {
  const event = String(request.params['event']);
  return event.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_EVENT);
}

/** From a fixed list: a stranger can send any event's name. */
function labelOf(route: Route, event: string): string {
  return route.path === '/cobot/:event' ? `/cobot/${isKnownEvent(event) ? event : 'unknown'}` : route.path;
}

function headersOf(request: Request): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
