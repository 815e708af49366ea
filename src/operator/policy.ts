// Shows the plan of changes, of the policy in force or of one that is not, and checks the text of one.

import { describeError, UpstreamError } from '../lib/errors.ts';
import { CommandError } from '../lib/failure.ts';
import type { Operator, Progress, SyncAnswer } from './answers.ts';
import { lockNames } from './names.ts';
import type { OperatorApp, SyncOptions } from './parts.ts';

export function applyingPolicy(app: OperatorApp): Pick<Operator, 'sync' | 'checkPolicy'> {
  const { store } = app.parts;

  async function synced(options: SyncOptions, onProgress: Progress | undefined): Promise<SyncAnswer> {
    const report = await app.sync({ ...options, ...(onProgress ? { onProgress } : {}) });
    const lockName = await lockNames(store);
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
  }

  return {
    async sync({ dryRun }, onProgress) {
      try {
        return await synced({ dryRun, cause: 'relay sync' }, onProgress);
      } catch (error) {
        throw policyMistakes(app, error) ?? error;
      }
    },

    async checkPolicy({ text, changes }, onProgress) {
      const last = (await store.settings.get('policy'))?.text ?? null;
      const inForce = last === null ? (text === null ? 'this' : 'none') : last === text ? 'this' : 'another';
      if (text === null) {
        const message = 'is not there, although a policy was in force before: that one stays';
        const mistakes = last === null ? [] : [{ line: 1, column: 1, message }];
        return { mistakes, warnings: [], inForce, changes: null };
      }
      onProgress?.('looking the names up');
      const checked = await app.policy.check(text);
      if (!checked.ok) return { mistakes: [...checked.mistakes], warnings: [], inForce, changes: null };
      const { policy, warnings } = checked;
      const options = { dryRun: true, cause: 'relay policy check', policy };
      return { mistakes: [], warnings, inForce, changes: changes ? await synced(options, onProgress) : null };
    },
  };
}

/** Of a policy that is not in force, every mistake at once. */
function policyMistakes({ policy }: Pick<OperatorApp, 'policy'>, error: unknown): CommandError | undefined {
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
