// Webhooks of a Seam workspace: Svix's headers and signature, and its growing pauses. A try is signed afresh with its own
// time under the same message id; a redelivery keeps the id, too.
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { hexId, type Random } from '../chance.ts';
import type { Deliveries, Delivery, Post } from '../deliveries.ts';
import { isoTime } from './answers.ts';
import type { Numbered, SeamEvent, SeamWorkspace } from './workspace.ts';

/** `eventTypes` null: every type. */
export type SeamWebhook = Numbered & { url: string; eventTypes: string[] | null; secret: string };
export type SeamWebhooks = ReturnType<typeof createSeamWebhooks>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** After the first try, which is at once. */
export const SVIX_RETRIES_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

export function createSeamWebhooks(parts: {
  workspace: SeamWorkspace;
  clock: Clock;
  random: Random;
  deliveries: Deliveries;
  view: (event: SeamEvent) => unknown;
}) {
  const { workspace, clock, random, deliveries, view } = parts;
  const all = new Map<string, SeamWebhook>();

  const newSecret = () => `whsec_${Buffer.from(hexId(random, 48), 'hex').toString('base64')}`;
  const messageId = ({ id }: SeamEvent) => `msg_${id.replaceAll('-', '')}`;

  function deliver(event: SeamEvent, to: string, secret: string): Promise<Delivery> {
    const body = view(event);
    const id = messageId(event);
    const post = () => signed(id, JSON.stringify(body), secret, clock.now());
    return deliveries.deliver({ id, event: event.type, to, body, post });
  }

  return {
    all,
    newSecret,
    deliver,

    add({ url, eventTypes, secret }: { url: string; eventTypes: string[] | null; secret?: string }): SeamWebhook {
      const webhook = { ...workspace.numbered(), url, eventTypes, secret: secret ?? newSecret() };
      all.set(webhook.id, webhook);
      return webhook;
    },

    /** To every webhook that wants events of this type. Resolves when the first tries are over. */
    tell(event: SeamEvent): Promise<Delivery[]> {
      const wanting = [...all.values()].filter(({ eventTypes }) => eventTypes?.includes(event.type) ?? true);
      return Promise.all(wanting.map(({ url, secret }) => deliver(event, url, secret)));
    },
  };
}

function signed(id: string, text: string, secret: string, now: Instant): Post {
  const seconds = Math.floor(now / SECOND);
  const signature = new Webhook(secret).sign(id, new Date(seconds * SECOND), text);
  return {
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(seconds),
      'svix-signature': signature,
    },
    text,
  };
}

export function webhookView({ id, url, eventTypes, secret, createdAt }: SeamWebhook) {
  return {
    webhook_id: id,
    url,
    ...(eventTypes === null ? {} : { event_types: eventTypes }),
    secret,
    created_at: isoTime(createdAt),
  };
}
