// The operator's questions and deeds, answered from a running app: by the service for those who ask over its socket, or
// by a command that has opened the database itself. Those with a file of their own are in operator/.
import type { Operator } from './answers.ts';
import { CommandError } from './failure.ts';
import { adopting } from './operator/adopt.ts';
import { decidingHolds } from './operator/holds.ts';
import { memberNames, zoneOf } from './operator/names.ts';
import type { OperatorApp } from './operator/parts.ts';
import { applyingPolicy } from './operator/policy.ts';
import { readingTrail } from './operator/trail.ts';
import { askingWhy } from './operator/why.ts';
import { isoTime } from './wording.ts';

export function createOperator(app: OperatorApp): Operator {
  const { store, queue } = app.parts;

  return {
    ...applyingPolicy(app),
    ...askingWhy(app),
    ...decidingHolds(app),
    ...readingTrail(app),
    ...adopting(app),

    async jobs() {
      const nameOf = await memberNames(store);
      const ofLockUser = new Map(
        (await store.links.all()).map(({ lockUserId, membershipId }) => [lockUserId, nameOf(membershipId)]),
      );
      const jobs = await queue.list();
      return {
        zone: await zoneOf(store),
        jobs: jobs.map(({ id, name, key, state, attempt, requestedAt, runAt, lastError }) => ({
          id,
          name,
          key,
          member: nameOf(key) ?? ofLockUser.get(key) ?? null,
          state,
          attempt,
          requestedAt: isoTime(requestedAt),
          runAt: isoTime(runAt),
          lastError,
        })),
      };
    },

    async redrive({ id }) {
      const redriven = await queue.redrive(id ?? 'all');
      if (redriven > 0 || id === null) return { redriven };
      throw new CommandError({
        code: 'no_such_job',
        what: `no dead job has the id ${id}`,
        advice: '"relay jobs" lists them; only a job that is dead can be redriven, every other one runs by itself',
      });
    },

    async problems() {
      const nameOf = await memberNames(store);
      return {
        zone: await zoneOf(store),
        problems: (await store.problems.all()).map(({ subject, kind, sentence, since }) => ({
          membershipId: subject || null,
          member: nameOf(subject),
          kind,
          sentence,
          since: isoTime(since),
        })),
      };
    },

    async webhooks({ notUnderstood, limit }) {
      const list = await store.inbox.list({ limit, ...(notUnderstood ? { understood: false } : {}) });
      return {
        zone: await zoneOf(store),
        webhooks: list.map(({ id, receivedAt, source, event, understood, subject, body }) => ({
          id,
          receivedAt: isoTime(receivedAt),
          source,
          event,
          understood,
          subject,
          body: understood ? null : body,
        })),
      };
    },
  };
}
