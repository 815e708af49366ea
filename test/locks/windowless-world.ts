// A lock system that keeps no windows, in memory, with the adapter around it on a real store; and what goes wrong there:
// calls that fail, answers that never come, a process that dies between any two steps.
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { CurrentGrant, Instant, Window } from '../../src/access/model.ts';
import { RefusedError, TransientError } from '../../src/lib/errors.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { createOwnedLocks, marks } from '../../src/locks/owned.ts';
import { createWindowsByTimer } from '../../src/locks/windows-by-timer.ts';
import { migrate } from '../../src/store/migrations/migrate.ts';
import { NodeSqliteDialect } from '../../src/store/node-sqlite.ts';
import type { TimedGrants } from '../../src/store/store.ts';
import type { Tables } from '../../src/store/tables.ts';
import { createTimedGrants } from '../../src/store/timed-grants.ts';
import { memoryLocks, memoryWitness } from './memory-locks.ts';

export const MONDAY = Date.UTC(2026, 10, 30, 9);
export const HOUR = 3_600_000;
export const ours = marks('co-up');
export const note = ours.noteOf('m1', 'Front door for everybody');

/** 'down': nothing was done. 'lost': done, and no answer. The process dies before or after it was done. */
export type Fault = 'down' | 'refused' | 'lost' | 'dies before' | 'dies after';

const where = { code: 'test', where: 'the lock system', advice: 'Wait.' };
class Died extends Error {}

export type Memory = ReturnType<typeof memoryLocks>;
export type WindowlessWorld = Awaited<ReturnType<typeof windowlessWorld>>;

export async function openMemoryDatabase(): Promise<Kysely<Tables>> {
  const sql = new Kysely<Tables>({ dialect: new NodeSqliteDialect(new DatabaseSync(':memory:')) });
  await migrate(sql);
  return sql;
}

/** Forgets windows, as such a lock system does; and knows no lock but its own. */
export function withoutWindows(lockSystem: LockSystem): LockSystem {
  return {
    ...lockSystem,
    capabilities: { ...lockSystem.capabilities, windowsOnGrants: false },
    addGrant: (grant) => lockSystem.addGrant({ ...grant, from: null, until: null }),
    adjust: (grant) => lockSystem.adjust({ ...grant, from: null, until: null }),
  };
}

export async function windowlessWorld(
  start: { grants?: CurrentGrant[]; sql?: Kysely<Tables>; space?: string; at?: Instant } = {},
) {
  const users = ['ada', 'bob'].map((id) => ({ id, email: `${id}@example.com`, name: id, externalId: null }));
  const memory = memoryLocks(users, start.grants);
  const sql = start.sql ?? (await openMemoryDatabase());
  const store = createTimedGrants({ sql, space: start.space ?? 'co-up' });
  const boundaries: Instant[] = [];
  const clock = { at: start.at ?? MONDAY, now: () => clock.at };
  let made = 0;
  let fault: { kind: Fault; after: number; only: RegExp } | undefined;
  let isDead = false;

  async function step<T>(name: string, deed: () => Promise<T>): Promise<T> {
    if (isDead) throw new Died();
    if (!fault?.only.test(name)) return deed();
    if (fault.after > 0) {
      fault.after -= 1;
      return deed();
    }
    const { kind } = fault;
    if (kind === 'down') throw new TransientError('down', { ...where, effect: 'none' });
    if (kind === 'refused') throw new RefusedError('refused', where);
    isDead = kind !== 'lost';
    if (kind !== 'dies before') await deed();
    if (isDead) throw new Died();
    throw new TransientError('no answer', { ...where, effect: 'unknown' });
  }

  const vendor = withoutWindows({
    ...memory,
    locks: async () => ['front', 'back'].map((id) => ({ id, name: id })),
    grants: (of) => step('lock: grants', () => memory.grants(of)),
    addGrant: (grant) =>
      step('lock: addGrant', async () =>
        ['front', 'back'].includes(grant.lockId) ? memory.addGrant(grant) : ('gone' as const),
      ),
    removeGrant: (id) => step('lock: removeGrant', () => memory.removeGrant(id)),
    deleteUser: (id) => step('lock: deleteUser', () => memory.deleteUser(id)),
  });
  const stepped: TimedGrants = {
    ...store,
    add: (grant) => step('store: add', () => store.add(grant)),
    stand: (ids, on) => step('store: stand', () => store.stand(ids, on)),
    shut: (id, at) => step('store: shut', () => store.shut(id, at)),
    remove: (ids) => step('store: remove', () => store.remove(ids)),
  };
  const build = () =>
    createWindowsByTimer(vendor, {
      store: stepped,
      clock,
      newId: () => {
        made += 1;
        return `row-${String(made).padStart(4, '0')}`;
      },
      isOurNote: ours.isOurNote,
      boundaryChanged: async (at) => void boundaries.push(at),
    });
  let adapter = build();
  const witness = memoryWitness();

  const world = {
    memory,
    store,
    clock,
    vendor,
    get locks() {
      return adapter;
    },
    /** As the loop uses it. */
    get owned() {
      return createOwnedLocks(adapter, { marks: ours, witness, neverTouch: () => false });
    },
    /** The moments that a timer was asked for. */
    boundaries,
    /** From the step after so many of the kind on, until healed or restarted. */
    sabotage(kind: Fault, options: { after?: number; only?: RegExp } = {}) {
      fault = { kind, after: options.after ?? 0, only: options.only ?? /^lock/ };
    },
    heal() {
      fault = undefined;
    },
    /** A new process on the same store. */
    restart() {
      fault = undefined;
      isDead = false;
      adapter = build();
    },
    isDead: () => isDead,
    /** Real grants of ours. */
    real: (lockUserId = 'ada', lockId = 'front') =>
      memory.allGrants.filter(
        (grant) => grant.lockUserId === lockUserId && grant.lockId === lockId && ours.isOurNote(grant.note),
      ),
    async add(window: Partial<Window> = {}, lockUserId = 'ada', lockId = 'front'): Promise<CurrentGrant> {
      const added = await adapter.addGrant({ lockUserId, lockId, from: null, until: null, note, ...window });
      if (added === 'gone') throw new Error('gone');
      return added;
    },
    /** Time passes, and the timer goes off at its end. */
    async pass(ms: number) {
      clock.at += ms;
      return adapter.tick();
    },
  };
  return world;
}
