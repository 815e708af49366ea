// What happens in the space during a crash run: one event each about a member of its own, so that whoever looks at that
// member afterwards sees whether the event has had its effect. From a seed, the same events in the same order.
import type { Random } from '../../src/simulators/chance.ts';
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Member, Plan } from '../../src/simulators/cobot/space.ts';
import type { SmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';

const KINDS = ['confirmation', 'cancellation', 'plan change', 'opening'] as const;
type Kind = (typeof KINDS)[number];

/** Not sent yet. `member`: nobody else's event. */
export type Planned = { kind: Kind; member: Member };

export const DOORS = { front: 'Front door', studio: 'Studio' } as const;

/** Nothing is held: what is looked at here is whether events are lost, not how many may lose access at once. */
export const POLICY = `version: 1
brake: { members: 100000, percent: 100, at_most: 100000 }
rules:
  - name: Front door for everybody
    locks: [${DOORS.front}]
    members: all
  - name: Studio for full time
    locks: [${DOORS.studio}]
    plans: [Full Time]
`;

export type Plans = { fullTime: Plan; partTime: Plan; dayPass: Plan };

export function offerPlans(cobot: CobotSimulator): Plans {
  return {
    fullTime: cobot.addPlan({ name: 'Full Time' }),
    partTime: cobot.addPlan({ name: 'Part Time' }),
    dayPass: cobot.addPlan({ name: 'Day Pass', limited: true }),
  };
}

/**
 * `count` events, and the members whom they will be about. Members of before are known to the lock system and to Cobot
 * already, by the relay's marks, as after months of service.
 */
export function planEvents(
  count: number,
  { cobot, locks, plans, random }: { cobot: CobotSimulator; locks: SmartLockSimulator; plans: Plans; random: Random },
): Planned[] {
  return Array.from({ length: count }, (_, index): Planned => {
    const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'opening';
    const name = `Member ${index}`;
    if (kind === 'confirmation') {
      return { kind, member: cobot.addMember({ name, plan: plans.fullTime, confirmed: false }) };
    }
    const plan = kind === 'opening' ? plans.dayPass : random() < 0.5 ? plans.fullTime : plans.partTime;
    const member = cobot.addMember({ name, plan });
    if (kind === 'opening') for (const _ of [1, 2]) cobot.addPass(member);
    const user = locks.addUser({ email: member.email ?? '', name, externalId: `relay:co-up:${member.id}` });
    cobot.tokens.set(user.id, member.id);
    return { kind, member };
  });
}
