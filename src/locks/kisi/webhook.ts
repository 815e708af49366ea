// Reads one delivery of Kisi's event webhook: verify, then parse, each refusal with its own status and code. Must not
// trust a byte of it, nor ask for the time.
import type { Instant } from '../../access/model.ts';
import type { ReadOpening, WebhookRequest } from '../lock-system.ts';
import { isJson, jsonOf, refuse, refuseType } from '../webhook-body.ts';
import { sentUnlockSchema, toOpening, typedSchema, UNLOCK } from './events.ts';
import { createSignatureCheck } from './signature.ts';

const TYPE_LIKE = /^[a-z_.]{1,60}$/;

/** Throws where the secret cannot be one. */
export function createReadOpening(settings: {
  webhookSecret: string | null;
  placeId: string | null;
}): (request: WebhookRequest, now: Instant) => ReadOpening {
  const { webhookSecret, placeId } = settings;
  const problemOf = webhookSecret === null ? () => undefined : createSignatureCheck(webhookSecret);
  return (request, now) => {
    const problem = problemOf(request.rawBody, request.headers);
    if (problem) return refuse(401, problem.code, problem.message);
    if (!isJson(request.contentType)) return refuseType();
    const body = jsonOf(request.rawBody);
    return body.ok ? read(body.value, placeId, now) : body;
  };
}

function read(event: unknown, placeId: string | null, now: Instant): ReadOpening {
  const typed = typedSchema.safeParse(event);
  if (!typed.success) return refuse(400, 'no_type', 'an object with a text "type" is needed');
  if (typed.data.type !== UNLOCK) return { ok: true, opening: null, what: kindOf(typed.data.type) };
  const unlock = sentUnlockSchema.safeParse(event);
  if (!unlock.success) {
    return refuse(400, 'unreadable_unlock', 'uuid, success, actor_type and, of a user, actor_id are needed');
  }
  const opening = toOpening(unlock.data, placeId, now);
  return typeof opening === 'string' ? { ok: true, opening: null, what: opening } : { ok: true, opening };
}

function kindOf(type: string): string {
  if (type === 'integration.warn_due_to_error')
    return 'a warning that Kisi will switch off a webhook that keeps failing';
  if (type === 'integration.disable_due_to_error') return 'the news that Kisi switched off a webhook that kept failing';
  return TYPE_LIKE.test(type) ? `an event ${type}` : 'an event of another kind';
}
