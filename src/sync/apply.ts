// Doing what a plan says, dully and in order: first who can open (register, adopt, add), then what is taken away, then
// what comes later. Each step is written down when it is done. A step that fails leaves the rest of that person for the
// next try; nothing is remembered that the lock system cannot tell.
import type { CurrentGrant, DesiredGrant, Instant } from '../access/model.ts';
import { TransientError } from '../lib/errors.ts';
import type { AuditEntry, Link } from '../store/store.ts';
import type { SyncParts } from './parts.ts';
import type { PersonPlan } from './person-plan.ts';
import { removalSentence, sentenceOf, type Wording } from './sentences.ts';

const HOUR = 3_600_000;

/** One thing done or, in a preview, to be done; the sentence is the one that log, audit and command line print. */
export type ChangeLine = {
  action: 'register' | 'adopt' | 'update' | 'link' | 'unlink' | 'grant' | 'move' | 'remove' | 'clear' | 'delete';
  membershipId: string;
  lockUserId: string | null;
  lockId: string | null;
  sentence: string;
};

/** The order in which much at once is applied. */
export const phases = ['now', 'removals', 'later', 'leisure'] as const;
export type Phase = (typeof phases)[number];

export type Applied = { lines: ChangeLine[]; problems: { membershipId: string; kind: string; sentence: string }[] };
export type Doing = {
  plan: PersonPlan;
  parts: SyncParts;
  now: Instant;
  cause: string;
  wording: Wording;
  /** The links that are stored, by membership. */
  links: ReadonlyMap<string, Link>;
};

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

/** The membership that lines about the person are filed under. */
export function subjectOf({ person }: PersonPlan): string {
  return person.memberships[0]?.id ?? person.ended[0]?.id ?? '';
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
    await allOf(removals.map(({ grant, sentence }) => remove(doing, grant, 'remove', sentence, applied)));
  }
  if (phase === 'leisure') await allOf(clear.map((grant) => remove(doing, grant, 'clear', '', applied)));
  return applied;
}

/** One person's doors at the same time; all of them are done or failed before the first failure is thrown. */
async function allOf(steps: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed) throw failed.reason;
}

async function changeUser(doing: Doing, applied: Applied): Promise<void> {
  const { plan, parts, now, cause } = doing;
  const { person, userChange } = plan;
  if (userChange?.kind === 'register') {
    const { owner, email } = userChange;
    const user = { email, name: owner.name, externalId: parts.marks.userMark(owner.id) };
    const result = await parts.locks.createUser(user);
    if ('takenBy' in result) {
      // Somebody else made it meanwhile, or another spelling of the email has it: look again from the start.
      throw new TransientError('the email is taken by another lock user', {
        code: 'lock_user_taken',
        where: `registering membership ${owner.id}`,
        advice: 'it is looked up again; if it stays so, look for the email in the lock system',
        effect: 'none',
      });
    }
    person.lockUser = result.created;
    person.origin = 'made';
    await record(applied, parts, now, cause, {
      action: 'register',
      membershipId: owner.id,
      lockUserId: result.created.id,
      lockId: null,
      sentence: sentenceOf.register,
    });
  }
  await keepLinks(doing, applied);
  if (userChange?.kind === 'update' && person.lockUser) {
    const { owner, patch } = userChange;
    let result = await parts.locks.updateUser(person.lockUser.id, patch);
    const { email, ...rest } = patch;
    if (result === 'taken' && email !== undefined) {
      applied.problems.push({
        membershipId: owner.id,
        kind: 'email-taken',
        sentence: 'has an email address on Cobot that another lock user has; the lock user keeps its old one',
      });
      result = Object.keys(rest).length > 0 ? await parts.locks.updateUser(person.lockUser.id, rest) : result;
    }
    if (result === 'updated') {
      await record(applied, parts, now, cause, {
        action: 'update',
        membershipId: owner.id,
        lockUserId: person.lockUser.id,
        lockId: null,
        sentence: sentenceOf.update(Object.keys(patch)),
      });
    }
  }
}

/** The links that the plan's person should have and that are not stored so. */
function newLinks({ person }: PersonPlan, stored: Doing['links'], now: Instant): Link[] {
  const { lockUser, origin } = person;
  if (!lockUser || !origin) return [];
  const base = { lockUserId: lockUser.id, origin };
  const links: Link[] = [
    ...person.memberships.map(({ id }) => ({ ...base, membershipId: id, endedAt: null })),
    ...person.ended.map(({ id }) => ({ ...base, membershipId: id, endedAt: stored.get(id)?.endedAt ?? now })),
  ];
  return links.filter((link) => {
    const old = stored.get(link.membershipId);
    return old?.lockUserId !== link.lockUserId || old.endedAt !== link.endedAt || old.origin !== link.origin;
  });
}

/** The store is the first to know which memberships a lock user stands for; marks and tokens are there if it is lost. */
async function keepLinks({ plan, parts, now, cause, links }: Doing, applied: Applied): Promise<void> {
  const changed = newLinks(plan, links, now);
  if (changed.length === 0) return;
  await parts.store.links.put(changed);
  for (const link of changed) {
    const isNew =
      link.origin === 'adopted' &&
      link.endedAt === null &&
      links.get(link.membershipId)?.lockUserId !== link.lockUserId;
    if (!isNew) continue;
    const { membershipId, lockUserId } = link;
    await record(applied, parts, now, cause, {
      action: 'adopt',
      membershipId,
      lockUserId,
      lockId: null,
      sentence: sentenceOf.adopt,
    });
  }
}

async function add(
  { plan, parts, now, cause, wording }: Doing,
  lockUserId: string,
  grant: DesiredGrant,
  applied: Applied,
): Promise<void> {
  const { from, until, lockId } = grant;
  const wanted = { lockUserId, lockId, from, until, note: parts.marks.noteOf(grant.membershipId, grant.reason) };
  const given = await parts.locks.addGrant(parts.locks.adjust(wanted));
  if (given === 'gone') {
    throw new TransientError('the lock user or lock is gone', {
      code: 'lock_target_gone',
      where: `granting at lock ${lockId}`,
      advice: 'it is looked up again; a lock that was removed has to leave the policy',
      effect: 'none',
    });
  }
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

async function record(
  applied: Applied,
  { store, log }: SyncParts,
  now: Instant,
  cause: string,
  line: ChangeLine,
): Promise<void> {
  applied.lines.push(line);
  log.info(
    { action: line.action, membership: line.membershipId, lockUser: line.lockUserId, lock: line.lockId, cause },
    line.sentence,
  );
  await store.audit.append([entryOf(line, now, cause)]);
}

export const entryOf = (
  { action, membershipId, lockUserId, lockId, sentence }: ChangeLine,
  at: Instant,
  cause: string,
): AuditEntry => ({
  at,
  action,
  sentence,
  cause,
  membershipId,
  lockUserId,
  lockId,
});
