// Shows which grants by others could be taken over as ours, and takes over those that were shown.

import { isoTime } from '../lib/wording.ts';
import { type Adoptable, adopt, findAdoptable } from '../sync/adopt.ts';
import type { Answers, Operator } from './answers.ts';
import { lockNames, zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';

export function adopting({ parts }: OperatorApp): Pick<Operator, 'adopt'> {
  const { store } = parts;
  return {
    async adopt({ email, grantIds }) {
      const { locks } = await parts.policy();
      const found = await findAdoptable(parts, email ?? undefined);
      const zone = await zoneOf(store);
      const show = await showing();
      if (grantIds === null) return { zone, grants: found.flatMap(show), done: null };
      const wanted = new Set(grantIds);
      const meant = found
        .map((each) => ({ ...each, grants: each.grants.filter(({ id }) => wanted.has(id)) }))
        .filter(({ grants }) => grants.length > 0);
      const { taken, failed } = await adopt(meant, parts, (id) => locks.find((lock) => lock.id === id));
      const names = new Map(meant.map(({ membership: { id, name } }) => [id, name]));
      return {
        zone,
        grants: meant.flatMap(show),
        done: { taken, failed: failed.map((each) => ({ ...each, member: names.get(each.membershipId) ?? null })) },
      };
    },
  };

  async function showing(): Promise<(each: Adoptable) => Answers['adopt']['grants']> {
    const lockName = await lockNames(store);
    return ({ membership, isFormer, user, grants }) =>
      grants.map(({ id, lockId, from, until }) => ({
        membershipId: membership.id,
        member: membership.name,
        isFormer,
        lockUserId: user.id,
        grantId: id,
        lockId,
        lock: lockName(lockId),
        from: from === null ? null : isoTime(from),
        until: until === null ? null : isoTime(until),
      }));
  }
}
