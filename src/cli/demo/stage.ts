// What the demo and the stories of the tests are played on: a simulated Cobot, a simulated SmartLock, and the relay
// between them, joined as they are in the world: by the relay's environment and by the callback URLs.
import { randomBytes } from 'node:crypto';
import { createCobotClient } from '../../cobot/client.ts';
import { applySubscriptions, type SubscriptionReport } from '../../cobot/subscribe.ts';
import type { Clock } from '../../lib/clock.ts';
import { type CobotOptions, type CobotSimulator, startCobotSimulator } from '../../simulators/cobot.ts';
import { type SmartLockOptions, type SmartLockSimulator, startSmartLockSimulator } from '../../simulators/smartlock.ts';
import { createRelayProcess, type RelayProcess } from './relay-process.ts';

export type Stage = {
  cobot: CobotSimulator;
  smartlock: SmartLockSimulator;
  relay: RelayProcess;
  /** What the relay runs with, as far as the stage gives it. */
  env: Readonly<Record<string, string>>;
  webhookKey: string;
  /** Where SmartLock's webhooks go. */
  lockOpenUrl: string;
  /** Names of the kinds of jobs that wait or run, by the relay's own metrics. */
  busyJobs(): Promise<string[]>;
  /** Registers the webhooks by the code of `relay subscribe`. */
  subscribe(): Promise<SubscriptionReport>;
  /** Ends whatever still runs. */
  close(): Promise<void>;
};

export type StageOptions = {
  clock: Clock;
  /** For the relay's data and log; has to be there. */
  folder: string;
  cobot?: Partial<CobotOptions>;
  smartlock?: Partial<SmartLockOptions>;
  env?: Readonly<Record<string, string>>;
};

/** Nothing is started yet but the two simulators. */
export async function buildStage({
  clock,
  folder,
  cobot: cobotOptions,
  smartlock: lockOptions,
  env: more,
}: StageOptions): Promise<Stage> {
  const cobot = await startCobotSimulator({ clock, ...cobotOptions });
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const smartlock = await startSmartLockSimulator({ clock, secret, ...lockOptions });
  const webhookKey = randomBytes(24).toString('hex');
  const env = { ...cobot.env(), ...smartlock.env(), WEBHOOK_KEY: webhookKey, ...more };
  const relay = await createRelayProcess(folder, env, clock);
  const lockOpenUrl = `${relay.url}/lock_open?key=${webhookKey}`;
  smartlock.setCallbackUrl(lockOpenUrl);

  return {
    cobot,
    smartlock,
    relay,
    env,
    webhookKey,
    lockOpenUrl,
    async busyJobs() {
      const metrics = await (await fetch(`${relay.url}/metrics`)).text();
      const waits = /^relay_jobs\{name="([^"]+)",state="(?:waiting|running)"\} [1-9]/gm;
      return [...metrics.matchAll(waits)].map(([, name = '']) => name);
    },
    async subscribe() {
      const { COBOT_SUBDOMAIN: subdomain, COBOT_ACCESS_TOKEN: token } = cobot.env();
      const config = {
        subdomain: subdomain ?? '',
        token: token ?? '',
        url: cobot.url,
        wwwUrl: cobot.url,
        api2Url: cobot.api2Url,
      };
      const client = createCobotClient({ config, clock });
      return applySubscriptions(client, { publicUrl: relay.url, keys: [webhookKey] });
    },
    async close() {
      await relay.close();
      await cobot.close();
      await smartlock.close();
    },
  };
}
