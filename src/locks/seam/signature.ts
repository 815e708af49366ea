// Svix signatures on Seam's deliveries. Says why one is refused, so that the log tells; never what would have been right.
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../../access/model.ts';
import type { WebhookRequest } from '../lock-system.ts';

const TOLERANCE_MS = 5 * 60 * 1000;

type Problem = { code: string; message: string };

/** Throws where the secret cannot be one. */
export function createSignatureCheck(secret: string): (request: WebhookRequest, now: Instant) => Problem | undefined {
  const webhook = webhookOf(secret);
  return ({ rawBody, headers }, now) => {
    const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
      (name) => headers[`svix-${name}`] ?? headers[`webhook-${name}`],
    );
    if (!id || !timestamp || !signatures) {
      return {
        code: 'signature_missing',
        message: 'svix-id, svix-timestamp and svix-signature are needed: does this come from Seam?',
      };
    }
    if (!/^\d{1,12}$/.test(timestamp)) {
      return { code: 'signature_malformed', message: 'svix-timestamp is not a number of seconds' };
    }
    const signedAt = Number(timestamp) * 1000;
    // Not the package's verify(): it would ask a clock of its own.
    if (Math.abs(now - signedAt) > TOLERANCE_MS) {
      return { code: 'signature_stale', message: 'svix-timestamp is more than five minutes away from now' };
    }
    const right = webhook.sign(id, new Date(signedAt), rawBody.toString('utf8'));
    // Several are sent while a secret is being changed.
    if (signatures.split(' ').some((each) => isSame(each, right))) return undefined;
    return { code: 'signature_wrong', message: "no signature fits: is the secret the one of Seam's webhook?" };
  };
}

function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // Without the cause: it may quote the secret.
    throw new Error('SEAM_WEBHOOK_SECRET is no signing secret: it has to be "whsec_" and base64, as Seam shows it');
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
