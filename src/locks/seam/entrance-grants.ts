// Grants at entrances: parts of access grants. Joins what is asked for within one tick, and does what joined-grants.ts
// plans. Must never delete an access grant before the one that takes its place is there, nor one by others that opens more.
import { randomBytes } from 'node:crypto';
import type { CurrentGrant, Standing, Window } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';
import { RefusedError } from '../../lib/errors.ts';
import { createKeyedLock } from '../../lib/keyed-lock.ts';
import { inLanes } from '../../lib/lanes.ts';
import type { Side } from '../../lib/together.ts';
import type { LockSystem, NewGrant } from '../lock-system.ts';
import { createAccessGrants } from './access-grants.ts';
import type { SeamClient } from './client.ts';
import type { Directory } from './directory.ts';
import { createDoors } from './doors.ts';
import { lockUserOfLineage, newLineage, readKey, readPartId, writeKey } from './grant-key.ts';
import { createHandOver } from './hand-over.ts';
import { createIssued } from './issued.ts';
import {
  doorsOf,
  generationsOf,
  headOf,
  joinNotes,
  planMove,
  planRemoval,
  reportParts,
  type Seen,
} from './joined-grants.ts';
import { gatherTick } from './same-tick.ts';
import { standingOfGrant } from './standing.ts';
import { isOver } from './times.ts';

const WIDTH = 4;

export type EntranceGrants = Pick<LockSystem, 'grants' | 'moveGrant' | 'removeGrant'> & {
  add(grant: NewGrant): Promise<CurrentGrant | 'gone'>;
  /** Of one lock user, with the doors that each opens. */
  seenOf(lockUserId: string): Promise<Seen[]>;
  /** All of a lock user; refused where one by others opens no door that the relay knows, so that nobody could have seen it. */
  removeAll(lockUserId: string): Promise<void>;
};

