// Reads one lock-open webhook: verify, then parse, each refusal with its own status and code. Takes the guide's three
// spellings of `event`. Must not trust a byte of it, nor ask for the time.

import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import type { ReadOpening, WebhookRequest } from '../lock-system.ts';
import { createStandardCheck } from '../standard-webhook.ts';
import { isJson, parseJson, refuse, refuseType, type Step, textOf, typeOf } from '../webhook-body.ts';
import { sentEventSchema, toOpening } from './schema.ts';

const SIGNED = { vendor: 'SmartLock', setting: 'SMARTLOCK_WEBHOOK_SECRET', prefixes: ['webhook'] } as const;

/** Throws where the secret cannot be one. */
export function createReadOpening(secret: string | null): (request: WebhookRequest, now: Instant) => ReadOpening {
  const problemOf = secret === null ? () => undefined : createStandardCheck(secret, SIGNED);
  return (request, now) => {
    const problem = problemOf(request.rawBody, request.headers, now);
    if (problem) return refuse(401, problem.code, problem.message);
    const body = textOf(request.rawBody);
    if (!body.ok) return body;
    const event = eventOf(request.contentType, body.value);
    if (!event.ok) return event;
    const read = sentEventSchema.safeParse(event.value);
    if (!read.success) return refuse(400, 'no_user_id', 'event.user.id has to be a text of 1 to 200 characters');
    return { ok: true, opening: toOpening(read.data, now, request.headers['webhook-id']) };
  };
}

const FORM = 'application/x-www-form-urlencoded';

function eventOf(contentType: string, body: string): Step<unknown> {
  if (typeOf(contentType) === FORM) return eventOfForm(body);
  return isJson(contentType) ? eventOfJson(body) : refuseType(`application/json or ${FORM}`);
}

function eventOfForm(body: string): Step<unknown> {
  const [event, ...more] = new URLSearchParams(body).getAll('event');
  if (event === undefined || more.length > 0) return refuse(400, 'no_event', 'exactly one field "event" is needed');
  return parseJson(event, 'the field "event"');
}

const envelope = z.object({ event: z.unknown() });

function eventOfJson(body: string): Step<unknown> {
  const parsed = parseJson(body, 'the body');
  if (!parsed.ok) return parsed;
  const event = envelope.safeParse(parsed.value).data?.event;
  if (event === undefined) return refuse(400, 'no_event', 'an object with "event" is needed');
  return typeof event === 'string' ? parseJson(event, '"event"') : { ok: true, value: event };
}
