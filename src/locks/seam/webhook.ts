// Reads one delivery of Seam's webhook: verify, then parse, each refusal with its own status and code. Must not trust a
// byte of it, nor ask for the time.
import type { LockSystem, ReadOpening } from '../lock-system.ts';
import { readEvent } from './events.ts';
import { sentEventSchema } from './schema.ts';
import { createSignatureCheck } from './signature.ts';

const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;

/** Throws where the secret cannot be one. */
export function createReadOpening(secret: string | null): LockSystem['readOpening'] {
  const problemOf = secret === null ? () => undefined : createSignatureCheck(secret);
  return (request, now) => {
    const problem = problemOf(request, now);
    if (problem) return { ok: false, status: 401, ...problem };
    const type = request.contentType.split(';', 1).join('').trim().toLowerCase();
    if (!JSON_TYPE.test(type)) {
      return refuse(415, 'unsupported_content_type', 'the content type has to be application/json');
    }
    const body = parse(request.rawBody);
    if (body === undefined) return refuse(400, 'broken_json', 'the body is not JSON in UTF-8');
    const event = sentEventSchema.safeParse(body.value);
    if (!event.success) {
      return refuse(400, 'no_event', 'event_id and event_type have to be texts of 1 to 200 characters');
    }
    const read = readEvent(event.data, now);
    return typeof read === 'string' ? { ok: true, opening: null, what: read } : { ok: true, opening: read };
  };
}

function parse(rawBody: Buffer): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
    return { value };
  } catch {
    return undefined;
  }
}

function refuse(status: 400 | 415, code: string, message: string): ReadOpening {
  return { ok: false, status, code, message };
}
