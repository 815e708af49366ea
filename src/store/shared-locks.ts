// One at a time per key over all processes: first in this process, then by a row that names the holder. The row of a
// process that is taken for dead is anybody's; until then it is nobody else's, also where the server was restarted.
import type { Clock } from '../lib/clock.ts';
import { createKeyedLock, type KeyedLock } from '../lib/keyed-lock.ts';
import type { Ask } from './shared-ask.ts';
import type { Lease, Term } from './shared-lease.ts';

/** Before it is looked again whether others are through. */
const FIRST_LOOK = 10;
const LONGEST_LOOK = 250;
const SECOND_TRY = 1000;
const RETRIES = 3;

export type SharedLocks = {
  room(name: string): KeyedLock;
  /** Of a process that leaves. */
  giveAllBack(): Promise<void>;
};

/** `take`: a number of its own for each time that keys are taken, so that giving back late gives back nothing newer. */
type Held = { keys: readonly string[]; holder: string; take: number };

type Parts = { ask: Ask; space: string; lease: Lease; clock: Clock };

export function createSharedLocks({ ask, space, lease, clock }: Parts): SharedLocks {
  const inThisProcess = createKeyedLock();
  const holders = new Set<string>();
  let takes = 0;

  /** All of them, or null. */
  async function take(keys: readonly string[], { id: holder }: Term): Promise<Held | null> {
    holders.add(holder);
    takes += 1;
    const asked: Held = { keys, holder, take: takes };
    try {
      // A row that was taken a moment ago is its holder's, even where this statement does not see that process yet.
      const { rows } = await ask<{ key: string }>(
        `insert into shared_locks (space, key, holder, take)
         select $1, key, $3, $5 from unnest($2::text[]) with ordinality as wanted (key, place) order by place
         on conflict (space, key)
         do update set holder = excluded.holder, take = excluded.take, taken_at = clock_timestamp()
         where shared_locks.holder = excluded.holder
           or (shared_locks.taken_at < clock_timestamp() - $4 * interval '1 ms' and not exists (
             select from shared_processes
             where id = shared_locks.holder and seen_at > clock_timestamp() - $4 * interval '1 ms'))
         returning key`,
        [space, keys, holder, lease.takenOverAfter, takes],
      );
      if (rows.length === keys.length) return asked;
      if (rows.length > 0) await giveBack({ ...asked, keys: rows.map(({ key }) => key) });
      return null;
    } catch (error) {
      // Whether they were taken is not known.
      await giveBack(asked);
      throw error;
    }
  }

  /** Never throws: where the database does not answer it is tried until it does, or until our term is over anyway. */
  async function giveBack(held: Held): Promise<void> {
    try {
      // In the order in which they are taken, so that two never wait for each other.
      await ask(
        `with mine as (
           select key from shared_locks where space = $1 and holder = $2 and take = $3 and key = any($4)
           order by key for update)
         delete from shared_locks where space = $1 and key in (select key from mine)`,
        [space, held.holder, held.take, held.keys],
      );
    } catch {
      if (holders.has(held.holder)) clock.after(SECOND_TRY, () => void giveBack(held));
    }
  }

  async function takeWhenFree(keys: readonly string[], term: Term): Promise<Held> {
    let failures = 0;
    for (let pause = FIRST_LOOK; ; pause = Math.min(2 * pause, LONGEST_LOOK)) {
      try {
        const held = await take(keys, term);
        if (held) return held;
        failures = 0;
      } catch (error) {
        failures += 1;
        // A connection that was lost is no reason to give up, for as long as this process may act.
        if (failures > RETRIES) throw error;
      }
      await clock.sleep(pause, term.signal);
      term.insist();
    }
  }

  async function hold<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const term = lease.term();
    const held = await takeWhenFree(keys, term);
    try {
      // It may have taken long.
      term.insist();
      return await lease.within(term, work);
    } finally {
      await giveBack(held);
    }
  }

  return {
    room: (name) => (keys, work) => {
      const named = [...new Set(keys)].map((key) => `${name} ${key}`).toSorted();
      return named.length === 0 ? work() : inThisProcess(named, () => hold(named, work));
    },
    async giveAllBack() {
      const all = [...holders];
      holders.clear();
      await ask('delete from shared_locks where space = $1 and holder = any($2)', [space, all]);
    },
  };
}
