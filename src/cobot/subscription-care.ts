// What the running service does about its webhooks with every sweep: those that Cobot has deactivated are made anew,
// those that are lacking are shown. Registering them in the first place is the command `subscribe`.
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Cobot } from './cobot.ts';
import { repairInactive } from './subscribe.ts';
import { planSubscriptions } from './subscriptions.ts';

/** Counts of events. `outdated`: active, with a key or path of before. `elsewhere`: under another URL, with a key of ours. */
export type WebhooksAtCobot = Record<'active' | 'missing' | 'inactive' | 'outdated' | 'elsewhere', number>;

/** For who looks and mends nothing; null: PUBLIC_URL is not set, so it is not known which are ours. */
export function createSubscriptionView(
  cobot: Pick<Cobot, 'subscriptions'>,
  { publicUrl, keys }: { publicUrl: string | null; keys: readonly string[] },
): () => Promise<WebhooksAtCobot | null> {
  return async () => {
    if (publicUrl === null) return null;
    const { keep, create, elsewhere } = planSubscriptions(await cobot.subscriptions(), { publicUrl, keys });
    const count = (reason: string) => create.filter(({ why }) => why === reason).length;
    return {
      active: keep.length,
      missing: count('missing'),
      inactive: count('inactive'),
      outdated: count('outdated'),
      elsewhere: elsewhere.length,
    };
  };
}

/** Returns what a person should know. 'webhooks': they do not come. */
export type SubscriptionCare = () => Promise<
  { kind: 'webhooks' | 'webhooks-unwatched' | 'webhooks-unknown'; sentence: string }[]
>;

export function createSubscriptionCare(
  cobot: Cobot,
  { publicUrl, keys, log }: { publicUrl: string | null; keys: readonly string[]; log: Log },
): SubscriptionCare {
  let lost: string[] = [];
  return async () => {
    if (publicUrl === null) {
      const sentence = 'PUBLIC_URL is not set, so webhooks that Cobot deactivates cannot be mended';
      return [{ kind: 'webhooks-unwatched', sentence }];
    }
    const settings = { publicUrl, keys };
    try {
      const present = await cobot.subscriptions();
      const missing = planSubscriptions(present, settings).create.filter(({ why }) => why === 'missing').length;
      const repair = await repairInactive({ ...cobot, subscriptions: async () => present }, settings, lost);
      lost = repair.lost;
      for (const { event, state } of repair.rows) log.warn({ event, state }, 'a webhook that Cobot had deactivated');
      const lacking = [
        ...(missing > 0 ? [`${missing} webhooks are not registered on Cobot: run "relay subscribe"`] : []),
        ...repair.rows
          .filter(({ state }) => state === 'failed')
          .map(
            ({ event, problem }) => `${event}, which Cobot had deactivated, could not be made anew: ${problem ?? ''}`,
          ),
      ];
      return lacking.map((sentence) => ({ kind: 'webhooks', sentence }));
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return [{ kind: 'webhooks-unknown', sentence: `webhooks could not be checked: ${describeError(error)}` }];
    }
  };
}
