// Reads one delivery of Seam's webhook: verify, then parse, each refusal with its own status and code. Must not trust a
// byte of it, nor ask for the time.
import type { LockSystem } from '../lock-system.ts';
import { createStandardCheck } from '../standard-webhook.ts';
import { isJson, jsonOf, refuse, refuseType } from '../webhook-body.ts';
import { readEvent } from './events.ts';
import { sentEventSchema } from './schema.ts';

/** Svix has headers of its own, and sends those of the standard as well. */
const SIGNED = { vendor: 'Seam', setting: 'SEAM_WEBHOOK_SECRET', prefixes: ['svix', 'webhook'] } as const;

/** Throws where the secret cannot be one. */
export function createReadOpening(secret: string | null): LockSystem['readOpening'] {
  const problemOf = secret === null ? () => undefined : createStandardCheck(secret, SIGNED);
  return (request, now) => {
    const problem = problemOf(request.rawBody, request.headers, now);
    if (problem) return { ok: false, status: 401, ...problem };
    if (!isJson(request.contentType)) return refuseType();
    const body = jsonOf(request.rawBody);
    if (!body.ok) return body;
    const event = sentEventSchema.safeParse(body.value);
    if (!event.success) {
      return refuse(400, 'no_event', 'event_id and event_type have to be texts of 1 to 200 characters');
    }
    const read = readEvent(event.data, now);
    return typeof read === 'string' ? { ok: true, opening: null, what: read } : { ok: true, opening: read };
  };
}
