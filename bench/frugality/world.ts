// A space, its locks and the relay in one process, on one virtual clock, under Cobot's documented limits: what is counted
// here is calls and the time that they take where a minute has sixty of them. Nothing waits in real time.
import { createInProcess } from '../../src/simulators/carrier.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Member, Plan } from '../../src/simulators/cobot/space.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { createMachine } from '../../test/simulation/machine.ts';
import { KEY, subscribe } from '../../test/simulation/set-up.ts';
import { createWorldClock } from '../../test/simulation/world-clock.ts';
import { POLICY } from '../subjects/policy.ts';

/** A Monday, 04:30 in Berlin: a Cobot day has just begun. */
const START = Date.parse('2026-11-30T03:30:00Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export type SpaceWorld = Awaited<ReturnType<typeof openSpaceWorld>>;

export async function openSpaceWorld() {
  const clock = createWorldClock(START);
  const network = createInProcess();
  const cobot = await startCobotSimulator({
    clock,
    inProcess: network,
    random: seededRandom(1),
    zone: 'Europe/Berlin',
    switches: { repeatCheckIn: 'second' },
  });
  const locks = await startSmartLockSimulator({ clock, inProcess: network, random: seededRandom(2) });
  const [door] = locks.addLocks('Front door');
  if (!door) throw new Error('There is no door.');
  const plans = {
    full: cobot.addPlan({ name: 'Full Time' }),
    part: cobot.addPlan({ name: 'Part Time' }),
    day: cobot.addPlan({ name: 'Day Pass', limited: true }),
  };
  const machine = await createMachine({
    clock,
    random: seededRandom(3),
    network,
    env: {
      WEBHOOK_KEY: KEY,
      ...cobot.env(),
      ...locks.env(),
      PUBLIC_URL: 'https://relay.invalid',
      ACCESS_POLICY: '/etc/access.yaml',
    },
    rules: POLICY,
    trace: { line: () => undefined, latest: () => [], fingerprint: () => '', lines: 0 },
    leaves: () => undefined,
    answered: () => clock.stir(),
    recovered: async () => undefined,
    loggedSweep: () => undefined,
    died: () => undefined,
    jobDied(code) {
      throw new Error(`A job is dead: ${code}`);
    },
    acknowledges: () => undefined,
  });
  network.serve('relay.invalid', machine.receive);
  locks.setCallbackUrl(`https://relay.invalid/lock_open?key=${KEY}`);
  await subscribe(network, cobot);

  return {
    clock,
    cobot,
    locks,
    door,
    plans,
    network,
    start: () => machine.begin(),

    addMembers: (count: number, plan: Plan, { confirmed = true } = {}): Member[] =>
      Array.from({ length: count }, () => cobot.addMember({ name: `Member ${cobot.members.size}`, plan, confirmed })),
    /** As after months of service: nothing is left to do. */
    giveEverything(members: readonly Member[]): void {
      for (const { id, email, name } of members) {
        const user = locks.addUser({ email: email ?? '', name, externalId: `relay:co-up:${id}` });
        locks.addAccess({ user, lock: door, note: `relay:co-up ${id} as before` });
        cobot.tokens.set(user.id, id);
      }
    },
    /** Time goes on until it is so, at most so long; returns how long it took, or null. */
    async untilSo(isSo: () => boolean, most: number, step = SECOND): Promise<number | null> {
      const from = clock.now();
      while (!isSo()) {
        if (clock.now() - from >= most) return null;
        await clock.until(clock.now() + step);
      }
      return clock.now() - from;
    },
    isOpenFor: (members: readonly Member[]) => {
      if (locks.access.size < members.length) return false;
      const users = new Map(locks.users.values().map((user) => [user.email, user.id]));
      const holders = new Set(locks.access.values().map(({ userId }) => userId));
      return members.every(({ email }) => holders.has(users.get(email ?? '') ?? ''));
    },
    isLinked: (members: readonly Member[]) => {
      if (cobot.tokens.size < members.length) return false;
      const holders = new Set(cobot.tokens.values());
      return members.every(({ id }) => holders.has(id));
    },
  };
}

/** Calls from now on; `refused`: those that were answered 429. */
export function countFromNow({
  cobot,
}: SpaceWorld): () => { calls: number; refused: number; byEndpoint: Record<string, number> } {
  const from = cobot.requests.length;
  return () => {
    const since: Seen[] = cobot.requests.slice(from);
    const groups = Map.groupBy(since, ({ endpoint }) => endpoint);
    return {
      calls: since.length,
      refused: since.filter(({ status }) => status === 429).length,
      byEndpoint: Object.fromEntries([...groups].map(([endpoint, { length }]) => [endpoint, length])),
    };
  };
}
