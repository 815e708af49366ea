// What a person may lose without it being a loss in the sense of the brake: a pass that was spent, what a person approved or
// has before them, and everything of somebody whom the operator has barred.
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { Human } from './cast.ts';
import type { Disk } from './disk.ts';
import type { History } from './history.ts';
import type { Watch } from './watch.ts';

const THREE_DAYS = 72 * 3_600_000;

export function isExplained(
  human: Human,
  lockId: string,
  {
    cobot,
    watch,
    history,
    disk,
    now,
  }: { cobot: CobotSimulator; watch: Watch; history: History; disk: Disk; now: number },
): boolean {
  const members = human.memberIds.flatMap((id) => cobot.members.get(id) ?? []);
  const teams = new Set(members.flatMap(({ teamId }) => teamId ?? []));
  const mates = [...cobot.members.values()].filter(({ teamId }) => teamId !== null && teams.has(teamId));
  const hasSpent = [...members, ...mates].some((member) =>
    cobot.checkInsOf(member).some(({ passId, from }) => passId !== null && from > now - THREE_DAYS),
  );
  const isBlocked = history
    .rules(watch.inForce())
    .some(({ blocked }) => blocked.some((email) => human.emails.includes(email)));
  const wasApproved = disk.rows(`select at from audit where action = 'hold approved'`).length > 0;
  return hasSpent || isBlocked || wasApproved || watch.heldBack(human, lockId) !== undefined;
}
