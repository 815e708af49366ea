// A SmartLock to run the demo and the tests against: the calls of smartlock-api.yaml and the webhook that says who
// opened a lock, in the three spellings of Cobot's guide, signed where there is a secret.
import { Webhook } from 'standardwebhooks';
import type { CurrentGrant, LockUser } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import type { InProcess } from '../carrier.ts';
import { cryptoRandom, hexId, type Random } from '../chance.ts';
import { createDeliveries, type Delivery, type Post } from '../deliveries.ts';
import type { LockSimulator, OpenHow } from '../lock-simulator.ts';
import { startServer } from '../server.ts';
import {
  createSmartLockAccount,
  type SmartLockAccess,
  type SmartLockAccount,
  type SmartLockEvent,
  type SmartLockLock,
  type SmartLockUser,
} from './account.ts';
import { eventView, notFound, refusal, type SmartLockSwitches, smartLockRoutes } from './routes.ts';

export type SmartLockOptions = {
  clock: Clock;
  random?: Random;
  port?: number;
  inProcess?: InProcess;
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

type OpenOptions = OpenHow & {
  spelling?: Spelling;
  /** Only `user.id`, which is all that the guide promises. */
  bare?: boolean;
};

type Opened = { event: SmartLockEvent; delivery: Delivery | null };

export type SmartLockSimulator = LockSimulator &
  SmartLockAccount & {
    token: string;
    switches: SmartLockSwitches;
    /** Resolves when the first attempt to tell is over; `delivery` null = nobody was told. */
    openLock(user: SmartLockUser, lock: SmartLockLock, how?: OpenOptions): Promise<Opened>;
    /** Delivers an event once more, as "at least once" allows. */
    redeliver(event: SmartLockEvent, how?: OpenOptions): Promise<Delivery | null>;
  };

const HOUR = 60 * 60_000;
/** Eight retries within 24 hours; the yaml tells the sums only. */
const usualRetryMs = [0.01, 0.05, 0.25, 0.69, 2, 4, 7, 10].map((hours) => hours * HOUR);
const usualLimits = { windowMs: 60_000, perToken: 600 };

export async function startSmartLockSimulator(options: SmartLockOptions): Promise<SmartLockSimulator> {
  const { clock, random = cryptoRandom, secret, inProcess } = options;
  const token = options.token ?? hexId(random, 40);
  const switches: SmartLockSwitches = { fractions: '422', longNotes: '422', ...options.switches };
  const limits = options.limits === 'off' ? null : { ...usualLimits, ...options.limits };
  const { retryMs = usualRetryMs, scale = 1, timeoutMs = 10_000 } = options.webhooks ?? {};
  const signer = secret === undefined ? null : new Webhook(secret);
  let callbackUrl = options.callbackUrl;
  let lastTold: SmartLockEvent | undefined;

  const account = createSmartLockAccount({ clock, random });
  const deliveries = createDeliveries({ clock, retryMs: retryMs.map((ms) => ms * scale), timeoutMs, inProcess });
  const server = await startServer({
    clock,
    random,
    ...(inProcess ? { inProcess } : {}),
    limit: limits && { windowMs: limits.windowMs, of: () => ({ bucket: token, most: limits.perToken }) },
    sites: [
      {
        host: 'api.smartlock.invalid',
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

  async function tellOf(event: SmartLockEvent, how: OpenOptions): Promise<Delivery | null> {
    const to = how.lose ? undefined : (how.deliverTo ?? callbackUrl);
    if (to === undefined) return null;
    lastTold = event;
    return deliver(event, to, how);
  }

  async function open(user: SmartLockUser, lock: SmartLockLock, how: OpenOptions): Promise<Opened> {
    const at = how.occurredAt ?? clock.now();
    if (!how.anyway && !account.can(user.email, lock.name, at)) {
      throw new Error(`${user.email} cannot open ${lock.name} at ${new Date(at).toISOString()}.`);
    }
    const event = account.addEvent(user, lock, at);
    return { event, delivery: await tellOf(event, how) };
  }

  function openLock(lockUserId: string, lockId: string, how?: OpenHow): Promise<Delivery | null>;
  function openLock(user: SmartLockUser, lock: SmartLockLock, how?: OpenOptions): Promise<Opened>;
  async function openLock(
    user: SmartLockUser | string,
    lock: SmartLockLock | string,
    how: OpenOptions = {},
  ): Promise<Opened | Delivery | null> {
    if (typeof user !== 'string' && typeof lock !== 'string') return open(user, lock, how);
    const [userId, lockId] = [typeof user === 'string' ? user : user.id, typeof lock === 'string' ? lock : lock.id];
    const { delivery } = await open(there(account.users, userId), there(account.locks, lockId), how);
    return delivery;
  }

  return {
    ...account,
    name: 'SmartLock',
    keepsWindows: true,
    url,
    token,
    switches,
    env: () => ({
      LOCK_SYSTEM: 'smartlock',
      SMARTLOCK_URL: url,
      SMARTLOCK_API_TOKEN: token,
      ...(secret === undefined ? {} : { SMARTLOCK_WEBHOOK_SECRET: secret }),
    }),

    addPerson: ({ email, name, mark }) => account.addUser({ email, name: name ?? null, externalId: mark ?? null }).id,
    addByHand({ lockUserId, lockId, note, until }) {
      const [user, lock] = [there(account.users, lockUserId), there(account.locks, lockId)];
      return account.addAccess({ user, lock, note: note ?? null, until: until ?? null }).id;
    },
    removeByHand: (grantId) => void account.access.delete(there(account.access, grantId).id),
    removePerson: (lockUserId) => account.removeUser(there(account.users, lockUserId)),
    people: () => account.users.values().map(asPerson).toArray(),
    grants: () => account.access.values().map(asGrant).toArray(),

    setCallbackUrl(to) {
      callbackUrl = to;
    },
    deliveries: deliveries.all,
    openLock,
    /** SmartLock tells of no refusals. */
    refuseAtLock: async () => null,
    redeliver: (event, how = {}) => tellOf(event, how),
    async redeliverLast(how = {}) {
      if (!lastTold) throw new Error('Nothing was delivered yet.');
      return tellOf(lastTold, how);
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

function there<T>(things: ReadonlyMap<string, T>, id: string): T {
  const thing = things.get(id);
  if (thing === undefined) throw new Error(`There is no "${id}".`);
  return thing;
}

function asPerson({ id, email, name, externalId }: SmartLockUser): LockUser {
  return { id, email, name, externalId };
}

function asGrant({ id, userId, lockId, from, until, note }: SmartLockAccess): CurrentGrant {
  return { id, lockUserId: userId, lockId, from, until, note };
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
