// Reads one lock-open webhook: verify, then parse, each refusal with its own status and code. Takes the guide's three
// spellings of `event`. Must not trust a byte of it, nor ask for the time.

import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import type { ReadOpening, WebhookRequest } from '../lock-system.ts';
import { sentEventSchema, toOpening } from './schema.ts';
import { createSignatureCheck } from './signature.ts';

type Refused = Extract<ReadOpening, { ok: false }>;
type Step<T> = { ok: true; value: T } | Refused;

/** Throws where the secret cannot be one. */
export function createReadOpening(secret: string | null): (request: WebhookRequest, now: Instant) => ReadOpening {
  const problemOf = secret === null ? () => undefined : createSignatureCheck(secret);
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
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;

function eventOf(contentType: string, body: string): Step<unknown> {
  const type = contentType.split(';', 1).join('').trim().toLowerCase();
  if (type === FORM) return eventOfForm(body);
  if (JSON_TYPE.test(type)) return eventOfJson(body);
  return refuse(415, 'unsupported_content_type', `the content type has to be application/json or ${FORM}`);
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

function textOf(rawBody: Buffer): Step<string> {
  try {
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(rawBody) };
  } catch {
    return refuse(400, 'not_utf8', 'the body is not UTF-8');
  }
}

function parseJson(text: string, what: string): Step<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return refuse(400, 'broken_json', `${what} is not JSON`);
  }
}

function refuse(status: Refused['status'], code: string, message: string): Refused {
  return { ok: false, status, code, message };
}
