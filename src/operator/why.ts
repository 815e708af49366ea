// Answers why somebody may open a lock or not, and who may.
import type { LockAnswer } from '../access/explain.ts';
import type { Instant } from '../access/model.ts';
import { isoTime } from '../lib/wording.ts';
import { who } from '../sync/who.ts';
import { why } from '../sync/why.ts';
import type { Answers, Operator } from './answers.ts';
import { impatient } from './impatient.ts';
import { momentAsked } from './moment-asked.ts';
import { lockNamed, memberMeant, nobodyKnown } from './names.ts';
import type { OperatorApp } from './parts.ts';

/** Of so many the lock system is not read for a glance: that takes seconds, and calls that members need. */
const MANY = 300;

export function askingWhy(app: OperatorApp): Pick<Operator, 'why' | 'who'> {
  const { parts } = app;
  return {
    async why({ member, lock, at: asked }) {
      const { at, answer } = await momentAsked(asked, app);
      const meant = lock === null ? undefined : lockNamed(lock, (await parts.policy()).locks);
      const waiting = {
        ...parts,
        cobot: impatient(parts.cobot, 'Cobot', parts.clock),
        locks: impatient(parts.locks, 'the lock system', parts.clock),
      };
      const persons = await why(await memberMeant(member, parts.store), { lock: meant, at }, waiting);
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

    async who({ lock, at: asked, quick = false }) {
      const { at, answer } = await momentAsked(asked, app);
      const meant = lockNamed(lock, (await parts.policy()).locks);
      const isSkipped = quick && (await parts.store.links.all()).length > MANY;
      const { lines, lockSystemRead } = await who(meant, { at, rulesOnly: isSkipped }, parts);
      return {
        ...answer,
        lockId: meant.id,
        lock: meant.name,
        lockSystemRead,
        lockSystemSkipped: isSkipped,
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
