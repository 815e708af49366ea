// A SmartLock to run the demo and the tests against: the calls of smartlock-api.yaml and the webhook that says who
// opened a lock, in the three spellings of Cobot's guide, signed where there is a secret.
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../access/model.ts';
import type { Clock } from '../lib/clock.ts';
import { cryptoRandom, hexId, type Random } from './chance.ts';
import { createDeliveries, type Delivery, type Post } from './deliveries.ts';
import { startServer } from './server.ts';
import {
  createSmartLockAccount,
  type SmartLockEvent,
  type SmartLockLock,
  type SmartLockUser,
} from './smartlock-account.ts';
import { eventView, notFound, refusal, type SmartLockSwitches, smartLockRoutes } from './smartlock-routes.ts';

export type SmartLockOptions = {
  clock: Clock;
  random?: Random;
  port?: number;
  token?: string;
  /** `whsec_...`: webhooks are signed. */
  secret?: string;
  /** Where the webhooks go; set in SmartLock's console. */
  callbackUrl?: string;
  /** `perToken` requests a window. */
  limits?: { windowMs?: number; perToken?: number } | 'off';
  switches?: Partial<SmartLockSwitches>;
  webhooks?: { retryMs?: number[]; scale?: number; timeoutMs?: number };
};

/** A form field with JSON in it, a JSON object, or JSON text inside JSON. */
export type Spelling = 'form' | 'json' | 'text in json';

export type OpenOptions = {
  /** Instead of the callback URL. */
  deliverTo?: string;
  spelling?: Spelling;
  /** In the list of events, and never delivered. */
  lose?: boolean;
  /** Only `user.id`, which is all that the guide promises. */
  bare?: boolean;
  occurredAt?: Instant;
  /** Although the user has no access then: someone held the door, or the lock was offline. */
  anyway?: boolean;
};

export type SmartLockSimulator = Awaited<ReturnType<typeof startSmartLockSimulator>>;

const HOUR = 60 * 60_000;
/** Eight retries within 24 hours; the yaml tells the sums only. */
const usualRetryMs = [0.01, 0.05, 0.25, 0.69, 2, 4, 7, 10].map((hours) => hours * HOUR);
const usualLimits = { windowMs: 60_000, perToken: 600 };

export async function startSmartLockSimulator(options: SmartLockOptions) {
  const { clock, random = cryptoRandom, secret } = options;
  const token = options.token ?? hexId(random, 40);
  const switches: SmartLockSwitches = { fractions: '422', longNotes: '422', ...options.switches };
  const limits = options.limits === 'off' ? null : { ...usualLimits, ...options.limits };
  const { retryMs = usualRetryMs, scale = 1, timeoutMs = 10_000 } = options.webhooks ?? {};
  const signer = secret === undefined ? null : new Webhook(secret);
  let callbackUrl = options.callbackUrl;

  const account = createSmartLockAccount({ clock, random });
  const deliveries = createDeliveries({ clock, retryMs: retryMs.map((ms) => ms * scale), timeoutMs });
  const server = await startServer({
    clock,
    random,
    limit: limits && { windowMs: limits.windowMs, of: () => ({ bucket: token, most: limits.perToken }) },
    sites: [
      {
        port: options.port ?? 0,
        routes: smartLockRoutes(account, switches),
        refuse: ({ headers }) =>
          headers['x-api-token'] === token ? null : refusal(401, 'unauthorized', 'X-Api-Token is missing or wrong.'),
        notFound,
        malformed: () => refusal(422, 'invalid', 'The body is not JSON.'),
        tooMany: (seconds) => ({
          ...refusal(429, 'rate_limited', 'Too many requests.'),
          headers: { 'retry-after': String(seconds) },
        }),
      },
    ],
  });
  const [url = ''] = server.urls;

  /** Every try is signed afresh with its own time under the same id. */
  function signed(id: string, post: Post): Post {
    if (!signer) return post;
    const seconds = Math.floor(clock.now() / 1000);
    const signature = signer.sign(id, new Date(seconds * 1000), post.text);
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signature };
    return { headers: { ...post.headers, ...headers }, text: post.text };
  }

  function deliver(event: SmartLockEvent, to: string, { spelling = 'json', bare }: OpenOptions): Promise<Delivery> {
    const body = bare ? { user: { id: event.user.id } } : eventView(event);
    const id = `msg_${hexId(random, 16)}`;
    const post = () => signed(id, spelled(body, spelling));
    return deliveries.deliver({ id, event: 'lock.opened', to, body, post });
  }

  return {
    ...account,
    url,
    token,
    switches,
    /** What the relay has to be started with to meet this simulator. */
    env: (): Record<string, string> => ({
      SMARTLOCK_URL: url,
      SMARTLOCK_API_TOKEN: token,
      ...(secret === undefined ? {} : { SMARTLOCK_WEBHOOK_SECRET: secret }),
    }),

    setCallbackUrl(to: string | undefined): void {
      callbackUrl = to;
    },
    deliveries: deliveries.all,
    /** Delivers an event once more, as "at least once" allows. */
    async redeliver(event: SmartLockEvent, how: OpenOptions = {}): Promise<Delivery | null> {
      const to = how.deliverTo ?? callbackUrl;
      return to === undefined ? null : deliver(event, to, how);
    },
    /** Resolves when the first attempt to tell is over; `delivery` null = nobody was told. */
    async openLock(
      user: SmartLockUser,
      lock: SmartLockLock,
      how: OpenOptions = {},
    ): Promise<{ event: SmartLockEvent; delivery: Delivery | null }> {
      const at = how.occurredAt ?? clock.now();
      if (!how.anyway && !account.can(user.email, lock.name, at)) {
        throw new Error(`${user.email} cannot open ${lock.name} at ${new Date(at).toISOString()}.`);
      }
      const event = account.addEvent(user, lock, at);
      const to = how.lose ? undefined : (how.deliverTo ?? callbackUrl);
      return { event, delivery: to === undefined ? null : await deliver(event, to, how) };
    },

    requests: server.requests,
    sabotage: server.sabotage,
    healAll: server.healAll,
    down: server.down,
    up: server.up,
    async close() {
      deliveries.close();
      await server.close();
    },
  };
}

function spelled(event: unknown, spelling: Spelling): Post {
  const text = JSON.stringify(event);
  switch (spelling) {
    case 'form':
      return {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        text: new URLSearchParams({ event: text }).toString(),
      };
    case 'json':
      return { headers: { 'content-type': 'application/json' }, text: JSON.stringify({ event }) };
    case 'text in json':
      return { headers: { 'content-type': 'application/json' }, text: JSON.stringify({ event: text }) };
  }
}
