// A world for the conformance suite out of any vendor's simulator: the connector as the service would build it from the
// simulator's environment, pointed at it, and on request the adapters around it as the service would stack them.
import { loadConfig } from '../../src/config.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createLockSystem } from '../../src/locks/catalog.ts';
import type { LockSystem, WebhookRequest } from '../../src/locks/lock-system.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import type { Action } from '../../src/simulators/sabotage.ts';
import { withAdapters } from './adapters.ts';
import type { Failure, LockWorld, Traits, VendorFailure } from './conformance-world.ts';
import { hurryTime } from './hurried-time.ts';
import { openMailbox } from './mailbox.ts';

/** All that the suite has to know of a vendor. */
export type Vendor<S extends LockSimulator = LockSimulator> = {
  start(options: { clock: Clock; secret: string; callbackUrl: string; limits?: 'off' }): Promise<S>;
  /** Whether a request changes something there. */
  isWrite(request: Seen): boolean;
  failures: Record<VendorFailure, Action>;
  traits: Partial<Omit<Traits, 'otherEvents'>>;
  /** Each sends one authentic delivery that is no opening. */
  otherEvents?: ((simulator: S, at: { lockUserId: string; lockId: string; deliverTo: string }) => Promise<Told>)[];
};
type Told = { state: string } | null;

export type WorldOptions = {
  /** Notes and windows as the adapters keep them, where the vendor does not. */
  adapters?: boolean;
  /** The vendor's own limits are kept there; off, unless a test is about them. */
  limits?: 'on';
  /** Settings of the connector beside those that the simulator asks for. */
  env?: Record<string, string>;
  /** How many times as fast the time runs. */
  speed?: number;
};

const usualTraits: Traits = {
  noLock: 'no-lock-of-this-id',
  signatureHasTime: true,
  totals: false,
  openingIds: 'same',
  codes: false,
  rush: null,
  otherEvents: null,
};
const commonFailures: Record<Exclude<Failure, VendorFailure>, Action> = {
  'connection cut': { kind: 'reset' },
  'answer lost': { kind: 'reset', when: 'after' },
  html: { kind: 'answer', status: 200, html: '<!doctype html><title>Welcome to the hotel</title>' },
  truncated: { kind: 'truncate' },
  'cut off': { kind: 'cut' },
  'one unreadable item': {
    kind: 'replace',
    data: (data) => inFirstList(data, ([item, ...rest]) => [spoilt(item), ...rest]),
  },
  'one item fewer than the total': { kind: 'replace', data: (data) => inFirstList(data, (items) => items.slice(1)) },
};
const SPEED = 50;
const secretOf = (text: string) => `whsec_${Buffer.from(text).toString('base64')}`;

