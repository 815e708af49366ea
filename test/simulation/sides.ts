// Both sides that the relay stands between, as they are before the first day.
import type { InProcess } from '../../src/simulators/carrier.ts';
import type { Random } from '../../src/simulators/chance.ts';
import { startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { startUnifiSimulator } from '../../src/simulators/unifi/unifi.ts';
import type { Script } from './script.ts';
import { switchesOf } from './set-up.ts';
import { LOCKS, PLANS, ROOMS } from './some.ts';
import type { WorldClock } from './world-clock.ts';

const MINUTE = 60_000;

export async function startSides(
  script: Script,
  given: { clock: WorldClock; network: InProcess; zone: string; stream(number: number): Random },
) {
  const { clock, network: inProcess, zone, stream } = given;
  const cobot = await startCobotSimulator({
    clock,
    inProcess,
    random: stream(1),
    zone,
    limits: script.limits ? {} : 'off',
    switches: switchesOf(script),
  });
  const locks: LockSimulator =
    script.system === 'unifi'
      ? await startUnifiSimulator({
          clock,
          inProcess,
          random: stream(2),
          webhooks: { retryMs: [MINUTE, 10 * MINUTE] },
          switches: script.switches.sameEmail === 1 ? { sameEmail: 'allowed' } : {},
        })
      : await startSmartLockSimulator({ clock, inProcess, random: stream(2) });
  const plans = [
    cobot.addPlan({ name: PLANS[0] }),
    cobot.addPlan({ name: PLANS[1] }),
    cobot.addPlan({ name: PLANS[2], limited: true }),
    cobot.addPlan({ name: PLANS[3], passes: [{ per: 'week', included: 1 }] }),
    cobot.addPlan({ name: PLANS[4] }),
  ];
  return {
    cobot,
    locks,
    plans,
    rooms: ROOMS.map((name) => cobot.addResource(name)),
    doorList: locks.addLocks(...LOCKS),
  };
}
