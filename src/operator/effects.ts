// What a plan of changes means for each door: who would gain it, lose it, have it at other times, or be held.
import type { Change, DoorEffect, HeldLine } from './plan-answers.ts';

type Named = { membershipId: string; member: string | null; lockId: string | null; lock: string | null };

const EFFECTS = [
  ['gains', 'grant'],
  ['loses', 'remove'],
  ['moves', 'move'],
] as const;

/** One line for each door and effect; `members` by name, each once. */
export function doorEffects(changes: readonly Change[], held: readonly HeldLine[]): DoorEffect[] {
  const done = EFFECTS.flatMap(([effect, action]) =>
    byDoor(
      effect,
      changes.filter((change) => change.action === action),
    ),
  );
  return [...done, ...byDoor('held', held)];
}

function byDoor(effect: DoorEffect['effect'], lines: readonly Named[]): DoorEffect[] {
  const doors = Map.groupBy(lines, ({ lockId }) => lockId ?? '');
  return [...doors].map(([lockId, own]) => ({
    effect,
    lockId,
    lock: own[0]?.lock ?? lockId,
    members: [...new Map(own.map(({ membershipId, member }) => [membershipId, member ?? membershipId])).values()].sort(
      (one, other) => one.localeCompare(other),
    ),
  }));
}