export async function simulatedWorld<S extends LockSimulator>(
  vendor: Vendor<S>,
  options: WorldOptions = {},
): Promise<LockWorld> {
  const time = hurryTime(options.speed ?? SPEED);
  const { clock } = time;
  const mailbox = await openMailbox();
  const stop = new AbortController();
  const start = (secret: string) =>
    vendor.start({
      clock: time.simulatorClock,
      secret,
      callbackUrl: mailbox.address(),
      ...(options.limits === 'on' ? {} : { limits: 'off' }),
    });
  const simulator = await start(secretOf('a signing secret of 24 b'));
  const [front, back] = simulator.addLocks('Front door', 'Meeting room');
  if (!front || !back) throw new Error('the simulator made no locks');
  const config = loadConfig({ ...elsewhere, ...simulator.env(), ...options.env });
  if (!config.ok) throw new Error(config.problems.join('\n'));
  const { locks } = config.config;
  const connector: LockSystem = createLockSystem(locks, { clock, signal: stop.signal });
  const { lockSystem, due } = options.adapters
    ? await withAdapters(connector, clock)
    : { lockSystem: connector, due: async () => undefined };
  const failures: Record<Failure, Action> = { ...vendor.failures, ...commonFailures };
  const others: LockSimulator[] = [];

  async function told(deliver: (deliverTo: string) => Promise<Told>) {
    const address = mailbox.address();
    const delivery = await deliver(address);
    if (delivery === null) return null;
    if (delivery.state !== 'delivered') throw new Error(`the webhook did not arrive: ${delivery.state}`);
    return mailbox.take(address);
  }
  async function toldFor(deliver: (deliverTo: string) => Promise<Told>) {
    const request = await told(deliver);
    if (!request) throw new Error('nobody was told');
    return request;
  }

  const otherEvents = (send: NonNullable<typeof vendor.otherEvents>) => async () => {
    const lockUserId = simulator.addPerson({ email: 'olga@example.com' });
    const at = { lockUserId, lockId: front.id };
    const requests: WebhookRequest[] = [];
    for (const each of send) requests.push(await toldFor((deliverTo) => each(simulator, { ...at, deliverTo })));
    return requests;
  };

  return {
    lockSystem,
    isBare: lockSystem === connector,
    simulator,
    clock,
    traits: {
      ...usualTraits,
      ...vendor.traits,
      otherEvents: vendor.otherEvents ? otherEvents(vendor.otherEvents) : null,
    },
    front,
    back,
    secrets: [locks.settings.token, locks.settings.webhookSecret].filter((secret) => secret !== null),
    fail(failure, calls = 'all') {
      const match = calls === 'all' ? /./ : (request: Seen) => vendor.isWrite(request);
      simulator.sabotage(match, failures[failure]);
    },
    heal: () => simulator.healAll(),
    async timeOut(when, work) {
      const asked = Promise.withResolvers<void>();
      const hung = (request: Seen) => {
        if (!vendor.isWrite(request)) return false;
        asked.resolve();
        return true;
      };
      // Never lifted: what was not done by then is not done afterwards either.
      simulator.sabotage(hung, { kind: 'hang', when }, { times: 1 });
      const outcome = work().then(
        () => 'nothing',
        (error: unknown) => error,
      );
      await Promise.race([asked.promise, outcome]);
      await new Promise((resolve) => setImmediate(resolve));
      time.timeOut();
      return outcome;
    },
    async pass(ms) {
      time.pass(ms);
      await due();
    },
    open: (lockUserId, lockId, how) =>
      toldFor((deliverTo) => simulator.openLock(lockUserId, lockId, { ...how, deliverTo })),
    refuse: (lockUserId, lockId) => told((deliverTo) => simulator.refuseAtLock(lockUserId, lockId, { deliverTo })),
    redeliver: () => toldFor((deliverTo) => simulator.redeliverLast({ deliverTo })),
    async forged() {
      const other = await start(secretOf('quite another secret 24b'));
      others.push(other);
      const [lock] = other.addLocks('Front door');
      const lockUserId = other.addPerson({ email: 'eve@example.com' });
      return toldFor((deliverTo) => other.openLock(lockUserId, lock?.id ?? '', { anyway: true, deliverTo }));
    },
    async close() {
      stop.abort();
      await Promise.all([simulator, ...others].map((each) => each.close()));
      mailbox.close();
      time.end();
    },
  };
}

/** What the service needs beside the lock system. */
const elsewhere = {
  COBOT_SUBDOMAIN: 'co-up',
  COBOT_ACCESS_TOKEN: 'the-token-of-the-space',
  WEBHOOK_KEY: 'the-key-of-the-callbacks-1',
};

/** The answer with its first list that holds things changed; as it is where it holds none. */
function inFirstList(data: unknown, change: (items: unknown[]) => unknown[]): unknown {
  const wanted = firstList(data);
  const copied = (value: unknown): unknown => {
    if (value === wanted) return change([...wanted]);
    if (Array.isArray(value)) return value.map(copied);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]));
  };
  return wanted.length === 0 ? data : copied(data);
}

/** The outermost one. */
function firstList(data: unknown): readonly unknown[] {
  const isOfThings = (value: unknown): value is unknown[] =>
    Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null);
  for (let level: unknown[] = [data]; level.length > 0; level = level.flatMap(insideOf)) {
    const found = level.find(isOfThings);
    if (found) return found;
  }
  return [];
}

function insideOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** The thing with nothing in it but what kind of thing it is. */
function spoilt(value: unknown, key = ''): unknown {
  if (/type$|^action$|^success$|^code$/.test(key)) return value;
  if (Array.isArray(value)) return value.map((item) => spoilt(item));
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, spoilt(inner, name)]));
}
