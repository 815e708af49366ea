// A lock system that keeps no windows, in memory, with the adapter around it on a real store; and what goes wrong there:
// calls that fail, answers that never come, a process that dies between any two steps.
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { diff } from '../../src/access/diff.ts';
import type { CurrentGrant, DesiredGrant, Instant, Window } from '../../src/access/model.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { RefusedError, TransientError } from '../../src/lib/errors.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { createOwnedLocks, marks } from '../../src/locks/owned.ts';
import { createWindowsByTimer } from '../../src/locks/windows-by-timer.ts';
import type { Database } from '../../src/store/database.ts';
import type { TimedGrants } from '../../src/store/filled-in.ts';
import { migrate } from '../../src/store/migrations/migrate.ts';
import { NodeSqliteDialect } from '../../src/store/node-sqlite.ts';
import { scopeOf } from '../../src/store/scope.ts';
import type { Tables } from '../../src/store/tables.ts';
import { createTimedGrants } from '../../src/store/timed-grants.ts';
import { memoryLocks, memoryWitness } from './memory-locks.ts';

export const MONDAY = Date.UTC(2026, 10, 30, 9);
export const HOUR = 3_600_000;
export const ours = marks('co-up');
export const note = ours.noteOf('m1', 'Front door for everybody');

/** Grants by others that are there from the start. */
export const foreign: CurrentGrant[] = [
  { id: 'theirs-1', lockUserId: 'ada', lockId: 'front', from: null, until: null, note: null },
  { id: 'theirs-2', lockUserId: 'ada', lockId: 'back', from: MONDAY, until: MONDAY + HOUR, note: 'by hand' },
  { id: 'theirs-3', lockUserId: 'bob', lockId: 'front', from: null, until: null, note: 'relay:other m1 another space' },
];

/** 'down': nothing was done. 'lost': done, and no answer. The process dies before or after it was done. */
export type Fault = 'down' | 'refused' | 'lost' | 'dies before' | 'dies after';

const where = { code: 'test', where: 'the lock system', advice: 'Wait.' };
class Died extends Error {}

export type WindowlessWorld = Awaited<ReturnType<typeof windowlessWorld>>;

export async function openMemoryDatabase(): Promise<Kysely<Tables>> {
  const sql = new Kysely<Tables>({ dialect: new NodeSqliteDialect(new DatabaseSync(':memory:')) });
  await migrate(sql);
  return sql;
}

/** What a table file is handed, on SQLite. */
export function scopeOn(sql: Kysely<Tables>, space = 'co-up') {
  const durable: Database['durable'] = (work) => sql.transaction().execute(work);
  return scopeOf({ sql, durable, alone: (_, work) => durable(work) }, space);
}

