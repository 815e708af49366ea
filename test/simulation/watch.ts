// Safety, looked at with every step: after every call that may have changed something at the lock system, and every now
// and then. Asks the oracle, never the relay; but for what it holds back for a person, which it has to have written down.
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import type { Cast, Human } from './cast.ts';
import type { Disk } from './disk.ts';
import type { Doors } from './doors.ts';
import { type History, IN_GOOD_TIMES } from './history.ts';
import type { HouseRules } from './house-rules.ts';
import { mayOpen, type Space, type Truth } from './oracle.ts';
import { Violation } from './violation.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Everybody is registered, and given what is due, by the first sweep. */
const AT_THE_START = 60 * MINUTE;
const CALM_FOR = 25 * MINUTE;

export type Watched = {
  now(): number;
  skew(): number;
  cast: Cast;
  locks: LockSimulator;
  doors: Doors;
  doorList: readonly { id: string; name: string }[];
  history: History;
  disk: Disk;
  space: Space;
  /** Somebody has more than the facts give, and why that may be. */
  excused(words: string): void;
};

/** After a call, or every now and then: what is late is not looked for after every call. */
export type Look = 'after a call' | 'at leisure';

export type Watch = ReturnType<typeof createWatch>;

export function createWatch(watched: Watched) {
  const { cast, locks, doors, doorList, history, disk, space } = watched;
  const open = new Map<string, boolean>();
  const begun = watched.now();

  /** The text of the policy that the relay says is in force. */
  function inForce(): string | null {
    const row = disk.rows(`select value from settings where key = 'policy'`)[0];
    return row ? (JSON.parse(String(row['value'])).text ?? null) : null;
  }

  const ask = (
    human: Human,
    lock: string,
    at: number,
    truth: Truth,
    rules: HouseRules,
    how: 'leave' | 'insist' | 'hurry',
  ) =>
    mayOpen(
      {
        truth,
        rules,
        memberIds: human.memberIds,
        email: doors.usersOf(human)[0]?.email ?? human.emails.at(-1) ?? '',
        lock,
        at,
        decided: how === 'leave' ? Math.min(at, history.lastGoodSweep()) : at,
        refused: how === 'leave' ? [] : history.refused,
        renewed: how === 'leave',
        mates: how === 'leave' ? 'also who left' : how === 'insist' ? 'who is there' : 'nobody',
      },
      space,
    );

  /** Around a wrong clock, the second on which something ends, and what a timer takes where there are no windows. */
  function moments(how: 'leave' | 'insist'): number[] {
    const now = watched.now();
    const skew = Math.abs(watched.skew());
    const near = skew > 0 || history.inTrouble(now - MINUTE) ? 92 * SECOND : 2 * SECOND;
    if (how === 'insist') return [now - near, now, now + near];
    if (locks.keepsWindows) return [now, now - near, now + (near > 2 * SECOND ? near : 0)];
    const late = history.inTrouble(now - 5 * MINUTE) ? history.since() : now - MINUTE;
    const all = [now, now - near, now + (near > 2 * SECOND ? near : 0)];
    for (let at = now - MINUTE; at >= late; at -= Math.max(5 * MINUTE, (now - late) / 40)) all.push(at);
    return [...all, late];
  }

  /** Is there anything, now or as the relay last had a good look, by which somebody may open that lock? */
  function reason(human: Human, lock: string): string | null {
    for (const rules of history.rules(inForce())) {
      for (const truth of history.truths()) {
        for (const at of moments('leave')) {
          const given = ask(human, lock, at, truth, rules, 'leave');
          if (given !== null) return given;
        }
      }
    }
    return null;
  }

  /** Was there any moment, since the relay last had a good look, at which somebody might not? */
  function doubt(human: Human, lock: string, how: 'insist' | 'hurry'): boolean {
    return history
      .rules(inForce())
      .some((rules) =>
        history
          .truths()
          .some((truth) => moments('insist').some((at) => ask(human, lock, at, truth, rules, how) === null)),
      );
  }

  /** Held for a person, or kept by one: by the relay's own list, with a reason. */
  function heldBack(human: Human, lockId: string): string | undefined {
    const ids = doors.usersOf(human).map(({ id }) => id);
    const row = disk
      .rows('select lock_user_id, lock_id, reason, decision from hold_lines')
      .find((line) => ids.includes(String(line['lock_user_id'])) && line['lock_id'] === lockId);
    if (!row || String(row['reason']) === '') return undefined;
    if (row['decision'] === 'approved' && !isOpenApproval(row)) return undefined;
    return `${row['decision'] ?? 'held'}: ${row['reason']}`;
  }

  /** What a person has approved is carried out at once, or else, if something goes wrong then, by the next sweep. */
  function isOpenApproval(line: Record<string, unknown>): boolean {
    const approved = disk
      .rows(`select lock_user_id, lock_id, at from audit where action = 'hold approved'`)
      .filter((row) => row['lock_user_id'] === line['lock_user_id'] && row['lock_id'] === line['lock_id']);
    const at = Math.max(...approved.map((row) => Number(row['at'])));
    if (watched.now() < at + 10 * MINUTE) return true;
    return history.inTrouble(at - 2 * MINUTE) && history.lastGoodSweep() <= at;
  }

  /** The facts no longer hold it: it is taken back in the next moment. */
  function wasHeldBack(human: Human, lockId: string): string | undefined {
    const ids = doors.usersOf(human).map(({ id }) => id);
    const isOver = disk
      .rows(`select lock_user_id, lock_id, at from audit where action = 'hold dissolved'`)
      .some(
        (row) =>
          ids.includes(String(row['lock_user_id'])) &&
          row['lock_id'] === lockId &&
          Number(row['at']) > watched.now() - 2 * MINUTE - Math.abs(watched.skew()),
      );
    return isOver ? 'held until a moment ago' : undefined;
  }

  /** Nothing has gone wrong for so long that whatever was told by now had to take effect. */
  function isLate(human: Human): boolean {
    const at = watched.now();
    // Where the list lacks them on that day, as it may, they are believed to be gone, and nobody asks again.
    const today = space.days.at(at).date;
    if (human.memberIds.some((id) => history.latest().members.get(id)?.canceledTo === today)) return false;
    return at > begun + AT_THE_START && !history.inTrouble(at - CALM_FOR);
  }

  function lookAt(human: Human, { id, name }: { id: string; name: string }, how: Look): void {
    const key = `${human.name}|${id}`;
    const isOpen = doors.isOpen(human, id, watched.now(), 'the relay’s');
    const was = open.get(key) ?? false;
    open.set(key, isOpen);
    if (isOpen && reason(human, name) === null) {
      const held = heldBack(human, id) ?? wasHeldBack(human, id);
      if (held === undefined) {
        throw new Violation(
          'nobody opens what the facts do not give',
          `${human.name} (${human.emails.at(-1)}) can open ${name}, and neither what is true now nor what was at the last good read (of ${new Date(history.since()).toISOString()}) gives it: ${JSON.stringify(doors.grantsOf(human, 'the relay’s').filter((grant) => grant.lockId === id))}`,
        );
      }
      watched.excused(`${human.name} at ${name}: ${held}`);
    }
    if (isOpen || doors.isOpen(human, id, watched.now())) return;
    if (!(was || (how === 'at leisure' && isLate(human))) || doubt(human, name, was ? 'insist' : 'hurry')) return;
    const who = `${human.name} (${human.emails.at(-1)})`;
    if (was) {
      throw new Violation(
        'an unknown never removes',
        `${who} was shut out of ${name}, which everything that was true since the last good read gives`,
      );
    }
    throw new Violation(
      'what was told takes effect within minutes',
      `${who} cannot open ${name}, which everything that was true for ${IN_GOOD_TIMES / MINUTE} minutes gives, and nothing has gone wrong for long`,
    );
  }

  return {
    inForce,
    ask,
    heldBack,
    look(how: Look): void {
      const touched = doors.touched();
      if (touched.length > 0) throw new Violation('nobody else’s access is touched', touched.join('; '));
      for (const human of cast.humans) for (const door of doorList) lookAt(human, door, how);
    },
  };
}
