// The console's signature on a webhook: HMAC-SHA256 of the time, a dot and the raw body. Says why one is refused, so
// that the log tells; never what would have been right.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../access/model.ts';

const TOLERANCE_MS = 5 * 60 * 1000;

type SignatureProblem = { code: string; message: string };

export function signatureProblem(
  secret: string,
  { rawBody, header }: { rawBody: Buffer; header: string | undefined },
  now: Instant,
): SignatureProblem | undefined {
  if (!header) {
    return { code: 'signature_missing', message: 'the header Signature is needed: is it UniFi Access that sent this?' };
  }
  const parts = header.split(',').map((part) => part.trim());
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  const given = parts.filter((part) => part.startsWith('v1=')).map((part) => part.slice(3).toLowerCase());
  if (!/^\d{1,12}$/.test(time) || given.length === 0) {
    return { code: 'signature_malformed', message: 'Signature has to be t=<seconds>,v1=<hexadecimal digits>' };
  }
  if (Math.abs(now - Number(time) * 1000) > TOLERANCE_MS) {
    return { code: 'signature_stale', message: 'Signature is more than five minutes away from now: check both clocks' };
  }
  const expected = createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest();
  if (given.some((each) => isEqual(each, expected))) return undefined;
  return { code: 'signature_wrong', message: 'no signature fits: is UNIFI_WEBHOOK_SECRET the secret of this webhook?' };
}

function isEqual(hex: string, expected: Buffer): boolean {
  if (!/^[0-9a-f]{64}$/.test(hex)) return false;
  return timingSafeEqual(Buffer.from(hex, 'hex'), expected);
}
