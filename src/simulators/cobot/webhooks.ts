// Cobot's subscriptions and what they deliver: one event each, no signature, no event name in the body; ten retries,
// then inactive; a 410 ends one at once; redirects are failures (reference, section 4).
import type { Clock } from '../../lib/clock.ts';
import type { InProcess } from '../carrier.ts';
import { hexId, type Random } from '../chance.ts';
import { createDeliveries, type Deliveries, type Delivery } from '../deliveries.ts';
import { type CobotSwitches, cobotEvents } from './switches.ts';

export type Subscription = {
  id: string;
  event: string;
  callbackUrl: string;
  active: boolean;
  /** The access token that made it: nobody else sees it in a list, though it delivers all the same. */
  owner: string;
};

type Subscribed = { subscription: Subscription } | { refused: 409 | 422; field: string; words: string };

export type CobotWebhooks = {
  subscriptions: Map<string, Subscription>;
  deliveries: Deliveries;
  subscribe(event: string, callbackUrl: string, owner: string): Subscribed;
  /** To every active subscription of the event. Resolves when all first attempts are over. */
  emit(event: string, body: unknown): Promise<Delivery[]>;
};

export function createCobotWebhooks(options: {
  clock: Clock;
  random: Random;
  switches: CobotSwitches;
  retryMs: number[];
  timeoutMs: number;
  inProcess?: InProcess | undefined;
}): CobotWebhooks {
  const { clock, random, switches, retryMs, timeoutMs, inProcess } = options;
  const subscriptions = new Map<string, Subscription>();
  const deliveries = createDeliveries({ clock, retryMs, timeoutMs, inProcess });

  function send(subscription: Subscription, body: unknown): Promise<Delivery> {
    const end = () => {
      subscription.active = false;
    };
    return deliveries.deliver({
      id: hexId(random, 16),
      event: subscription.event,
      to: subscription.callbackUrl,
      body,
      post: () => ({ headers: { 'content-type': 'application/json' }, text: JSON.stringify(body) }),
      goesOn: () => subscription.active && subscriptions.get(subscription.id) === subscription,
      failed({ status }) {
        if (status !== 410) return 'retry';
        end();
        if (switches.ended === 'removed') subscriptions.delete(subscription.id);
        return 'stop';
      },
      gaveUp: end,
    });
  }

  return {
    subscriptions,
    deliveries,

    subscribe(event, callbackUrl, owner) {
      if (!cobotEvents.has(event) || switches.notOffered.includes(event)) {
        return { refused: 422, field: 'event', words: 'is not included in the list' };
      }
      if (!isWebAddress(callbackUrl)) return { refused: 422, field: 'callback_url', words: 'is invalid' };
      const twin = subscriptions
        .values()
        .find((each) => each.owner === owner && each.event === event && each.callbackUrl === callbackUrl);
      if (twin && (twin.active || switches.inactiveTwin === '409')) {
        return { refused: 409, field: 'base', words: 'There is a subscription for this event and URL already.' };
      }
      const subscription: Subscription = { id: hexId(random, 12), event, callbackUrl, active: true, owner };
      subscriptions.set(subscription.id, subscription);
      return { subscription };
    },

    emit(event, body) {
      if (!cobotEvents.has(event)) throw new Error(`Cobot has no event "${event}".`);
      const concerned = subscriptions.values().filter((each) => each.active && each.event === event);
      return Promise.all(concerned.toArray().map((subscription) => send(subscription, body)));
    },
  };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
