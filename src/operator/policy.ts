// Shows the plan of changes, of the policy in force or of one that is not, and checks the text of one.

import { describeError, TransientError, UpstreamError } from '../lib/errors.ts';
import { CommandError } from '../lib/failure.ts';
import type { Operator, Progress } from './answers.ts';
import { doorEffects } from './effects.ts';
import { lockNames } from './names.ts';
import type { OperatorApp, SyncOptions } from './parts.ts';
import type { PolicyChanges, SyncAnswer } from './plan-answers.ts';

export function applyingPolicy(app: OperatorApp): Pick<Operator, 'sync' | 'checkPolicy'> {
  const { store } = app.parts;

  async function synced(options: SyncOptions, onProgress: Progress | undefined): Promise<SyncAnswer> {
    const report = await patient((tell) => app.sync({ ...options, ...(tell ? { onProgress: tell } : {}) }), onProgress);
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

  /** Only what is not held already, with or without that policy, is its doing. */
  async function changesBy(options: SyncOptions, onProgress: Progress | undefined): Promise<PolicyChanges> {
    const found = await synced(options, onProgress);
    const waiting = new Set((await store.holds.open())?.lines.map(placeOf));
    const held = found.held.filter((line) => !waiting.has(placeOf(line)));
    return { ...found, held, heldAlready: found.held.length - held.length, doors: doorEffects(found.changes, held) };
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
      return { mistakes: [], warnings, inForce, changes: changes ? await changesBy(options, onProgress) : null };
    },
  };
}

const placeOf = ({ lockUserId, lockId }: { lockUserId: string; lockId: string }) =>
  JSON.stringify([lockUserId, lockId]);

/** Once more, where the other side only asks for fewer calls: the next one waits for its turn before it is sent. */
async function patient<T>(work: (tell?: Progress) => Promise<T>, tell: Progress | undefined): Promise<T> {
  try {
    return await work(tell);
  } catch (error) {
    if (!(error instanceof TransientError) || error.status !== 429) throw error;
    return await work(tell && ((words) => tell(`${words} (the other side has asked for fewer calls)`)));
  }
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
