// Doing what a plan says, dully and in order: first who can open (register, adopt, add), then what is taken away, then
// what comes later. Each step is written down when it is done. A step that fails leaves the rest of that person for the
// next try; nothing is remembered that the lock system cannot tell.
import type { CurrentGrant, DesiredGrant, Instant } from '../access/model.ts';
import { standingProblem } from '../access/standing.ts';
import { changeUser, newLinks } from './apply-user.ts';
import { type Applied, type ChangeLine, type Doing, record, subjectOf } from './doing.ts';
import { give } from './give.ts';
import type { PersonPlan } from './person-plan.ts';
import { removalSentence, sentenceOf, type Wording } from './sentences.ts';

const HOUR = 3_600_000;

/** The order in which much at once is applied. */
export const phases = ['now', 'removals', 'later', 'leisure'] as const;
export type Phase = (typeof phases)[number];

/** Everything that the plan would do, as lines. */
export function preview(plan: PersonPlan, wording: Wording, knownToken: string | undefined): ChangeLine[] {
  const { person, difference, userChange } = plan;
  const lockUserId = person.lockUser?.id ?? null;
  const membershipId = subjectOf(plan);
  const line = (action: ChangeLine['action'], sentence: string, lockId: string | null = null): ChangeLine => ({
    action,
    membershipId,
    lockUserId,
    lockId,
    sentence,
  });
  const lines: ChangeLine[] = [];
  if (userChange?.kind === 'register') lines.push(line('register', sentenceOf.register));
  if (userChange?.kind === 'update') lines.push(line('update', sentenceOf.update(Object.keys(userChange.patch))));
  for (const grant of difference.adds) {
    lines.push(line(isMove(plan, grant) ? 'move' : 'grant', sentenceOf.add(wording, grant), grant.lockId));
  }
  for (const { grant, sentence } of difference.removals) {
    if (difference.adds.some(({ lockId }) => lockId === grant.lockId)) continue;
    lines.push(line('remove', removalSentence(plan, grant, sentence, wording), grant.lockId));
  }
  for (const grant of difference.clear)
    lines.push(line('clear', sentenceOf.clear(wording.lockName(grant.lockId)), grant.lockId));
  if (plan.tokenHolder !== null && plan.tokenHolder !== knownToken) lines.push(line('link', sentenceOf.link));
  if (plan.tokenHolder === null && knownToken !== undefined) lines.push(line('unlink', sentenceOf.unlink));
  return lines;
}

/** Adds that have to come before a removal at the same lock, and those that open within the hour. */
const isDueNow = (plan: PersonPlan, grant: DesiredGrant, now: Instant) =>
  grant.from === null || grant.from <= now + HOUR || isMove(plan, grant);
const isMove = (plan: PersonPlan, { lockId }: DesiredGrant) =>
  plan.difference.removals.some(({ grant }) => grant.lockId === lockId);

/** Does the plan have anything to do in that phase? */
export function hasWork({ plan, now, links }: Pick<Doing, 'plan' | 'now' | 'links'>, phase: Phase): boolean {
  const { adds, removals, clear } = plan.difference;
  if (phase === 'now') {
    return (
      plan.userChange !== null ||
      adds.some((grant) => isDueNow(plan, grant, now)) ||
      newLinks(plan, links, now).length > 0
    );
  }
  if (phase === 'removals') return removals.length > 0;
  if (phase === 'later') return adds.some((grant) => !isDueNow(plan, grant, now));
  return clear.length > 0;
}

/**
 * Applies one phase of the plan. The plan's person gets its lock user in the first phase; `plan.person.lockUser` is
 * set then. Throws the errors of lib/errors.ts; what was done before stands and is written down.
 */
export async function applyPhase(doing: Doing, phase: Phase): Promise<Applied> {
  const { plan, now } = doing;
  const applied: Applied = { lines: [], problems: [] };
  const { adds, removals, clear } = plan.difference;
  if (phase === 'now') await changeUser(doing, applied);
  const { lockUser } = plan.person;
  if (!lockUser) return applied;
  if (phase === 'now' || phase === 'later') {
    const due = adds.filter((grant) => isDueNow(plan, grant, now) === (phase === 'now'));
    await allOf(
      due.toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0)).map((grant) => add(doing, lockUser.id, grant, applied)),
    );
  }
  if (phase === 'removals') {
    const left = removals.filter(({ grant }) => !doing.progress.spent.has(grant.id));
    await allOf(left.map(({ grant, sentence }) => remove(doing, grant, 'remove', sentence, applied)));
  }
  if (phase === 'leisure') await allOf(clear.map((grant) => remove(doing, grant, 'clear', '', applied)));
  return applied;
}

/** One person's doors at the same time; all of them are done or failed before the first failure is thrown. */
async function allOf(steps: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed) throw failed.reason;
}

/** The one window of ours that goes for this one. */
function replacedBy(
  { difference: { adds, removals } }: PersonPlan,
  { lockId }: DesiredGrant,
): CurrentGrant | undefined {
  const [removal, ...more] = removals.filter(({ grant }) => grant.lockId === lockId);
  const isOnlyOne = more.length === 0 && adds.filter((each) => each.lockId === lockId).length === 1;
  return isOnlyOne ? removal?.grant : undefined;
}

async function add(
  { plan, parts, now, cause, wording, progress }: Doing,
  lockUserId: string,
  grant: DesiredGrant,
  applied: Applied,
): Promise<void> {
  const { lockId } = grant;
  const { outcome, spent, standing } = await give(grant, lockUserId, replacedBy(plan, grant), parts);
  if (spent) progress.spent.add(spent.id);
  if (standing?.state === 'pending') progress.isPending = true;
  if (outcome === 'theirs' || standing?.state === 'theirs') {
    const theirs = { id: '', lockUserId, lockId, from: null, until: null, note: null };
    const problem = standingProblem(
      { ...theirs, standing: { state: 'theirs', words: null } },
      { locks: [{ id: lockId, name: wording.lockName(lockId) }], now },
    );
    if (problem) applied.problems.push({ membershipId: grant.membershipId, ...problem });
  }
  if (outcome === 'theirs') return;
  const action = isMove(plan, grant) ? 'move' : 'grant';
  await record(applied, parts, now, cause, {
    action,
    membershipId: grant.membershipId,
    lockUserId,
    lockId,
    sentence: sentenceOf.add(wording, grant),
  });
}

async function remove(
  doing: Doing,
  grant: CurrentGrant,
  action: 'remove' | 'clear',
  why: string,
  applied: Applied,
): Promise<void> {
  const { plan, parts, now, cause, wording } = doing;
  await parts.locks.removeGrant(grant);
  const { lockUserId, lockId } = grant;
  // The old window of a move: the line of the add tells it.
  if (action === 'remove' && plan.difference.adds.some((each) => each.lockId === lockId)) return;
  const sentence =
    action === 'clear' ? sentenceOf.clear(wording.lockName(lockId)) : removalSentence(plan, grant, why, wording);
  await record(applied, parts, now, cause, { action, membershipId: subjectOf(plan), lockUserId, lockId, sentence });
}
