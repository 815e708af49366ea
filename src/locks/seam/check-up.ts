// Looks at what the relay depends on at Seam besides locks, users and grants: the key, and the webhook for opened locks.
// Reads only, and prints no address: the webhook's holds the relay's key.
import { UnauthorizedError } from '../../lib/errors.ts';
import type { Finding } from '../lock-system.ts';
import type { SeamClient } from './client.ts';
import { OPENING_EVENTS } from './events.ts';
import { webhooksAnswer } from './schema.ts';

type Webhook = { url: string; event_types?: string[] | null | undefined };

export async function checkUp(client: SeamClient): Promise<Finding[]> {
  const key = 'the API key';
  try {
    const webhooks = await client.ask({ path: '/webhooks/list', repeatable: true }, webhooksAnswer);
    return [{ what: key, ok: true, sentence: 'Seam takes the API key' }, webhookFinding(webhooks)];
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    const sentence = "Seam does not take the API key: make a new one in Seam's console and put it into SEAM_API_KEY";
    return [{ what: key, ok: false, sentence }];
  }
}

function webhookFinding(webhooks: readonly Webhook[]): Finding {
  const what = 'the webhook for opened locks';
  const ours = webhooks.filter(({ url }) => URL.canParse(url) && new URL(url).pathname.endsWith('/lock_open'));
  if (ours.length === 0) {
    const sentence = "no webhook of the workspace ends in /lock_open: add one in Seam's console";
    return { what, ok: false, sentence };
  }
  const missing = OPENING_EVENTS.filter((type) => !ours.some((webhook) => sends(webhook, type)));
  if (missing.length === 0) return { what, ok: true, sentence: 'a webhook of the workspace sends openings' };
  const sentence = `the webhook does not send ${missing.join(' and ')}: choose them in Seam's console`;
  return { what, ok: false, sentence };
}

/** Unknown: how Seam writes "all events". Without types, or with a star, it is taken for all. */
function sends({ event_types: types }: Webhook, type: string): boolean {
  return !types || types.length === 0 || types.includes('*') || types.includes(type);
}
