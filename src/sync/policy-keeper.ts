// The policy in force. Reads the file, resolves its names against the two other sides, and keeps the last good one: a
// broken file never takes anything away, and until every name is known nothing is changed. Of several processes, all go by
// what the latest of them has brought in, whatever their own files say.
import type { Lock, PlanOnOffer, Resource } from '../access/model.ts';
import { defaultPolicy, type Policy, type PolicyDraft } from '../access/policy.ts';
import { type Mistake, parsePolicy, resolvePolicy } from '../access/policy-load.ts';
import { TransientError, UpstreamError } from '../lib/errors.ts';
import type { Files } from '../lib/files.ts';
import type { Found } from './finish.ts';
import type { PolicyInForce, SyncParts } from './parts.ts';

const HOUR = 3_600_000;

export type PolicyFile = { path: string /** Named by ACCESS_POLICY: a missing one is a mistake. */; named: boolean };

export type PolicyKeeper = {
  /** Reads the file and resolves its names. 'wrong': `mistakes` says what; what was in force before stays. */
  refresh(): Promise<'in force' | 'wrong' | 'pending'>;
  /** Throws while nothing may be changed. */
  inForce(): Promise<PolicyInForce>;
  /** The file has changed, and the next sweep has to ask for its names again. */
  isBehind(): boolean;
  mistakes(): readonly Mistake[];
  /** Reads and resolves a text that is not in force; nothing is kept of it. Throws where a side does not answer. */
  check(text: string): Promise<CheckedPolicy>;
  problems(): Found[];
  path: string;
};

type CheckedPolicy = { ok: true; policy: Policy; warnings: string[] } | { ok: false; mistakes: readonly Mistake[] };

type Kept = { text: string | null; policy: Policy };

