// The signature of Kisi's webhooks: HMAC-SHA256 of the body. It names no time, so an old delivery can come again, and it
// is the event's uuid that keeps it from counting twice. Never tells what would have been right.
import { createHmac, timingSafeEqual } from 'node:crypto';

type SignatureProblem = { code: string; message: string };
type CheckSignature = (rawBody: Buffer, headers: Record<string, string | undefined>) => SignatureProblem | undefined;

/** Throws where the secret cannot be one. */
export function createSignatureCheck(secret: string): CheckSignature {
  if (secret === '')
    throw new Error('KISI_WEBHOOK_SECRET is empty: leave it out, or give the signature key of the webhook');
  return (rawBody, { 'x-signature': header }) => {
    if (!header) {
      return { code: 'signature_missing', message: 'x-signature is needed: is the signature key set in Kisi?' };
    }
    const signature = macOf(header);
    if (!signature) return { code: 'signature_malformed', message: 'x-signature is no HMAC-SHA256' };
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    if (timingSafeEqual(signature, expected)) return undefined;
    return { code: 'signature_wrong', message: 'x-signature does not fit: is the signature key the one set in Kisi?' };
  };
}

/** Unknown: whether the prefix is always there, and the encoding. Hex is assumed; 32 bytes in base64 cannot be mistaken for it. */
function macOf(header: string): Buffer | undefined {
  const text = header.trim().replace(/^sha256=/i, '');
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return Buffer.from(text, 'base64');
  return undefined;
}
