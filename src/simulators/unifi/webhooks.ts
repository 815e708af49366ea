// UniFi Access's webhooks: which endpoints there are, and an unlock told to them, signed with each one's own secret.
// Every endpoint has a secret; whether a receiver knows it is the receiver's affair.
import { createHmac } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { hexId, type Random } from '../chance.ts';
import type { Deliveries, Delivery, Post } from '../deliveries.ts';
import type { UnifiAccount, UnifiOpening } from './account.ts';
import type { UnifiSwitches } from './switches.ts';
import type { UnifiViews } from './views.ts';

export type UnifiEndpoint = {
  id: string;
  name: string;
  endpoint: string;
  events: string[];
  headers: Record<string, string>;
  secret: string;
};

export type UnifiWebhooks = ReturnType<typeof createUnifiWebhooks>;

const UNLOCK = 'access.door.unlock';
/** The one that a person makes by hand, for the callback URL. */
const BY_HAND = 'by-hand';

export function createUnifiWebhooks(parts: {
  clock: Clock;
  random: Random;
  account: UnifiAccount;
  views: UnifiViews;
  switches: UnifiSwitches;
  deliveries: Deliveries;
  /** Of the endpoint made by hand. */
  secret: string | undefined;
}) {
  const { clock, random, account, views, switches, deliveries } = parts;
  const endpoints = new Map<string, UnifiEndpoint>();
  const newSecret = () => hexId(random, 16);
  const ownSecret = parts.secret ?? newSecret();
  const byHand = (endpoint: string): UnifiEndpoint => ({
    id: BY_HAND,
    name: 'Cobot Access Relay',
    endpoint,
    events: [UNLOCK],
    headers: {},
    secret: ownSecret,
  });

  function deliver(opening: UnifiOpening, { endpoint: to, secret, headers }: UnifiEndpoint): Promise<Delivery> {
    const body = (id: string) => views.webhook(opening, id);
    const post = (): Post => {
      const text = JSON.stringify(body(switches.eventIds === 'kept' ? opening.eventId : account.newId()));
      const signature = signUnifiWebhook(secret, Math.floor(clock.now() / 1000), text);
      return { headers: { 'content-type': 'application/json', Signature: signature, ...headers }, text };
    };
    return deliveries.deliver({ id: opening.eventId, event: UNLOCK, to, body: body(opening.eventId), post });
  }

  return {
    endpoints,
    newSecret,
    setCallbackUrl(to: string | undefined): void {
      if (to === undefined) endpoints.delete(BY_HAND);
      else endpoints.set(BY_HAND, byHand(to));
    },
    /** To all that want unlocks, or to `deliverTo` alone. Resolves to the first delivery; null: nobody was told. */
    async tell(opening: UnifiOpening, deliverTo: string | undefined): Promise<Delivery | null> {
      const wanting = endpoints.values().filter(({ events }) => events.includes(UNLOCK));
      const told = deliverTo === undefined ? wanting.toArray() : [byHand(deliverTo)];
      const made = await Promise.all(told.map((endpoint) => deliver(opening, endpoint)));
      return made[0] ?? null;
    },
  };
}

/** `seconds`: when it is sent. The secret is taken as text, not as hexadecimal digits. */
export function signUnifiWebhook(secret: string, seconds: number, text: string): string {
  const code = createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex');
  return `t=${seconds},v1=${code}`;
}
