// A Cobot at a fixed moment, without limits unless they are asked for: Monday, 09:00 in Berlin.
import { seededRandom } from '../../src/simulators/chance.ts';
import { type CobotOptions, type CobotSimulator, startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import { caller } from './calls.ts';
import { createVirtualClock } from './virtual-clock.ts';

export type OpenCobot = Awaited<ReturnType<typeof openCobot>>;

export async function openCobot(options: Partial<CobotOptions> = {}) {
  const clock = createVirtualClock('2026-11-30T08:00:00Z');
  const cobot = await startCobotSimulator({ clock, random: seededRandom(7), limits: 'off', ...options });
  return { clock, cobot, call: caller(cobot.url, { authorization: `Bearer ${cobot.token}` }) };
}

/** One member with an unlimited plan, one with a limited plan. */
export function addMembers(cobot: CobotSimulator) {
  const unlimited = cobot.addPlan({ name: 'Full Time' });
  const limited = cobot.addPlan({ name: 'Ten Days', limited: true });
  const ada = cobot.addMember({ name: 'Ada', plan: unlimited });
  const ben = cobot.addMember({ name: 'Ben', plan: limited });
  return { unlimited, limited, ada, ben };
}
