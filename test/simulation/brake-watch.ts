// The brake, seen from the doors: how many persons lose more than half of their time at some lock within an hour, by what
// the relay takes away. Knows nothing of what the relay counts.
import type { Cast, Human } from './cast.ts';
import type { Doors } from './doors.ts';
import type { HouseRules } from './house-rules.ts';
import { Violation } from './violation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function createBrakeWatch(given: {
  now(): number;
  cast: Cast;
  doors: Doors;
  doorList: readonly { id: string; name: string }[];
  after(ms: number, work: () => void): void;
  /** May be a pass that was spent, a person's decision, or somebody whom the operator has barred. */
  isExplained(human: Human, lockId: string): boolean;
  rules(): readonly HouseRules[];
  inTrouble(from: number): boolean;
  fail(violation: Violation): void;
}) {
  const { cast, doors, doorList } = given;
  const covered = new Map<string, { at: number; ms: number }>();
  const judged = new Set<string>();
  const losses: { at: number; human: Human }[] = [];

  function judge(key: string, human: Human, lockId: string, before: number, at: number): void {
    judged.delete(key);
    if (doors.covered(human, lockId, at) >= before / 2 || given.isExplained(human, lockId)) return;
    losses.push({ at, human });
    const lost = new Set(losses.filter((each) => each.at > at - HOUR).map((each) => each.human));
    const people = cast.humans.length;
    const most = Math.max(
      ...given
        .rules()
        .map(({ brake }) =>
          Math.max(
            brake?.members ?? Math.max(1, Math.min(5, Math.floor(people / 2))),
            Math.floor((people * (brake?.percent ?? 10)) / 100),
          ),
        ),
    );
    if (lost.size <= most || given.inTrouble(at - 2 * HOUR)) return;
    given.fail(
      new Violation(
        'the brake holds',
        `${lost.size} persons lost access within an hour, and ${most} is the most that may without a person's leave: ${[...lost].map(({ name }) => name).join(', ')}`,
      ),
    );
  }

  return {
    /** Before the calls of a moment, and after. */
    look(): void {
      const at = given.now();
      for (const human of cast.humans) {
        for (const { id } of doorList) {
          const key = `${human.name}|${id}`;
          const ms = doors.covered(human, id, at);
          const before = covered.get(key);
          // Time that has passed is no loss.
          const due = before ? before.ms - Math.max(0, at - before.at) : 0;
          covered.set(key, { at, ms });
          if (!before || ms >= due - MINUTE || judged.has(key)) continue;
          judged.add(key);
          given.after(3 * MINUTE, () => judge(key, human, id, due, at));
        }
      }
    },
  };
}
