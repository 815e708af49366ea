// "Who may open the studio?": everybody by the rules, as of the last good read of each, and whoever the lock system lets
// in besides. Changes nothing.
import { decide, entitledAt } from '../access/decide.ts';
import { effective } from '../access/diff.ts';
import type { Instant, Lock } from '../access/model.ts';
import { isInEffect } from '../access/standing.ts';
import { contains } from '../access/windows.ts';
import { UpstreamError } from '../lib/errors.ts';
import type { OwnedGrant, OwnedUser } from '../locks/owned.ts';
import type { Evidence } from '../store/store.ts';
import { allFactsOfEvidence } from './evidence-facts.ts';
import type { SyncParts } from './parts.ts';
import { isTold, overruledBy, overruledMembers } from './why.ts';

export type WhoLine = {
  /** Of the member, else of the lock user. */
  name: string;
  membershipId: string | null;
  lockUserId: string | null;
  /** 'rules': by the policy. 'others': only through a grant that the relay did not make. 'left over': ours, and no longer due. */
  through: 'rules' | 'others' | 'left over';
  because: string;
  /** Is it so at the lock system? null: it was not read, or does not tell yet. */
  opens: boolean | null;
};

export async function who(
  lock: Lock,
  { at, rulesOnly = false }: { at?: Instant | undefined; rulesOnly?: boolean },
  parts: SyncParts,
): Promise<{ lines: WhoLine[]; lockSystemRead: boolean }> {
  const now = parts.clock.now();
  const moment = at ?? now;
  const evidence = await parts.store.evidence.all();
  const links = new Map((await parts.store.links.all()).map((link) => [link.membershipId, link.lockUserId]));
  const isAsked = isTold(moment, now);
  const read = rulesOnly ? undefined : await readLockSystem(parts, isAsked);
  const open =
    read && isAsked
      ? read.grants.filter(
          (grant) => grant.lockId === lock.id && isInEffect(grant) && contains(effective(grant, moment), moment),
        )
      : null;
  const terms: Terms = { lock, at: moment, open, evidence, links, users: read?.users ?? [] };
  const entitled = await byRules(terms, parts);
  const served = new Set(entitled.map(({ lockUserId }) => lockUserId));
  const lines = [...entitled, ...besides(terms).filter(({ lockUserId }) => !served.has(lockUserId))];
  return {
    lines: lines.toSorted(
      (a, b) => a.name.localeCompare(b.name) || (a.lockUserId ?? '').localeCompare(b.lockUserId ?? ''),
    ),
    lockSystemRead: read !== undefined,
  };
}

type Terms = {
  lock: Lock;
  at: Instant;
  /** Grants that open the lock then; null: not known. */
  open: readonly OwnedGrant[] | null;
  evidence: ReadonlyMap<string, Evidence>;
  /** By membership. */
  links: ReadonlyMap<string, string>;
  users: readonly OwnedUser[];
};

async function byRules({ lock, at, open, evidence, links, users }: Terms, parts: SyncParts): Promise<WhoLine[]> {
  const { policy, locks } = await parts.policy();
  const { calendar } = await parts.space();
  const overruled = await overruledMembers(parts);
  const factsOf = await allFactsOfEvidence(parts.store, parts.clock.now());
  const emails = new Map(users.map(({ id, email }) => [id, email]));
  const openers = open && new Set<string | null>(open.map((grant) => grant.lockUserId));
  const lines: WhoLine[] = [];
  for (const group of Map.groupBy(
    evidence.values(),
    ({ membership: { id } }) => links.get(id) ?? `none: ${id}`,
  ).values()) {
    const members = group.map(factsOf);
    const ids = members.map(({ membership }) => membership.id);
    const lockUserId = links.get(ids[0] ?? '') ?? null;
    const own = members.map(({ membership }) => membership.email).find((each) => each !== null) ?? null;
    const email = emails.get(lockUserId ?? '') ?? own;
    if (overruledBy(email, policy) !== undefined || ids.some((id) => overruled.has(id))) continue;
    const entitled = entitledAt(decide(members, email, { policy, locks, calendar, now: at }), lock.id, at);
    const first = members.find(({ membership }) => membership.id === entitled[0]?.membershipId);
    if (!first) continue;
    lines.push({
      name: first.membership.name,
      membershipId: first.membership.id,
      lockUserId,
      through: 'rules',
      because: [...new Set(entitled.map(({ sentence }) => sentence))].join('; '),
      opens: openers?.has(lockUserId) ?? null,
    });
  }
  return lines;
}

/** Everybody who can open it at the lock system, whatever the rules say. */
function besides({ open, evidence, links, users }: Terms): WhoLine[] {
  const byId = new Map(users.map((user) => [user.id, user]));
  const members = new Map([...links].map(([id, lockUserId]) => [lockUserId, id]));
  const byEmail = new Map([...evidence].map(([id, { membership }]) => [membership.email?.toLowerCase(), id]));
  return [...Map.groupBy(open ?? [], (grant) => grant.lockUserId)].map(([lockUserId, grants]): WhoLine => {
    const user = byId.get(lockUserId);
    const membershipId = members.get(lockUserId) ?? byEmail.get(user?.email.toLowerCase()) ?? null;
    const isOurs = grants.some(({ ours }) => ours);
    return {
      name: evidence.get(membershipId ?? '')?.membership.name ?? user?.name ?? user?.email ?? '',
      membershipId,
      lockUserId,
      through: isOurs ? 'left over' : 'others',
      because: isOurs
        ? 'no rule gives it any more; it is held, kept, or about to be taken away'
        : 'a grant that the relay did not make',
      opens: true,
    };
  });
}

/** undefined: the lock system does not answer. Grants, which may be many thousands, only where they tell of the moment. */
async function readLockSystem(
  { locks }: SyncParts,
  isAsked: boolean,
): Promise<{ users: OwnedUser[]; grants: OwnedGrant[] } | undefined> {
  try {
    const [users, grants] = await Promise.all([locks.users(), isAsked ? locks.grants() : []]);
    return { users, grants };
  } catch (error) {
    if (error instanceof UpstreamError) return undefined;
    throw error;
  }
}
