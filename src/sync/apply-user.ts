// A person's lock user: registered, changed, and linked to its memberships. Grants are apply.ts.
import type { Instant } from '../access/model.ts';
import { TransientError } from '../lib/errors.ts';
import type { Link } from '../store/store.ts';
import { type Applied, type Doing, record } from './doing.ts';
import type { PersonPlan } from './person-plan.ts';
import { sentenceOf } from './sentences.ts';

const HALF_A_MINUTE = 30_000;

/** Why a lock user keeps its old address. */
const oldEmail = {
  taken: {
    kind: 'email-taken',
    sentence: 'has an email address on Cobot that another lock user has; the lock user keeps its old one',
  },
  fixed: {
    kind: 'email-differs',
    sentence: 'has another email address on Cobot than the lock user; it cannot be changed at the lock system',
  },
};

export async function changeUser(doing: Doing, applied: Applied): Promise<void> {
  const { plan, parts, now, cause } = doing;
  const { person, userChange } = plan;
  if (userChange?.kind === 'register') {
    const { owner, email } = userChange;
    const user = { email, name: owner.name, externalId: parts.marks.userMark(owner.id) };
    const result = await parts.locks.createUser(user).catch(mayStillLand);
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
    if ((result === 'taken' || result === 'fixed') && email !== undefined) {
      applied.problems.push({ membershipId: owner.id, ...oldEmail[result] });
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

/** Looked up sooner than half a minute after a time-out, it might not be there yet, and then be there twice. */
function mayStillLand(error: unknown): never {
  if (!(error instanceof TransientError) || error.effect !== 'later') throw error;
  const { code, where, advice, effect } = error;
  throw new TransientError('registering took too long', {
    code,
    where,
    advice,
    effect,
    retryAfterMs: HALF_A_MINUTE,
    cause: error,
  });
}

/** The links that the plan's person should have and that are not stored so. */
export function newLinks({ person, losses }: PersonPlan, stored: Doing['links'], now: Instant): Link[] {
  const { lockUser, origin } = person;
  if (!lockUser || !origin) return [];
  const base = { lockUserId: lockUser.id, origin };
  // What is held for a list that lacks the membership was not asked for singly yet: before that it is not over.
  const over = person.ended.filter(({ unconfirmed }) => unconfirmed !== true || losses.length === 0);
  const links: Link[] = [
    ...person.memberships.map(({ id }) => ({ ...base, membershipId: id, endedAt: null })),
    ...over.map(({ id }) => ({ ...base, membershipId: id, endedAt: stored.get(id)?.endedAt ?? now })),
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
