// Reads one webhook: verify, then parse, each refusal with its own code. Events that are no unlock, and unlocks that name
// no user, are authentic and need no work. Must not trust a byte of it, nor ask for the time.
import { z } from 'zod';
import type { Instant } from '../../access/model.ts';
import type { ReadOpening, WebhookRequest } from '../lock-system.ts';
import { jsonOf, refuse } from '../webhook-body.ts';
import { openingOfWebhook, UNLOCK, unlockSchema } from './openings.ts';
import { signatureProblem } from './signature.ts';

const eventSchema = z.object({ event: z.string() });
const LONGEST_NAME = 100;

/** Without a secret, only the key in the address guards it. */
export function createReadOpening(secret: string | null): (request: WebhookRequest, now: Instant) => ReadOpening {
  return ({ rawBody, headers }, now) => {
    const problem =
      secret === null ? undefined : signatureProblem(secret, { rawBody, header: headers['signature'] }, now);
    if (problem) return refuse(401, problem.code, problem.message);
    const body = jsonOf(rawBody);
    if (!body.ok) return body;
    const named = eventSchema.safeParse(body.value);
    if (!named.success) return refuse(400, 'no_event', 'an object with "event" is needed');
    const { event } = named.data;
    if (event !== UNLOCK) return { ok: true, opening: null, what: `the event ${printable(event)}` };
    const unlock = unlockSchema.safeParse(body.value);
    if (!unlock.success) return refuse(400, 'unreadable_event', `the data of ${UNLOCK} are not of the known form`);
    const opening = openingOfWebhook(unlock.data, now);
    return opening ? { ok: true, opening } : { ok: true, opening: null, what: 'an unlock that names no user' };
  };
}

const printable = (name: string) => name.replace(/[^\w.-]/g, '?').slice(0, LONGEST_NAME);
