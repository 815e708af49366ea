// Standard Webhooks signatures, which Svix sends too, under headers of its own. Says why one is refused, so that the log
// tells; never what would have been right.
import { createHash, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../access/model.ts';

const TOLERANCE_MS = 5 * 60 * 1000;
const ID = /^[\w:~-]{1,200}$/;

type SignatureProblem = { code: string; message: string };
export type CheckSignature = (
  rawBody: Buffer,
  headers: Record<string, string | undefined>,
  now: Instant,
) => SignatureProblem | undefined;

/** `prefixes`: of the headers, in order of preference. Throws where the secret cannot be one. */
export function createStandardCheck(
  secret: string,
  { vendor, setting, prefixes }: { vendor: string; setting: string; prefixes: readonly [string, ...string[]] },
): CheckSignature {
  const webhook = webhookOf(
    secret,
    `${setting} is no signing secret: it has to be "whsec_" and base64, as ${vendor} shows it`,
  );
  const [usual] = prefixes;
  return (rawBody, headers, now) => {
    const header = (name: string) => prefixes.map((prefix) => headers[`${prefix}-${name}`]).find((value) => value);
    const [id, timestamp, signatures] = [header('id'), header('timestamp'), header('signature')];
    if (!id || !timestamp || !signatures) {
      return {
        code: 'signature_missing',
        message: `${usual}-id, ${usual}-timestamp and ${usual}-signature are needed: is it ${vendor} that sent this, with the signing secret set?`,
      };
    }
    // What is signed is id, time and body with dots between: a dot in the id could move the borders.
    if (!ID.test(id)) {
      return { code: 'signature_malformed', message: `${usual}-id has other characters than A-Z a-z 0-9 _ - : ~` };
    }
    if (!/^\d{1,12}$/.test(timestamp)) {
      return { code: 'signature_malformed', message: `${usual}-timestamp is not a number of seconds` };
    }
    const signedAt = Number(timestamp) * 1000;
    // The package's verify() asks its own clock, and tells its refusals apart by their wording only; hence sign().
    if (Math.abs(now - signedAt) > TOLERANCE_MS) {
      return { code: 'signature_stale', message: `${usual}-timestamp is more than five minutes away from now` };
    }
    const expected = webhook.sign(id, new Date(signedAt), rawBody.toString('utf8'));
    // Several are sent while a secret is being changed.
    if (signatures.split(' ').some((each) => isEqual(each, expected))) return undefined;
    return { code: 'signature_wrong', message: `no signature fits: is the signing secret the one set at ${vendor}?` };
  };
}

function webhookOf(secret: string, otherwise: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // Without the cause: it may quote the secret.
    throw new Error(otherwise);
  }
}

/** By digests of one length, so that the answer's time tells nothing. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
