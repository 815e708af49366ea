// What is held stays until a person approves it, and what a person has rejected stays until something about the person it
// is about changes on Cobot. Watches lines of the relay's list from when they are seen, and goes by the doors from then on:
// it makes no difference whether the relay still has the line.
import type { Instant } from '../../src/access/model.ts';
import type { Cast, Human } from './cast.ts';
import type { Disk } from './disk.ts';
import type { Doors } from './doors.ts';
import { covers } from './doors.ts';
import type { History } from './history.ts';
import type { LocalDays } from './local-days.ts';
import { lineKey, type Operator } from './operator.ts';
import type { Truth } from './oracle.ts';
import { Violation } from './violation.ts';
import type { Watch } from './watch.ts';

const MINUTE = 60_000;
const HALF_AN_HOUR = 30 * MINUTE;
/** Losses are counted over so long. */
const REACH = 72 * 60 * MINUTE;
/** Clocks are wrong by less. */
const MARGIN = 3 * MINUTE;

type Standing = { human: Human; state: 'held' | 'rejected'; facts: string; inForce: string | null; until: Instant };

export function createHoldsWatch(given: {
  now(): number;
  cast: Cast;
  doors: Doors;
  doorList: readonly { id: string; name: string }[];
  keepsWindows: boolean;
  history: History;
  watch: Watch;
  operator: Operator;
  disk: Disk;
  days: LocalDays;
  happened(what: string): void;
}) {
  const { now, cast, doors, doorList, history, watch, operator, disk, days } = given;
  const standing = new Map<string, Standing>();

  function begin(lockUserId: string, lockId: string, state: Standing['state']): Standing | undefined {
    const human = cast.humans.find((each) => doors.usersOf(each).some(({ id }) => id === lockUserId));
    const [rules, ...more] = history.rules(watch.inForce());
    const lock = doorList.find(({ id }) => id === lockId);
    if (!human || !rules || !lock || more.length > 0 || !doors.isOpen(human, lockId, now(), 'the relay’s')) return;
    const at = now();
    const facts = factsOf(human, history.latest(), at, days);
    // What the relay may not have heard of yet may still change its mind.
    const moments = [at, history.lastGoodSweep()];
    const isNew = moments.some((moment) =>
      history.truths().some((truth) => factsOf(human, truth, moment, days) !== facts),
    );
    if (isNew) return;
    // Of what is lost in part, less than half may be left to lose some hours later.
    for (let ahead = 0; ahead <= REACH; ahead += HALF_AN_HOUR)
      if (watch.ask(human, lock.name, at + ahead, history.latest(), rules, 'leave') !== null) return;
    given.happened(`a ${state} line is watched`);
    return { human, state, facts, inForce: watch.inForce(), until: untilOf(human, lockUserId, lockId) };
  }

  /** When what is open now shuts by itself. */
  function untilOf(human: Human, lockUserId: string, lockId: string): Instant {
    const windows = given.keepsWindows
      ? doors.grantsOf(human, 'the relay’s').filter((grant) => grant.lockId === lockId)
      : disk
          .rows('select lock_user_id, lock_id, from_at, until_at from timed_grants')
          .filter((row) => row['lock_user_id'] === lockUserId && row['lock_id'] === lockId)
          .map((row) => ({ from: timeOf(row['from_at']), until: timeOf(row['until_at']) }));
    const open = windows.filter((window) => covers(window, now()));
    return Math.max(0, ...open.map(({ until }) => until ?? Infinity));
  }

  function check(key: string, line: Standing): void {
    const { human, facts, inForce, until, state } = line;
    const lockId = key.split('|')[1] ?? '';
    const isOver =
      now() >= until - MARGIN || inForce !== watch.inForce() || facts !== factsOf(human, history.latest(), now(), days);
    if (isOver) return void standing.delete(key);
    if (doors.isOpen(human, lockId, now())) return;
    const name = doorList.find(({ id }) => id === lockId)?.name;
    const why = state === 'held' ? 'it was held, and nobody has approved it' : 'a person has rejected that';
    throw new Violation(
      'what is held or rejected stays',
      `${human.name} was shut out of ${name}, although ${why} and nothing about them has changed on Cobot since`,
    );
  }

  return {
    look(): void {
      const rows = disk.rows('select lock_user_id, lock_id, decision from hold_lines');
      const lines = new Map(
        rows.map((row) => [lineKey(String(row['lock_user_id']), String(row['lock_id'])), row['decision']]),
      );
      for (const [key, decision] of lines) {
        if (decision !== null && !operator.wasAsked(key, String(decision)))
          throw new Violation('nobody but a person decides', `a line that nobody decided about is ${decision}`);
        if (decision === 'approved') standing.delete(key);
      }
      operator.forgetOthers(new Set(lines.keys()));
      for (const [key, line] of standing) check(key, line);
      for (const [key, decision] of lines) {
        const state = decision === 'rejected' ? 'rejected' : 'held';
        if (decision === 'approved' || standing.get(key)?.state === state) continue;
        const [lockUserId = '', lockId = ''] = key.split('|');
        const line = begin(lockUserId, lockId, state);
        if (line) standing.set(key, line);
      }
    },
  };
}

const timeOf = (value: unknown): Instant | null => (value === null ? null : Number(value));

/** All about a person that Cobot says, and that may change what is decided; the days only where something turns with them. */
function factsOf({ memberIds }: Human, truth: Truth, at: Instant, days: LocalDays): string {
  const members = memberIds.flatMap((id) => truth.members.get(id) ?? []);
  const teams = new Set(members.flatMap(({ teamId }) => teamId ?? []));
  const mates = [...truth.members.values()].filter(({ teamId }) => teamId !== null && teams.has(teamId));
  const owners = new Set([...memberIds, ...mates.map(({ id }) => id)]);
  const today = days.at(at).date;
  const turns = members.some(
    ({ startsOn, canceledTo, upcomingPlan }) =>
      startsOn >= today || (canceledTo !== null && days.addDays(canceledTo, 1) >= today) || upcomingPlan !== null,
  );
  const checkIns = truth.checkIns.filter(({ memberId }) => memberIds.includes(memberId));
  const bookings = truth.bookings.filter(({ memberId }) => memberId !== null && memberIds.includes(memberId));
  const reached = [-1, 0, 1, 2, 3, 4, 5, 6, 7].map((by) => days.addDays(today, by));
  return JSON.stringify([
    members,
    turns ? today : null,
    mates.map(({ id }) => id),
    truth.passes
      .filter(({ memberId, expiresAt }) => owners.has(memberId) && (expiresAt ?? Infinity) > at)
      .map(({ id, usedAt }) => [id, usedAt]),
    checkIns.filter(({ until }) => until > at),
    reached.map((day) => checkIns.filter(({ until }) => days.at(until).date >= day).length),
    bookings.filter(({ to }) => to > at),
    reached.map((day) => bookings.filter(({ from }) => days.at(from).date >= day).length),
  ]);
}
