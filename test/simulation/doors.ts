// Who can open what: the lock system's own truth, told apart into what the relay gave and what others did.
import type { CurrentGrant, LockUser } from '../../src/access/model.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import type { Cast, Human } from './cast.ts';

const HOUR = 3_600_000;

export type Doors = ReturnType<typeof createDoors>;

export function createDoors(locks: LockSimulator, cast: Cast) {
  const strangers = new Map<string, string>();
  const foreign = new Map<string, string>();
  const asText = (thing: LockUser | CurrentGrant) => JSON.stringify(thing);

  const theirs = (id: string) => foreign.has(id);
  const usersOf = (human: Human): LockUser[] =>
    locks.people().filter(({ email }) => human.emails.some((each) => each.toLowerCase() === email.toLowerCase()));

  function grantsOf(human: Human, whose: 'the relay’s' | 'all'): CurrentGrant[] {
    const ids = new Set(usersOf(human).map(({ id }) => id));
    return locks.grants().filter(({ id, lockUserId }) => ids.has(lockUserId) && (whose === 'all' || !theirs(id)));
  }

  return {
    usersOf,
    grantsOf,
    /** From now on these belong to others: nothing may happen to them. */
    set(): void {
      for (const person of locks.people()) strangers.set(person.id, asText(person));
      for (const grant of locks.grants()) foreign.set(grant.id, asText(grant));
    },
    isStranger: (lockUserId: string): boolean => strangers.has(lockUserId),
    /** What happened to others' things, in words. */
    touched(): string[] {
      const people = new Map(locks.people().map((person) => [person.id, asText(person)]));
      const grants = new Map(locks.grants().map((grant) => [grant.id, asText(grant)]));
      return [
        ...[...strangers]
          .filter(([id, text]) => people.get(id) !== text)
          .map(([id]) => `the lock user ${id} of others`),
        ...[...foreign].filter(([id, text]) => grants.get(id) !== text).map(([id]) => `the grant ${id} of others`),
        ...[...people]
          .filter(([id]) => !strangers.has(id))
          .flatMap(([id, text]) =>
            cast.byEmail(JSON.parse(text).email) ? [] : [`a lock user ${id} for nobody of ours`],
          ),
      ];
    },
    isOpen: (human: Human, lockId: string, at: number, whose: 'the relay’s' | 'all' = 'all'): boolean =>
      grantsOf(human, whose).some((grant) => grant.lockId === lockId && covers(grant, at)),
    /** How much of the three days from then on the relay's grants open the lock. */
    covered(human: Human, lockId: string, at: number): number {
      const until = at + 72 * HOUR;
      const spans = grantsOf(human, 'the relay’s')
        .filter((grant) => grant.lockId === lockId)
        .map((grant) => ({ from: Math.max(at, grant.from ?? at), until: Math.min(until, grant.until ?? until) }))
        .filter((span) => span.from < span.until)
        .toSorted((a, b) => a.from - b.from);
      let sum = 0;
      let reached = at;
      for (const span of spans) {
        sum += Math.max(0, span.until - Math.max(reached, span.from));
        reached = Math.max(reached, span.until);
      }
      return sum;
    },
  };
}

export const covers = ({ from, until }: Pick<CurrentGrant, 'from' | 'until'>, at: number): boolean =>
  (from === null || from <= at) && (until === null || at < until);
