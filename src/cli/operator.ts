// The operator's questions and deeds, answered from a running app: by the service for those who ask over its socket, or
// by a command that has opened the database itself.
import type { App } from '../app.ts';
import { describeError, UpstreamError } from '../lib/errors.ts';
import type { Operator } from './answers.ts';
import { CommandError } from './failure.ts';
import { isoTime } from './wording.ts';

export function createOperator(app: Pick<App, 'parts' | 'policy' | 'sync'>): Operator {
  const { store, queue } = app.parts;

  const zone = async () => (await store.settings.get('space'))?.zone ?? 'UTC';

  async function lockNames(): Promise<(id: string | null) => string | null> {
    const names = new Map((await store.settings.get('locks'))?.map(({ id, name }) => [id, name]));
    return (id) => (id === null ? null : (names.get(id) ?? null));
  }

  /** By membership. */
  async function memberNames(): Promise<Map<string, string>> {
    return new Map([...(await store.evidence.all())].map(([id, { membership }]) => [id, membership.name]));
  }

  return {
    async sync({ dryRun }, onProgress) {
      try {
        const report = await app.sync({ dryRun, cause: 'relay sync', ...(onProgress ? { onProgress } : {}) });
        const lockName = await lockNames();
        const nameOf = (id: string) => report.names.get(id) ?? null;
        return {
          memberships: report.memberships,
          changes: report.changes.map(({ action, membershipId, lockUserId, lockId, sentence }) => ({
            action,
            membershipId,
            member: nameOf(membershipId),
            lockUserId,
            lockId,
            lock: lockName(lockId),
            sentence,
          })),
          held: report.heldLines.map(({ membershipId, lockUserId, lockId, sentence, restsOnAbsence }) => ({
            membershipId,
            member: nameOf(membershipId),
            lockUserId,
            lockId,
            lock: lockName(lockId),
            reason: sentence,
            restsOnAbsence,
          })),
          problems: report.problems.map(({ subject, kind, sentence }) => ({
            membershipId: subject || null,
            member: nameOf(subject),
            kind,
            sentence,
          })),
          unread: report.unread.map(describeError),
          unfinished: report.unfinished,
        };
      } catch (error) {
        throw policyMistakes(app, error) ?? error;
      }
    },

    async holds() {
      const hold = await store.holds.open();
      if (!hold) return { zone: await zone(), hold: null };
      const [names, lockName] = [await memberNames(), await lockNames()];
      return {
        zone: await zone(),
        hold: {
          id: hold.id,
          since: isoTime(Math.min(...hold.lines.map(({ heldAt }) => heldAt))),
          persons: new Set(hold.lines.map(({ lockUserId }) => lockUserId)).size,
          lines: hold.lines.map(({ membershipId, lockUserId, lockId, reason, restsOnAbsence, heldAt }) => ({
            membershipId,
            member: names.get(membershipId) ?? null,
            lockUserId,
            lockId,
            lock: lockName(lockId),
            reason,
            restsOnAbsence,
            since: isoTime(heldAt),
          })),
        },
      };
    },

    async jobs() {
      const names = await memberNames();
      const ofLockUser = new Map(
        (await store.links.all()).map(({ lockUserId, membershipId }) => [lockUserId, names.get(membershipId)]),
      );
      const jobs = await queue.list();
      return {
        zone: await zone(),
        jobs: jobs.map(({ id, name, key, state, attempt, requestedAt, runAt, lastError }) => ({
          id,
          name,
          key,
          member: names.get(key) ?? ofLockUser.get(key) ?? null,
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
      const names = await memberNames();
      return {
        zone: await zone(),
        problems: (await store.problems.all()).map(({ subject, kind, sentence, since }) => ({
          membershipId: subject || null,
          member: names.get(subject) ?? null,
          kind,
          sentence,
          since: isoTime(since),
        })),
      };
    },

    async webhooks({ notUnderstood, limit }) {
      const list = await store.inbox.list({ limit, ...(notUnderstood ? { understood: false } : {}) });
      return {
        zone: await zone(),
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

/** Of a policy that is not in force, every mistake at once. */
function policyMistakes({ policy }: Pick<App, 'policy'>, error: unknown): CommandError | undefined {
  const mistakes = policy.mistakes();
  if (!(error instanceof UpstreamError) || error.code !== 'policy_not_in_force' || mistakes.length === 0) return;
  return new CommandError(
    {
      code: 'policy_wrong',
      what: `the policy ${policy.path} has mistakes`,
      details: mistakes.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`),
      advice: 'mend the file; nothing was changed',
    },
    { cause: error },
  );
}
