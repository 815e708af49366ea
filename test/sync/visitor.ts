// One member who stands before a door, and a Cobot that would spend another pass for every check-in that is asked for.
import type { CobotSwitches } from '../../src/simulators/cobot/switches.ts';
import { counting, createRelayWorld, type RelayOptions } from '../support/relay.ts';

export const BY_TOKEN = 'POST /api/check_ins';
export const BY_MEMBERSHIP = 'POST /api/memberships/:id/work_sessions';
/** Whatever may cost a pass. */
export const SPENDING = /^POST .*(check_ins|work_sessions)$/;
/** What tells the check-ins that a member has. */
export const CURRENT = 'GET /api/memberships/:id/check_ins';

type Options = RelayOptions & { limited?: boolean; passes?: number; switches?: Partial<CobotSwitches> };

/** One member who may come in; a limited one has a pass. */
export async function oneVisitor({ limited = false, passes = 1, switches = {}, ...options }: Options = {}) {
  // A second check-in while one is current would spend another pass: nothing hides it.
  const cobot = { switches: { repeatCheckIn: 'second' as const, ...switches } };
  const world = await createRelayWorld({ ...options, cobot });
  const plan = world.cobot.addPlan({ name: limited ? 'Days' : 'Full', limited });
  const member = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-01' });
  if (limited) for (let index = 0; index < passes; index += 1) world.cobot.addPass(member);
  await world.sweep();
  const [door] = world.doors;
  if (!door) throw new Error('no lock');
  const user = world.userOf(member);
  return {
    world,
    member,
    user,
    door,
    checkIns: () => world.cobot.checkInsOf(member).length,
    spent: () => world.cobot.passesOf(member).filter(({ usedAt }) => usedAt !== null).length,
    spending: counting(world.cobot, SPENDING),
    async open(how: { occurredAt?: number } = {}) {
      const opening = await world.opened(user, door, how);
      await world.settle();
      return opening;
    },
  };
}
