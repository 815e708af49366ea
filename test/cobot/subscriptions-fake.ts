// Cobot's subscriptions in memory, as its documentation tells: 409 for a double, 422 for an event not offered.
import type { Cobot, Subscription } from '../../src/cobot/cobot.ts';

export type SubscriptionsFake = Pick<Cobot, 'subscriptions' | 'subscribe' | 'unsubscribe'> & {
  all: Subscription[];
  /** "make created_booking", "remove s3": in the order done. */
  done: string[];
};

export function subscriptionsFake(
  present: Subscription[] = [],
  rules: {
    notOffered?: string[];
    /** Does a deactivated one block a double? Not known of Cobot. */
    inactiveBlocks?: boolean;
    hidden?: Subscription[];
    failing?: (call: string) => Error | undefined;
  } = {},
): SubscriptionsFake {
  const { notOffered = [], inactiveBlocks = true, hidden = [], failing = () => undefined } = rules;
  const all = [...present];
  const done: string[] = [];
  let made = 0;
  const attempt = (call: string) => {
    const error = failing(call);
    if (error) throw error;
    done.push(call);
  };
  return {
    all,
    done,
    async subscriptions() {
      return all.map((one) => ({ ...one }));
    },
    async subscribe({ event, callbackUrl }) {
      attempt(`make ${event}`);
      if (notOffered.includes(event)) return 'not offered';
      const isTwin = (one: Subscription) => one.event === event && one.callbackUrl === callbackUrl;
      if ([...all, ...hidden].some((one) => isTwin(one) && (one.active || inactiveBlocks))) return 'exists';
      made += 1;
      const subscription = { id: `new${made}`, event, callbackUrl, active: true };
      all.push(subscription);
      return subscription;
    },
    async unsubscribe(id) {
      attempt(`remove ${id}`);
      const at = all.findIndex((one) => one.id === id);
      if (at >= 0) all.splice(at, 1);
    },
  };
}
