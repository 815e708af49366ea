// Answers why somebody may open a lock or not, and who may.
import type { Calendar } from '../../access/calendar.ts';
import type { LockAnswer } from '../../access/explain.ts';
import type { Instant } from '../../access/model.ts';
import { who } from '../../sync/who.ts';
import { reachOfFacts, why } from '../../sync/why.ts';
import type { Answers, Operator } from '../answers.ts';
import { isoTime } from '../wording.ts';
import { momentOf } from './moments.ts';
import { lockNamed, nobodyKnown } from './names.ts';
import type { OperatorApp } from './parts.ts';

export function askingWhy({ parts }: OperatorApp): Pick<Operator, 'why' | 'who'> {
  async function momentAsked(text: string | null) {
    const { calendar } = await parts.space();
    const now = parts.clock.now();
    const at = text === null ? undefined : momentOf(text, calendar.zone);
    const answer = {
      zone: calendar.zone,
      at: isoTime(at ?? now),
      note: at === undefined ? null : noteOn(at, now, calendar),
    };
    return { at, answer };
  }

  return {
    async why({ member, lock, at: asked }) {
      const { at, answer } = await momentAsked(asked);
      const meant = lock === null ? undefined : lockNamed(lock, (await parts.policy()).locks);
      const persons = await why(member, { lock: meant, at }, parts);
      if (persons.length === 0) throw nobodyKnown(member);
      return {
        ...answer,
        persons: persons.map(({ readAt, locks, ...person }) => ({
          ...person,
          cobotReadAt: timeOrNull(readAt),
          locks: locks.map(showLock),
        })),
      };
    },

    async who({ lock, at: asked }) {
      const { at, answer } = await momentAsked(asked);
      const meant = lockNamed(lock, (await parts.policy()).locks);
      const { lines, lockSystemRead } = await who(meant, { at }, parts);
      return {
        ...answer,
        lockId: meant.id,
        lock: meant.name,
        lockSystemRead,
        people: lines.map((line) => ({
          ...line,
          wrong:
            line.opens === false ||
            line.through === 'left over' ||
            (line.through === 'others' && line.membershipId !== null),
        })),
      };
    },
  };
}

const timeOrNull = (at: Instant | null): string | null => (at === null ? null : isoTime(at));

function showLock({
  since,
  until,
  opensNext,
  ...rest
}: LockAnswer): Answers['why']['persons'][number]['locks'][number] {
  return { ...rest, since: timeOrNull(since), until: timeOrNull(until), opensNext: timeOrNull(opensNext) };
}

/** How far an answer about another moment than now can be trusted. */
function noteOn(at: Instant, now: Instant, calendar: Calendar): string | null {
  const { from, until } = reachOfFacts(calendar, now);
  const known = `bookings, passes and check-ins are known from ${calendar.show(from)} to ${calendar.show(until)}`;
  if (at < from || at >= until)
    return `${known}; beyond that this is only what memberships, plans and hours say now, and the lock system is not asked`;
  if (at < now - 60_000) return `judged by the facts and rules of now; ${known}, and a pass used since is not seen`;
  return null;
}
