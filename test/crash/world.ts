// A space, its locks and the relay in processes of their own, under load: what every crash run is played in. The other
// sides answer late, after they have done what they were asked, so that a kill often falls between a call and its commit.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { daytimeZone, localDay } from '../../src/cli/demo/daytime.ts';
import { createRelayProcess, freePort, type RelayProcess } from '../../src/cli/demo/relay-process.ts';
import { buildStage, type Stage } from '../../src/cli/demo/stage.ts';
import { until } from '../../src/cli/demo/until.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Random, seededRandom } from '../../src/simulators/chance.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import { type SmartLockSimulator, startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { secretsIn } from '../support/secrets.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { DOORS, offerPlans, type Planned, POLICY, planEvents } from './script.ts';
import { createSender, type Sender } from './sender.ts';

export type World = Stage<SmartLockSimulator> &
  Sender & {
    random: Random;
    /** The relay's processes; the first one is `relay`. */
    relays: readonly RelayProcess[];
    /** Makes a folder that goes with the world. */
    folder(name: string): string;
    /** The next events of the script. */
    take(count: number): Planned[];
    /** Calls that have reached the other sides and are not answered; `writes`: those that changed something there. */
    inFlight(): { calls: number; writes: number };
    /** Resolves when so many more calls have changed something and none of them is answered; false: not within `ms`. */
    afterWrites(count: number, ms: number, path?: RegExp): Promise<boolean>;
    /** The same for calls that only ask. */
    afterReads(count: number, ms: number, path: RegExp): Promise<boolean>;
    /** Starts the relay, and once everybody has their doors the other sides become slow. */
    begin(): Promise<void>;
    /** Lists that would tell what a lost webhook did not are not to be had. */
    hideLists(): void;
    showLists(): void;
    /** Resolves when nothing waits or runs any more but what needs the lists that are hidden; throws after `ms` (five minutes). */
    calm(ms?: number): Promise<void>;
    /** Lines of the logs that hold a secret; none, unless something is wrong. */
    leaks(): string[];
  };

export type WorldOptions = {
  seed: number;
  /** Events in the script. */
  events: number;
  /** How many processes; more than one need a database that they can share, and get a balancer before them. */
  processes?: number;
  env?: Readonly<Record<string, string>>;
  cobotLimits?: 'off' | Record<string, never>;
};

const SOME_LATE = { kind: 'delay', ms: 120, when: 'after' } as const;
const ALL_LATE = { kind: 'delay', ms: 25, when: 'after' } as const;
const SHARE_OF_LATE = 0.3;
const LOOK_EVERY = 50;
/** A check-in whose answer never came waits half a minute, and Cobot's budget may be used up for a minute. */
const CALM_MS = 300_000;

export async function buildWorld(options: WorldOptions): Promise<World> {
  const { seed, events, processes = 1, env, cobotLimits = 'off' } = options;
  const random = seededRandom(seed);
  const clock = systemClock;
  const balancerPort = processes > 1 ? await freePort() : null;
  const target = balancerPort === null ? null : `http://127.0.0.1:${balancerPort}`;
  const folder = mkdtempSync(join(tmpdir(), 'relay-crash-'));
  const policyFile = join(folder, 'access.yaml');
  writeFileSync(policyFile, POLICY);
  const zone = daytimeZone(clock.now());
  const stage = await buildStage({
    clock,
    folder,
    // A second check-in would spend a second pass, and nobody sends a webhook twice.
    cobot: { zone, limits: cobotLimits, switches: { repeatCheckIn: 'second' } },
    startLocks: (given) => startSmartLockSimulator({ ...given, limits: 'off', webhooks: { retryMs: [] } }),
    env: { ACCESS_POLICY: policyFile, ...(target === null ? {} : { PUBLIC_URL: target }), ...env },
  });
  const { cobot, locks, relay } = stage;
  locks.addLocks(DOORS.front, DOORS.studio);
  const plans = offerPlans(cobot);
  const script = planEvents(events, { cobot, locks, plans, random });
  const relays = [relay, ...(await others(folder, processes - 1, stage.env))];
  const sender = createSender({
    ...{ cobot, locks, plans, random, key: stage.webhookKey },
    target: target ?? relay.url,
    yesterday: localDay(clock.now(), zone, -1),
  });

  let told: ((request: Seen) => void)[] = [];
  const watch = (request: Seen) => {
    // After the deed, which follows at once.
    for (const tell of told) setImmediate(tell, request);
    return false;
  };
  let balancer: Balancer | undefined;
  let isHidden = false;
  let isSlow = false;
  for (const side of [cobot, locks]) {
    side.sabotage(watch, ALL_LATE);
    side.sabotage((request) => isHidden && isList(request), { kind: 'answer', status: 503 });
    side.sabotage(() => isSlow && random() < SHARE_OF_LATE, SOME_LATE);
    side.sabotage(() => isSlow, ALL_LATE);
  }
  let taken = 0;

  async function waiting(): Promise<string[]> {
    const asked = relays.find((each) => each.isRunning());
    const operator = await asked?.operator();
    if (!operator) throw new Error('No relay answers over its socket.');
    const { jobs } = await operator.jobs({});
    return jobs
      .filter(({ name, state }) => state !== 'dead' && name !== 'boundary')
      .filter(({ name }) => !(isHidden && (name === 'sweep' || name === 'catch-up')))
      .map(({ name, key, state, runAt, lastError }) => `${name} ${key} ${state} ${runAt} ${lastError ?? ''}`);
  }

  async function afterCalls(count: number, ms: number, isOne: (request: Seen) => boolean): Promise<boolean> {
    let left = count;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const tell = (request: Seen) => {
      if (isOne(request)) left -= 1;
      if (left === 0) resolve(true);
    };
    told.push(tell);
    const patience = setTimeout(() => resolve(false), ms);
    const hasCome = await promise;
    clearTimeout(patience);
    told = told.filter((each) => each !== tell);
    return hasCome;
  }

  async function calm(ms = CALM_MS): Promise<void> {
    const end = Date.now() + ms;
    for (let quiet = 0; quiet < 3; ) {
      const busy = await waiting();
      quiet = busy.length === 0 ? quiet + 1 : 0;
      if (busy.length > 0 && Date.now() > end) throw new Error(`Jobs still wait or run:\n${busy.join('\n')}`);
      await sleep(LOOK_EVERY);
    }
  }

  return {
    ...stage,
    ...sender,
    random,
    relays,
    folder: (name) => {
      const own = join(folder, name);
      mkdirSync(own, { recursive: true });
      return own;
    },
    take(count) {
      taken += count;
      return script.slice(taken - count, taken);
    },
    inFlight() {
      const open = [...cobot.requests, ...locks.requests].filter(isUnanswered);
      return { calls: open.length, writes: open.filter(({ method }) => method !== 'GET').length };
    },
    afterWrites: (count, ms, path = /./) =>
      afterCalls(count, ms, (seen) => seen.method !== 'GET' && path.test(seen.path)),
    afterReads: (count, ms, path) => afterCalls(count, ms, (seen) => seen.method === 'GET' && path.test(seen.path)),
    hideLists() {
      isHidden = true;
    },
    showLists() {
      isHidden = false;
    },
    calm,
    async begin() {
      await Promise.all(relays.map((each) => each.start()));
      if (balancerPort !== null) balancer = await startBalancer(balancerPort, relays);
      const members = script.filter(({ kind }) => kind !== 'confirmation').map(({ member }) => member.email ?? '');
      await until(
        () => members.filter((email) => locks.opens(email).length === 0),
        (waiting) => waiting.length === 0,
        { clock, ms: CALM_MS },
      );
      await calm();
      isSlow = true;
    },
    leaks: () => [...relays.map((each) => each.log()), balancer?.log() ?? ''].flatMap((log) => secretsIn(log, stage)),
    async close() {
      await balancer?.close();
      for (const each of relays) await each.close();
      await stage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function others(folder: string, count: number, env: Stage['env']): Promise<RelayProcess[]> {
  const made: RelayProcess[] = [];
  for (let index = 2; index < count + 2; index += 1) {
    const own = join(folder, `relay-${index}`);
    mkdirSync(own);
    made.push(await createRelayProcess(own, env, systemClock));
  }
  return made;
}

/** What a sweep or catching up begins with. */
function isList({ method, path }: Seen): boolean {
  return method === 'GET' && (path === '/api/memberships' || path === '/events');
}

const FRESH_MS = 2_000;

/** One that was cut off by a kill stays without an answer for ever. */
function isUnanswered({ status, at, sabotage }: Seen): boolean {
  return status === null && sabotage === 'delay' && Date.now() - at < FRESH_MS;
}