export function createEntranceGrants(parts: {
  client: SeamClient;
  directory: Directory;
  clock: Clock;
  accessMethods: readonly string[];
  isThere: (lockUserId: string) => Promise<boolean>;
  signal?: AbortSignal;
  side?: Side;
}): EntranceGrants {
  const { client, directory, clock } = parts;
  const doors = createDoors(client, directory);
  const issued = createIssued(client);
  const calls = createAccessGrants({ ...parts, remember: doors.remember });
  const handOver = createHandOver({ ...parts, issued });
  const oneAtATime = parts.side?.oneAtATime ?? createKeyedLock();

  async function seenOf(lockUserId: string): Promise<Seen[]> {
    return (await doors.ofLockUser(lockUserId)).filter(({ isGoing }) => !isGoing);
  }

  async function grants(of?: { lockUserId: string }): Promise<CurrentGrant[]> {
    const seen = of === undefined ? await doors.all() : await seenOf(of.lockUserId);
    const standings = new Map<string, Standing | undefined>();
    await inLanes(WIDTH, seen.filter(isWatched), async (grant) => {
      standings.set(grant.id, standingOfGrant(grant, await issued.methodsOf(grant)));
    });
    if (of === undefined) issued.keepOnly(seen.flatMap(({ methodIds }) => methodIds));
    return reportParts(seen, ({ id }) => standings.get(id));
  }

  /** Only ours, and only while they can open something. */
  const isWatched = (grant: Seen) =>
    !grant.isGoing && grant.doors.length > 0 && readKey(grant) !== undefined && !isOver(grant, clock.now());

  const addTogether = gatherTick(async (asks: readonly NewGrant[]): Promise<(CurrentGrant | 'gone')[]> => {
    const [first] = asks;
    if (first === undefined) return [];
    const lineage = newLineage(first.note, first.lockUserId, randomBytes(6).toString('hex'));
    if (lockUserOfLineage(lineage) !== first.lockUserId) throw unmarked();
    const made = await calls.create({
      key: writeKey(lineage, 1),
      lockUserId: first.lockUserId,
      doors: [...new Set(asks.map(({ lockId }) => lockId))],
      window: first,
      name: joinNotes(asks.map(({ note }) => note)),
    });
    if (made === 'gone') return asks.map(() => 'gone' as const);
    const given = reportParts([made], (grant) => standingOfGrant(grant, undefined));
    return asks.map(({ lockId }) => given.find((part) => part.lockId === lockId) ?? 'gone');
  });

  const moveTogether = gatherTick(
    (asks: readonly { whole: string; entranceId: string; to: Window }[]): Promise<('moved' | 'cannot' | 'gone')[]> => {
      const { whole = '', to = { from: null, until: null } } = asks[0] ?? {};
      const lockUserId = lockUserOfLineage(whole);
      if (lockUserId === undefined) return Promise.resolve(asks.map(() => 'cannot' as const));
      return oneAtATime([lockUserId], async () => {
        const generations = generationsOf(whole, await doors.ofLockUser(lockUserId));
        const there = doorsOf(generations);
        const plan = planMove(generations, new Set(asks.map(({ entranceId }) => entranceId)));
        const outcome = plan === 'cannot' ? plan : await calls.move(plan, to);
        return asks.map(({ entranceId }) => (there.has(entranceId) ? outcome : 'gone'));
      });
    },
  );

  const removeTogether = gatherTick(async (asks: readonly { whole: string; entranceId: string }[]): Promise<true[]> => {
    const { whole = '' } = asks[0] ?? {};
    const asked = new Set(asks.map(({ entranceId }) => entranceId));
    const lockUserId = lockUserOfLineage(whole);
    if (lockUserId === undefined) await removeTheirs(whole, asked);
    else await oneAtATime([lockUserId], () => removeOurs(whole, lockUserId, asked));
    return asks.map(() => true as const);
  });

  async function removeOurs(lineage: string, lockUserId: string, asked: Set<string>): Promise<void> {
    const seen = generationsOf(lineage, await doors.ofLockUser(lockUserId));
    const { make, heirs, remove } = planRemoval(seen, asked, clock.now());
    if (make) {
      const { generation, like, doors: kept } = make;
      const key = writeKey(lineage, generation);
      const made = await calls.create({ key, lockUserId, doors: kept, window: like, name: like.name ?? '' });
      // 'gone': nobody and nowhere is left to keep it for.
      if (made !== 'gone') heirs.push(made);
    }
    await handOver(remove, heirs);
    for (const { id } of remove) await calls.remove(id);
  }

  async function removeTheirs(id: string, asked: ReadonlySet<string>): Promise<void> {
    const grant = await calls.get(id);
    if (grant === undefined) return;
    const seen = (await doors.ofLockUser(grant.lockUserId)).find((each) => each.id === id);
    if (seen === undefined) return;
    const opensMore = seen.hasSpaces || !new Set(seen.doors).isSubsetOf(asked);
    if (opensMore) throw opensMoreThanAsked();
    await calls.remove(id);
  }

  return {
    grants,
    add({ lockUserId, ...grant }) {
      const now = clock.now();
      const from = grant.from !== null && grant.from <= now ? null : grant.from;
      const key = JSON.stringify([lockUserId, from, grant.until, headOf(grant.note)]);
      return addTogether(key, { ...grant, lockUserId, from });
    },
    moveGrant(id, to) {
      const part = readPartId(id);
      return moveTogether(JSON.stringify([part.whole, to.from, to.until]), { ...part, to });
    },
    async removeGrant(id) {
      const part = readPartId(id);
      await removeTogether(part.whole, part);
    },
    seenOf,
    async removeAll(lockUserId) {
      const all = await doors.ofLockUser(lockUserId);
      if (all.some((grant) => readKey(grant) === undefined && grant.doors.length === 0)) throw opensMoreThanAsked();
      for (const { id } of all) await calls.remove(id);
    },
  };
}

function opensMoreThanAsked(): RefusedError {
  return new RefusedError('An access grant by others opens more than what was to be taken back', {
    code: 'seam_opens_more',
    where: 'POST /access_grants/delete on Seam',
    advice: "nothing was done; change it in Seam's console, where its doors can be seen together",
  });
}

function unmarked(): RefusedError {
  return new RefusedError("A grant's note has to begin with the relay's mark", {
    code: 'seam_unmarked',
    where: 'POST /access_grants/create on Seam',
    advice: 'nothing was sent, since it could not be told from those of others afterwards',
  });
}
