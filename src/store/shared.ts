// The agreement of src/lib/together.ts in PostgreSQL, for several processes. Whoever cannot reach the database does
// nothing at all.
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Together, Touched } from '../lib/together.ts';
import type { PostgresDatabase } from './database.ts';
import { type Ask, openAsking } from './shared-ask.ts';
import { createSharedCalls } from './shared-calls.ts';
import { joinOthers, type Silence } from './shared-lease.ts';
import { createSharedLocks } from './shared-locks.ts';

/** Throws where the database does not answer. */
export async function shareWithOthers({
  database,
  ...parts
}: {
  database: Pick<PostgresDatabase, 'pool'>;
  space: string;
  clock: Clock;
  /** Milliseconds that go on through a change of the clock and while the process is frozen. */
  steady: () => number;
  newId: () => string;
  log: Pick<Log, 'warn' | 'info'>;
  /** Only tests make it shorter. */
  silence?: Silence;
}): Promise<Together> {
  const { space, steady } = parts;
  const { ask, close } = openAsking(database.pool.options);
  try {
    const lease = await joinOthers({ ...parts, ask });
    const locks = createSharedLocks({ ...parts, ask, lease });
    return {
      oneAtATime: locks.room,
      callsTo: (side) => createSharedCalls({ ask, space, side, steady }),
      touched: (kind) => touchedIn(ask, space, kind),
      isDue: async (name, ms) => {
        const { rowCount } = await ask(
          `insert into shared_notes (space, name, value) values ($1, $2, shared_now())
           on conflict (space, name) do update set value = excluded.value where shared_notes.value <= excluded.value - $3`,
          [space, `due ${name}`, ms],
        );
        return rowCount === 1;
      },
      note: (name) => noteIn(ask, space, `note ${name}`),
      others: lease.others,
      asOne: async (work) => lease.within(lease.term(), work),
      permit: lease.term,
      async close() {
        try {
          await locks.giveAllBack();
          await lease.leave();
        } catch {
          // Then it ends by itself.
        }
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function touchedIn(ask: Ask, space: string, kind: string): Touched {
  return {
    async stamp() {
      const { rows } = await ask<{ last: number }>(
        'select case when is_called then last_value else 0 end as last from shared_touches_count',
        [],
      );
      return rows[0]?.last ?? 0;
    },
    async touch(keys) {
      await ask(
        `insert into shared_touches (space, kind, key, count)
         select $1, $2, key, nextval('shared_touches_count') from (select distinct unnest($3::text[]) as key order by 1) as all_keys
         on conflict (space, kind, key) do update set count = greatest(shared_touches.count, excluded.count)`,
        [space, kind, keys],
      );
    },
    async since(stamp, keys) {
      if (keys.length === 0) return false;
      const { rowCount } = await ask(
        'select from shared_touches where space = $1 and kind = $2 and key = any($3) and count > $4 limit 1',
        [space, kind, keys, stamp],
      );
      return (rowCount ?? 0) > 0;
    },
  };
}

function noteIn(ask: Ask, space: string, name: string): ReturnType<Together['note']> {
  return {
    async read() {
      const { rows } = await ask<{ value: number }>('select value from shared_notes where space = $1 and name = $2', [
        space,
        name,
      ]);
      return rows[0]?.value;
    },
    async write(value) {
      await ask(
        `insert into shared_notes (space, name, value) values ($1, $2, $3)
         on conflict (space, name) do update set value = excluded.value`,
        [space, name, value],
      );
    },
  };
}
