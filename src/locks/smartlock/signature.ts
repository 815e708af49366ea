// Standard Webhooks signatures on lock-open deliveries. Says why one is refused, so that the log tells; never what
// would have been right.
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../../access/model.ts';

const TOLERANCE_MS = 5 * 60 * 1000;

type SignatureProblem = { code: string; message: string };
type CheckSignature = (
  rawBody: Buffer,
  headers: Record<string, string | undefined>,
  now: Instant,
) => SignatureProblem | undefined;

/** Throws where the secret cannot be one. */
export function createSignatureCheck(secret: string): CheckSignature {
  const webhook = webhookOf(secret);
  return (rawBody, headers, now) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
    if (!id || !timestamp || !signature) {
      return {
        code: 'signature_missing',
        message:
          'webhook-id, webhook-timestamp and webhook-signature are needed: is the signing secret set at SmartLock?',
      };
    }
    const signedAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : undefined;
    if (signedAt === undefined) {
      return { code: 'signature_malformed', message: 'webhook-timestamp is not a number of seconds' };
    }
    // The package's verify() asks its own clock, and tells its refusals apart by their wording only; hence sign().
    if (Math.abs(now - signedAt) > TOLERANCE_MS) {
      return { code: 'signature_stale', message: 'webhook-timestamp is more than five minutes away from now' };
    }
    const expected = webhook.sign(id, new Date(signedAt), rawBody.toString('utf8'));
    // Several are sent while a secret is being changed.
    if (signature.split(' ').some((each) => isEqual(each, expected))) return undefined;
    return { code: 'signature_wrong', message: 'no signature fits: is the signing secret the one set at SmartLock?' };
  };
}

function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // Without the cause: it may quote the secret.
    throw new Error(
      'SMARTLOCK_WEBHOOK_SECRET is no signing secret: it has to be "whsec_" and base64, as SmartLock shows it',
    );
  }
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
