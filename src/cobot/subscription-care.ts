// What the running service does about its webhooks with every sweep: those that Cobot has deactivated are made anew,
// those that are lacking are shown. Registering them in the first place is the command `subscribe`.
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Cobot } from './cobot.ts';
import { repairInactive } from './subscribe.ts';
import { planSubscriptions } from './subscriptions.ts';

/** Returns what a person should know, as sentences. */
export type SubscriptionCare = () => Promise<string[]>;

export function createSubscriptionCare(
  cobot: Cobot,
  { publicUrl, keys, log }: { publicUrl: string | null; keys: readonly string[]; log: Log },
): SubscriptionCare {
  let lost: string[] = [];
  return async () => {
    if (publicUrl === null) return ['PUBLIC_URL is not set, so webhooks that Cobot deactivates cannot be mended'];
    const settings = { publicUrl, keys };
    try {
      const present = await cobot.subscriptions();
      const missing = planSubscriptions(present, settings).create.filter(({ why }) => why === 'missing').length;
      const repair = await repairInactive({ ...cobot, subscriptions: async () => present }, settings, lost);
      lost = repair.lost;
      for (const { event, state } of repair.rows) log.warn({ event, state }, 'a webhook that Cobot had deactivated');
      return missing > 0 ? [`${missing} webhooks are not registered on Cobot: run "relay subscribe"`] : [];
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return [`webhooks could not be checked: ${describeError(error)}`];
    }
  };
}
