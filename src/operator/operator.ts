// The operator's questions and deeds, answered from a running app: by the service for its page and for those who ask over
// its socket, or by a command that has opened the database itself. Each group of them has a file of its own.

import { CommandError } from '../lib/failure.ts';
import { isoTime } from '../lib/wording.ts';
import type { JobRecord } from '../queue/queue.ts';
import { adopting } from './adopt.ts';
import { tellingSomebody, untold } from './alerts.ts';
import type { Operator } from './answers.ts';
import { lookingAfter } from './check-up.ts';
import { showingDay } from './day.ts';
import { followingDeliveries } from './deliveries.ts';
import { knowingMembers } from './facts.ts';
import { decidingHolds } from './holds.ts';
import { memberNames, zoneOf } from './names.ts';
import { listingOpenings } from './openings.ts';
import type { OperatorApp } from './parts.ts';
import { showingPeople } from './people.ts';
import { applyingPolicy } from './policy.ts';
import { showingPolicy } from './policy-shown.ts';
import { seeingToday } from './today.ts';
import { readingTrail } from './trail.ts';
import { whoseJob } from './whose-job.ts';
import { askingWhy } from './why.ts';

/** Enough of an id to be meant, as lists show it. */
const SHORTEST_ID = 6;

function jobsNamed(id: string, jobs: readonly JobRecord[]): JobRecord[] {
  const exact = jobs.filter((job) => job.id === id);
  if (exact.length > 0 || id.length < SHORTEST_ID) return exact;
  return jobs.filter((job) => job.id.startsWith(id));
}

export function createOperator(app: OperatorApp): Operator {
  const { store, queue, clock } = app.parts;

  return {
    ...applyingPolicy(app),
    ...askingWhy(app),
    ...decidingHolds(app),
    ...readingTrail(app),
    ...adopting(app),
    ...lookingAfter(app),
    ...tellingSomebody(app),
    ...seeingToday(app),
    ...showingPeople(app),
    ...knowingMembers(app),
    ...listingOpenings(app),
    ...showingDay(app),
    ...showingPolicy(app),
    ...followingDeliveries(app),

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
      const all = await queue.list({ state: 'dead' });
      const dead = id === null ? all : jobsNamed(id, all);
      if (dead.length > 1 && id !== null)
        throw new CommandError({
          code: 'ambiguous_job',
          what: `the ids of ${dead.length} dead jobs begin with ${id}`,
          details: dead.map((job) => job.id),
          advice: 'give more of it',
        });
      const redriven = await queue.redrive(id === null ? 'all' : (dead[0]?.id ?? id));
      if (redriven === 0 && id !== null)
        throw new CommandError({
          code: 'no_such_job',
          what: `no dead job has the id ${id}`,
          advice: '"relay jobs" lists them; only a job that is dead can be redriven, every other one runs by itself',
        });
      const whose = await whoseJob(store);
      await store.audit.append(
        dead.map((job) => ({
          at: clock.now(),
          action: 'redrive',
          sentence: `job "${job.name}" put back to work${job.lastError === null ? '' : `; it had ended with: ${job.lastError}`}`,
          cause: 'operator',
          membershipId: whose(job).membershipId,
          lockUserId: null,
          lockId: null,
        })),
      );
      return { redriven };
    },

    async problems() {
      const nameOf = await memberNames(store);
      return {
        zone: await zoneOf(store),
        problems: [...(await store.problems.all()), ...(await untold(app))].map(
          ({ subject, kind, sentence, since }) => ({
            membershipId: subject || null,
            member: nameOf(subject),
            kind,
            sentence,
            since: isoTime(since),
          }),
        ),
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
