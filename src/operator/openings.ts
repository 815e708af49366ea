// Who opened what, and what became of it.
import { isoTime } from '../lib/wording.ts';
import type { StoredOpening } from '../store/store.ts';
import type { Operator } from './answers.ts';
import { lockNamed, lockNames, membershipsNamed, nobodyKnown, zoneOf } from './names.ts';
import type { OperatorApp } from './parts.ts';
import { whoseId } from './whose-job.ts';

const MOST_READ = 5000;

export function listingOpenings({ parts }: OperatorApp): Pick<Operator, 'openings'> {
  const { store } = parts;

  async function ofMember(text: string | null): Promise<(opening: StoredOpening) => boolean> {
    if (text === null) return () => true;
    const ids = await membershipsNamed(text, store);
    if (ids.length === 0) throw nobodyKnown(text);
    const links = await Promise.all(ids.map((id) => store.links.of(id)));
    const lockUsers = new Set(links.map((link) => link?.lockUserId));
    return ({ lockUserId }) => lockUsers.has(lockUserId);
  }

  async function atLock(text: string | null): Promise<(opening: StoredOpening) => boolean> {
    if (text === null) return () => true;
    const lock = lockNamed(text, (await store.settings.get('locks')) ?? []);
    const ids = new Set([lock.id, ...(lock.doors ?? []).map(({ id }) => id)]);
    return ({ lockId }) => lockId !== null && ids.has(lockId);
  }

  return {
    async openings({ member, lock, limit }) {
      const [isOfMember, isAtLock] = [await ofMember(member), await atLock(lock)];
      const [whose, lockName] = [await whoseId(store), await lockNames(store)];
      const openings = (await store.openings.list({ limit: MOST_READ })).filter(
        (each) => isOfMember(each) && isAtLock(each),
      );
      return {
        zone: await zoneOf(store),
        openings: openings.slice(0, limit).map((opening) => ({
          at: isoTime(opening.occurredAt),
          ...whose(opening.lockUserId),
          lockUserId: opening.lockUserId,
          lock: opening.lockName ?? lockName(opening.lockId),
          outcome: opening.outcome,
          note: opening.note,
        })),
      };
    },
  };
}
