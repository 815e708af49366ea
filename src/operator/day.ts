// One day at the doors: when each is open to somebody by which rule, and every booking, as of the last good reads.
import { decide, type Entitlement } from '../access/decide.ts';
import { join, overlap } from '../access/windows.ts';
import { CommandError } from '../lib/failure.ts';
import { isoTime } from '../lib/wording.ts';
import { allFactsOfEvidence } from '../sync/evidence-facts.ts';
import { overruledBy } from '../sync/why.ts';
import type { Answers, Operator } from './answers.ts';
import type { OperatorApp } from './parts.ts';
import { groupedEvidence } from './persons-known.ts';

type Bar = Answers['day']['locks'][number]['bars'][number];
/** Cut to the day, with the person whose it is. */
type Piece = Pick<Entitlement, 'from' | 'until' | 'lockId' | 'rule' | 'basis'> & { member: string; key: string };

export function showingDay({ parts }: OperatorApp): Pick<Operator, 'day'> {
  const { store, clock } = parts;
  return {
    async day({ date: asked }) {
      const { policy, locks } = await parts.policy();
      const { calendar } = await parts.space();
      const now = clock.now();
      const date = asked === null ? calendar.dateOf(now) : dateOf(asked);
      const whole = { from: calendar.startOf(date), until: calendar.startOf(calendar.addDays(date, 1)) };
      const factsOf = await allFactsOfEvidence(store, now);
      const pieces: Piece[] = [];
      for (const { lockUserId, evidence } of await groupedEvidence(store)) {
        const members = evidence.map(factsOf);
        const [first] = members;
        const email = members.map(({ membership }) => membership.email).find((each) => each !== null) ?? null;
        if (!first || overruledBy(email, policy) !== undefined) continue;
        const terms = { policy, locks, calendar, now: whole.from };
        for (const { lockId, rule, basis, from, until } of decide(members, email, terms).entitlements) {
          const part = overlap({ from, until }, whole);
          const key = lockUserId ?? first.membership.id;
          if (part) pieces.push({ ...part, lockId, rule, basis, member: first.membership.name, key });
        }
      }
      return {
        zone: calendar.zone,
        date,
        from: isoTime(whole.from),
        until: isoTime(whole.until),
        locks: locks.map(({ id, name }) => ({
          lockId: id,
          lock: name,
          bars: barsOf(pieces.filter(({ lockId }) => lockId === id)),
        })),
      };
    },
  };
}

/** Bookings one by one, everything else joined by rule. */
function barsOf(pieces: readonly Piece[]): Bar[] {
  const booked = pieces
    .filter(({ basis }) => basis === 'booking')
    .map(({ from, until, rule, member }) => barOf({ from, until }, { kind: 'booking', rule, member, people: 1 }));
  const others = pieces.filter(({ basis }) => basis !== 'booking');
  const joined = [...Map.groupBy(others, ({ rule, basis }) => `${basis} ${rule}`).values()].flatMap((group) =>
    join(group).map((window) => {
      const within = group.filter((piece) => overlap(piece, window));
      const people = new Set(within.map(({ key }) => key)).size;
      const [first] = within;
      return barOf(window, {
        kind: first?.basis ?? 'plan',
        rule: first?.rule ?? '',
        member: people === 1 ? (first?.member ?? null) : null,
        people,
      });
    }),
  );
  return [...joined, ...booked].toSorted((one, other) => one.from.localeCompare(other.from));
}

const barOf = ({ from, until }: { from: number; until: number }, rest: Omit<Bar, 'from' | 'until'>): Bar => ({
  from: isoTime(from),
  until: isoTime(until),
  ...rest,
});

function dateOf(text: string): string {
  try {
    return Temporal.PlainDate.from(text.trim()).toString();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandError({
      code: 'usage',
      what: `"${text}" is no date`,
      advice: 'write it like 2026-12-24',
    });
  }
}
