// What the demo and the stories of the tests are played on: a simulated Cobot, a simulated lock system, and the relay
// between them, joined as they are in the world: by the relay's environment and by the callback URLs.
import { randomBytes } from 'node:crypto';
import { createCobotClient } from '../../cobot/client.ts';
import { applySubscriptions, type SubscriptionReport } from '../../cobot/subscribe.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Answers } from '../../operator/answers.ts';
import { type CobotOptions, type CobotSimulator, startCobotSimulator } from '../../simulators/cobot/cobot.ts';
import type { LockSimulator } from '../../simulators/lock-simulator.ts';
import { createRelayProcess, type RelayProcess } from './relay-process.ts';

const SOON = 5000;

export type Stage<L extends LockSimulator = LockSimulator> = {
  cobot: CobotSimulator;
  locks: L;
  relay: RelayProcess;
  /** What the relay runs with, as far as the stage gives it. */
  env: Readonly<Record<string, string>>;
  webhookKey: string;
  /** Where the lock system's webhooks go. */
  lockOpenUrl: string;
  /** Names of the kinds of jobs that wait or run, by the relay's own word. */
  busyJobs(): Promise<string[]>;
  /** Registers the webhooks by the code of `relay subscribe`. */
  subscribe(): Promise<SubscriptionReport>;
  /** Ends whatever still runs. */
  close(): Promise<void>;
};

export type StageOptions<L extends LockSimulator> = {
  clock: Clock;
  /** For the relay's data and log; has to be there. */
  folder: string;
  cobot?: Partial<CobotOptions>;
  /** Starts the lock system, which signs its webhooks with the secret. */
  startLocks(given: { clock: Clock; secret: string }): Promise<L>;
  env?: Readonly<Record<string, string>>;
};

/** The next boundary, and a second look at what is not in effect yet, wait for their time and hold nothing up. */
function isForLater({ name, runAt, lastError }: Answers['jobs']['jobs'][number], now: number): boolean {
  return ['boundary', 'reconcile'].includes(name) && lastError === null && Date.parse(runAt) > now + SOON;
}

/** Nothing is started yet but the two simulators. */
export async function buildStage<L extends LockSimulator>({
  clock,
  folder,
  cobot: cobotOptions,
  startLocks,
  env: more,
}: StageOptions<L>): Promise<Stage<L>> {
  const cobot = await startCobotSimulator({ clock, ...cobotOptions });
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const locks = await startLocks({ clock, secret });
  const webhookKey = randomBytes(24).toString('hex');
  const env = { ...cobot.env(), ...locks.env(), WEBHOOK_KEY: webhookKey, ...more };
  const relay = await createRelayProcess(folder, env, clock);
  const lockOpenUrl = `${relay.url}/lock_open?key=${webhookKey}`;
  locks.setCallbackUrl(lockOpenUrl);

  return {
    cobot,
    locks,
    relay,
    env,
    webhookKey,
    lockOpenUrl,
    async busyJobs() {
      const operator = await relay.operator();
      if (!operator) throw new Error('The relay does not answer over its socket.');
      const { jobs } = await operator.jobs({});
      return jobs.filter((each) => each.state !== 'dead' && !isForLater(each, clock.now())).map(({ name }) => name);
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
      await locks.close();
    },
  };
}