export function createPolicyKeeper(
  file: PolicyFile,
  parts: Pick<SyncParts, 'cobot' | 'locks' | 'store' | 'clock' | 'log' | 'together'> & { files: Pick<Files, 'read'> },
): PolicyKeeper {
  const { cobot, locks, store, clock, log, together, files } = parts;
  const broughtIn = together.note('policy brought in');
  let kept: Kept | undefined;
  let lockList: { locks: readonly Lock[]; readAt: number } | undefined;
  let mistakes: readonly Mistake[] = [];
  let warnings: string[] = [];
  /** The file holds a newer text, whose names the other side could not tell yet. */
  let isBehind = false;
  /** As last looked at: when somebody brought in the policy in force. */
  let knownSince: number | undefined;
  /** The file as this process read it last. */
  let ownText: string | null | undefined;
  /** Another process has brought in another one since. */
  let isFollowing = false;

  async function lookAtOthers(): Promise<void> {
    const since = await broughtIn.read();
    if (since === knownSince) return;
    knownSince = since;
    if (!kept) return;
    const theirs = await lastGood();
    if (!theirs || theirs.text === kept.text) return;
    kept = theirs;
    isFollowing = true;
    log.info({ file: file.path }, 'policy: another process has brought in another one, which is in force here too');
  }

  async function readText(): Promise<string | null | Mistake> {
    try {
      return await files.read(file.path);
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      const before = (await store.settings.get('policy'))?.text ?? null;
      if (isMissing && !file.named && before === null) return null;
      return {
        line: 1,
        column: 1,
        message: isMissing ? `${file.path} is not there` : `${file.path} cannot be read: ${String(error)}`,
      };
    }
  }

  async function locksNow(): Promise<readonly Lock[]> {
    const list = await locks.locks();
    lockList = { locks: list, readAt: clock.now() };
    await store.settings.set('locks', list);
    return list;
  }

  /** Read at most once an hour, and as last read while the lock system does not answer. */
  async function currentLocks(): Promise<readonly Lock[]> {
    if (lockList && clock.now() < lockList.readAt + HOUR) return lockList.locks;
    try {
      return await locksNow();
    } catch (error) {
      const known = lockList?.locks ?? (await store.settings.get('locks'));
      if (!(error instanceof UpstreamError) || !known) throw error;
      return known;
    }
  }

  /** The policy last in force, with the ids that its names stood for then: for a broken file at the start. */
  async function lastGood(): Promise<Kept | undefined> {
    const stored = await store.settings.get('policy');
    if (!stored || stored.text === null) return undefined;
    const parsed = parsePolicy(stored.text);
    if (!parsed.ok) return undefined;
    const resolved = resolvePolicy(parsed.draft, stored, stored.names, parsed.positions);
    return resolved.state === 'resolved' ? { text: stored.text, policy: resolved.policy } : undefined;
  }

  /** The names that there are now, of the kinds that the policy names. */
  async function readCatalog(
    draft: PolicyDraft,
  ): Promise<{ plans: PlanOnOffer[]; resources: Resource[]; locks: Lock[] }> {
    const isNeeded = (kind: 'plans' | 'resources') =>
      resolvePolicy(draft, { plans: [], resources: [], locks: [], [kind]: null }).state === 'pending';
    return {
      plans: isNeeded('plans') ? await cobot.plansOnOffer() : [],
      resources: isNeeded('resources') ? await cobot.resources() : [],
      locks: [...(await locksNow())],
    };
  }

  async function wrong(found: readonly Mistake[]): Promise<'in force' | 'wrong'> {
    mistakes = found;
    kept ??= await lastGood();
    for (const { line, column, message } of found) log.error({ file: file.path, line, column }, `policy: ${message}`);
    return kept ? 'in force' : 'wrong';
  }

  async function refresh(): Promise<'in force' | 'wrong' | 'pending'> {
    await lookAtOthers();
    const own = await readText();
    if (own !== null && typeof own === 'object') return wrong([own]);
    const stored = await store.settings.get('policy');
    // A file that has not changed since does not undo what another process has brought in.
    isFollowing &&= own === ownText;
    ownText = own;
    const text = isFollowing && stored ? stored.text : own;
    if (text === null) {
      kept = { text: null, policy: defaultPolicy };
      mistakes = [];
      return 'in force';
    }
    const parsed = parsePolicy(text);
    if (!parsed.ok) return wrong(parsed.mistakes);
    const catalog = await readCatalog(parsed.draft).catch(async (error: unknown) => {
      // The same text was in force before: its names stand for what they stood for then.
      if (error instanceof UpstreamError && stored?.text === text) kept ??= await lastGood();
      isBehind = kept?.text !== text;
      if (!kept) throw error;
    });
    if (!catalog) return 'in force';
    isBehind = false;
    const resolved = resolvePolicy(parsed.draft, catalog, stored?.names, parsed.positions);
    if (resolved.state === 'pending') return 'pending';
    if (resolved.state === 'wrong') return wrong(resolved.mistakes);
    mistakes = [];
    warnings = resolved.warnings;
    const isNew = kept?.text !== text;
    kept = { text, policy: resolved.policy };
    if (isNew) {
      for (const warning of warnings) log.warn({ file: file.path }, `policy: ${warning}`);
      log.info({ file: file.path, rules: resolved.policy.rules.length }, 'policy in force');
    }
    await store.settings.set('policy', { text, ...catalog, names: { ...stored?.names, ...resolved.names } });
    if (stored?.text !== text) {
      knownSince = Math.max(clock.now(), (knownSince ?? 0) + 1);
      await broughtIn.write(knownSince);
    }
    return 'in force';
  }

  async function check(text: string): Promise<CheckedPolicy> {
    const parsed = parsePolicy(text);
    if (!parsed.ok) return parsed;
    const names = (await store.settings.get('policy'))?.names;
    const resolved = resolvePolicy(parsed.draft, await readCatalog(parsed.draft), names, parsed.positions);
    if (resolved.state === 'resolved') return { ok: true, policy: resolved.policy, warnings: resolved.warnings };
    return { ok: false, mistakes: resolved.state === 'wrong' ? resolved.mistakes : [] };
  }

  return {
    path: file.path,
    refresh,
    check,
    isBehind: () => isBehind,
    mistakes: () => mistakes,
    problems: () => [
      ...mistakes.map(({ line, column, message }, index) => ({
        subject: '',
        kind: `policy-mistake-${index + 1}`,
        sentence: `${file.path} line ${line}, column ${column}: ${message}`,
      })),
      ...warnings.map((warning, index) => ({
        subject: '',
        kind: `policy-warning-${index + 1}`,
        sentence: `policy: ${warning}`,
      })),
      ...(isFollowing && ownText !== kept?.text
        ? [
            {
              subject: '',
              kind: 'policy-differs',
              sentence: `${file.path} of one process is not the policy in force, which another process has brought in: give all the same file`,
            },
          ]
        : []),
      ...(isBehind
        ? [{ subject: '', kind: 'policy-behind', sentence: `${file.path} has changed; its names are not known yet` }]
        : []),
    ],
    async inForce() {
      await lookAtOthers();
      if (!kept) await refresh();
      if (!kept) {
        throw new TransientError('the policy is not in force', {
          code: 'policy_not_in_force',
          where: file.path,
          advice: mistakes[0]?.message ?? 'its names are resolved as soon as the other side answers',
          effect: 'none',
        });
      }
      return { policy: kept.policy, locks: await currentLocks() };
    },
  };
}