/** Steps that go wrong when they are told to. */
export function createFaults() {
  let fault: { kind: Fault; after: number; only: RegExp } | undefined;
  let isDead = false;
  let watch: () => void = () => undefined;

  async function sabotaged<T>(name: string, deed: () => Promise<T>): Promise<T> {
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

  return {
    async step<T>(name: string, deed: () => Promise<T>): Promise<T> {
      if (isDead) throw new Died();
      return sabotaged(name, async () => {
        const result = await deed();
        watch();
        return result;
      });
    },
    /** From the step after so many of the kind on, until healed or restarted. */
    sabotage(kind: Fault, options: { after?: number; only?: RegExp } = {}) {
      fault = { kind, after: options.after ?? 0, only: options.only ?? /^lock/ };
    },
    heal() {
      fault = undefined;
    },
    revive() {
      fault = undefined;
      isDead = false;
    },
    isDead: () => isDead,
    /** Looked through after every step. */
    watch(look: () => void) {
      watch = look;
    },
  };
}

/** The same store, each write of which is a step. */
export const steppedTimedGrants = (
  store: TimedGrants,
  { step }: Pick<ReturnType<typeof createFaults>, 'step'>,
): TimedGrants => ({
  ...store,
  add: (grant) => step('store: add', () => store.add(grant)),
  stand: (ids, on) => step('store: stand', () => store.stand(ids, on)),
  move: (id, to) => step('store: move', () => store.move(id, to)),
  shut: (id) => step('store: shut', () => store.shut(id)),
  remove: (ids) => step('store: remove', () => store.remove(ids)),
  removeLockUser: (id) => step('store: removeLockUser', () => store.removeLockUser(id)),
});

/** Forgets windows, as such a lock system does; and knows no lock but its own. */
export function withoutWindows(lockSystem: LockSystem): LockSystem {
  return {
    ...lockSystem,
    capabilities: { ...lockSystem.capabilities, windowsOnGrants: false, movesInPlace: false },
    addGrant: (grant) => lockSystem.addGrant({ ...grant, from: null, until: null }),
    moveGrant: async () => 'cannot',
    adjust: (grant) => lockSystem.adjust({ ...grant, from: null, until: null }),
  };
}

export async function windowlessWorld(
  start: {
    grants?: CurrentGrant[];
    sql?: Kysely<Tables>;
    space?: string;
    /** Default: one that stands at MONDAY until a test sets it. */
    clock?: Pick<Clock, 'now'>;
    boundaryChanged?: (at: Instant) => Promise<void>;
  } = {},
) {
  const users = ['ada', 'bob'].map((id) => ({ id, email: `${id}@example.com`, name: id, externalId: null }));
  const memory = memoryLocks(users, start.grants);
  const sql = start.sql ?? (await openMemoryDatabase());
  const store = createTimedGrants(scopeOn(sql, start.space));
  const boundaries: Instant[] = [];
  const clock = { at: MONDAY, now: () => start.clock?.now() ?? clock.at };
  let made = 0;
  const faults = createFaults();
  const { step } = faults;

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
  const build = () =>
    createWindowsByTimer(vendor, {
      store: steppedTimedGrants(store, faults),
      clock,
      newId: () => {
        made += 1;
        return `row-${String(made).padStart(4, '0')}`;
      },
      isOurNote: ours.isOurNote,
      async boundaryChanged(at) {
        boundaries.push(at);
        await start.boundaryChanged?.(at);
      },
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
    sabotage: faults.sabotage,
    heal: faults.heal,
    /** A new process on the same store. */
    restart() {
      faults.revive();
      adapter = build();
    },
    isDead: faults.isDead,
    watch: faults.watch,
    /** Real grants of ours. */
    real: (lockUserId = 'ada', lockId = 'front') =>
      memory.allGrants.filter(
        (grant) => grant.lockUserId === lockUserId && grant.lockId === lockId && ours.isOurNote(grant.note),
      ),
    async add(window: Partial<Window> = {}, lockUserId = 'ada', lockId = 'front'): Promise<CurrentGrant> {
      const added = await adapter.addGrant({ lockUserId, lockId, from: null, until: null, note, ...window });
      if (added === 'gone' || added === 'there') throw new Error(added);
      return added;
    },
    /** What a reconcile does to take ada's grants at one lock to these windows. Returns what there was to do. */
    async reconcile(windows: readonly Window[], lockId = 'front') {
      const { owned } = world;
      const desired = windows.map(
        ({ from, until }): DesiredGrant => ({ from, until, lockId, reason: 'for everybody', membershipId: 'm1' }),
      );
      const grants = await owned.grants({ lockUserId: 'ada' });
      const current = grants.filter((grant) => grant.ours && grant.lockId === lockId);
      const terms = { now: clock.now(), keep: new Set<string>(), whyNot: () => 'membership ended' };
      const { adds, removals, clear } = diff(desired, current, terms);
      for (const { from, until } of adds) await owned.addGrant({ lockUserId: 'ada', lockId, from, until, note });
      for (const { grant } of removals) await owned.removeGrant(grant);
      for (const grant of clear) await owned.removeGrant(grant);
      return { adds: adds.length, removals: removals.length, clear: clear.length };
    },
    /** Time passes, and the timer goes off at its end. */
    async pass(ms: number) {
      clock.at += ms;
      return adapter.tick();
    },
  };
  return world;
}
