// Answers why somebody may open a lock or not, and who may.
import type { LockAnswer } from '../access/explain.ts';
import type { Instant } from '../access/model.ts';
import { isoTime } from '../lib/wording.ts';
import { who } from '../sync/who.ts';
import { why } from '../sync/why.ts';
import type { Answers, Operator } from './answers.ts';
import { momentAsked } from './moment-asked.ts';
import { lockNamed, memberMeant, nobodyKnown } from './names.ts';
import type { OperatorApp } from './parts.ts';

export function askingWhy(app: OperatorApp): Pick<Operator, 'why' | 'who'> {
  const { parts } = app;
  return {
    async why({ member, lock, at: asked }) {
      const { at, answer } = await momentAsked(asked, app);
      const meant = lock === null ? undefined : lockNamed(lock, (await parts.policy()).locks);
      const persons = await why(await memberMeant(member, parts.store), { lock: meant, at }, parts);
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
      const { at, answer } = await momentAsked(asked, app);
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
