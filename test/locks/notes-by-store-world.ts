// A lock system whose grants carry no note, in memory, with the adapters around it on a real store. It knows who gave
// what, which it tells nobody. Two kinds: grants with windows, of which a lock user may have many at a lock; and a set of
// locks for each lock user, which is replaced as a whole, as access policies are.
import type { Kysely } from 'kysely';
import type { CurrentGrant, Instant, LockUser, Window } from '../../src/access/model.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { createNotesByStore } from '../../src/locks/notes-by-store.ts';
import { createWindowsByTimer } from '../../src/locks/windows-by-timer.ts';
import type { GrantNotes } from '../../src/store/filled-in.ts';
import { createGrantNotes } from '../../src/store/grant-notes.ts';
import type { Tables } from '../../src/store/tables.ts';
import { createTimedGrants } from '../../src/store/timed-grants.ts';
import { memoryLocks } from './memory-locks.ts';
import {
  createFaults,
  MONDAY,
  note,
  openMemoryDatabase,
  ours,
  scopeOn,
  steppedTimedGrants,
} from './windowless-world.ts';

export type Kind = 'many' | 'one';
type Truth = CurrentGrant & { by: 'us' | 'others' };
type Step = ReturnType<typeof createFaults>['step'];

const locks = ['front', 'back'];
const always: Window = { from: null, until: null };
const userOf = (id: string): LockUser => ({ id, email: `${id}@example.com`, name: id, externalId: null });

/** `truth`: what is there, and who gave it. `calls`: of the connector, by name. */
type Bare = { connector: LockSystem; truth: Truth[]; calls: Map<string, number> };

const withoutNote = ({ by: _, ...grant }: Truth): CurrentGrant => ({ ...grant, note: null });

function manyGrants(step: Step, users: readonly LockUser[]): Bare {
  const calls = new Map<string, number>();
  const bare: Bare = { truth: [], calls, connector: memoryLocks(users) };
  const called = <T>(name: string, deed: () => Promise<T>) => {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return step(`lock: ${name}`, deed);
  };
  let made = 0;
  bare.connector = {
    ...memoryLocks(users),
    capabilities: { ...memoryLocks().capabilities, notesOnGrants: false },
    locks: async () => locks.map((id) => ({ id, name: id })),
    grants: (of) =>
      called('grants', async () =>
        bare.truth.filter(({ lockUserId }) => of === undefined || lockUserId === of.lockUserId).map(withoutNote),
      ),
    addGrant: ({ lockUserId, lockId, from, until }) =>
      called('addGrant', async () => {
        if (!locks.includes(lockId) || !users.some(({ id }) => id === lockUserId)) return 'gone' as const;
        made += 1;
        const grant = { id: `grant-${made}`, lockUserId, lockId, from, until, note: null };
        bare.truth.push({ ...grant, by: 'us' });
        return grant;
      }),
    moveGrant: (id, to) =>
      called('moveGrant', async () => {
        if (!bare.truth.some((grant) => grant.id === id)) return 'gone' as const;
        bare.truth = bare.truth.map((grant) => (grant.id === id ? { ...grant, ...to } : grant));
        return 'moved' as const;
      }),
    removeGrant: (id) =>
      called('removeGrant', async () => {
        bare.truth = bare.truth.filter((grant) => grant.id !== id);
      }),
    deleteUser: (id) =>
      called('deleteUser', async () => {
        bare.truth = bare.truth.filter(({ lockUserId }) => lockUserId !== id);
      }),
  };
  return bare;
}

function setsOfLocks(step: Step, users: readonly LockUser[]): Bare {
  const bare = manyGrants(step, users);
  const { calls } = bare;
  const idOf = (lockUserId: string, lockId: string) => `${lockUserId}:${lockId}`;

  const readSet = (lockUserId: string) =>
    step('lock: read set', async () => {
      calls.set('read set', (calls.get('read set') ?? 0) + 1);
      return bare.truth.filter((each) => each.lockUserId === lockUserId).map(({ lockId }) => lockId);
    });
  const putSet = (lockUserId: string, set: readonly string[]) =>
    step('lock: put set', async () => {
      calls.set('put set', (calls.get('put set') ?? 0) + 1);
      const kept = bare.truth.filter((each) => each.lockUserId !== lockUserId || set.includes(each.lockId));
      const added = set
        .filter((lockId) => !kept.some((each) => each.id === idOf(lockUserId, lockId)))
        .map((lockId) => ({ id: idOf(lockUserId, lockId), lockUserId, lockId, ...always, note: null }));
      bare.truth = [...kept, ...added.map((grant) => ({ ...grant, by: 'us' as const }))];
    });

  bare.connector = {
    ...bare.connector,
    capabilities: { ...bare.connector.capabilities, windowsOnGrants: false, grantsPerLock: 'one' },
    adjust: (grant) => ({ ...grant, ...always }),
    async addGrant({ lockUserId, lockId }) {
      if (!locks.includes(lockId) || !users.some(({ id }) => id === lockUserId)) return 'gone';
      const set = await readSet(lockUserId);
      if (set.includes(lockId)) return 'there';
      await putSet(lockUserId, [...set, lockId]);
      return { id: idOf(lockUserId, lockId), lockUserId, lockId, ...always, note: null };
    },
    moveGrant: async () => 'cannot',
    async removeGrant(id) {
      const [lockUserId = '', lockId = ''] = id.split(':');
      const set = await readSet(lockUserId);
      if (set.includes(lockId))
        await putSet(
          lockUserId,
          set.filter((each) => each !== lockId),
        );
    },
  };
  return bare;
}

export type NotelessWorld = Awaited<ReturnType<typeof notelessWorld>>;

export async function notelessWorld(
  kind: Kind,
  start: { sql?: Kysely<Tables>; space?: string /** Ada and bob are two of them. */; people?: number } = {},
) {
  const faults = createFaults();
  const { step } = faults;
  const more = Array.from({ length: (start.people ?? 2) - 2 }, (_, index) => `member-${index}`);
  const bare = (kind === 'many' ? manyGrants : setsOfLocks)(step, ['ada', 'bob', ...more].map(userOf));
  const scope = scopeOn(start.sql ?? (await openMemoryDatabase()), start.space);
  const store = createGrantNotes(scope);
  const timedGrants = createTimedGrants(scope);
  const stepped: GrantNotes = {
    ...store,
    add: (each) => step('store: add', () => store.add(each)),
    bind: (id, grantId) => step('store: bind', () => store.bind(id, grantId)),
    move: (id, to) => step('store: move', () => store.move(id, to)),
    remove: (ids) => step('store: remove', () => store.remove(ids)),
    removeLockUser: (id) => step('store: removeLockUser', () => store.removeLockUser(id)),
  };
  const clock = { at: MONDAY, now: () => clock.at };
  const boundaries: Instant[] = [];
  let made = 0;
  const newId = () => {
    made += 1;
    return `row-${String(made).padStart(4, '0')}`;
  };
  const build = (connector = bare.connector) => {
    const notes = createNotesByStore(connector, { store: stepped, clock, newId });
    const timers = createWindowsByTimer(notes, {
      store: steppedTimedGrants(timedGrants, faults),
      clock,
      newId,
      isOurNote: ours.isOurNote,
      boundaryChanged: async (at) => void boundaries.push(at),
    });
    return { notes, timers };
  };
  let adapters = build();

  return {
    store,
    timedGrants,
    clock,
    boundaries,
    connector: bare.connector,
    calls: bare.calls,
    get truth() {
      return bare.truth;
    },
    /** With notes. */
    get locks() {
      return adapters.notes;
    },
    /** With notes and with windows. */
    get timers() {
      return adapters.timers;
    },
    sabotage: faults.sabotage,
    heal: faults.heal,
    watch: faults.watch,
    isDead: faults.isDead,
    restart() {
      faults.revive();
      adapters = build();
    },
    /** The same adapters, where that happens right before or after the lock system lists its grants. */
    meanwhile(deed: () => Promise<unknown>, when: 'before' | 'after' = 'after') {
      const grants: LockSystem['grants'] = async (of) => {
        if (when === 'before') await deed();
        const read = await bare.connector.grants(of);
        if (when === 'after') await deed();
        return read;
      };
      return build({ ...bare.connector, grants });
    },
    /** By somebody else than the relay. Returns the id; undefined: there is one already, and no second is taken. */
    give(lockUserId: string, lockId: string, window: Window = always): string | undefined {
      const id = kind === 'one' ? `${lockUserId}:${lockId}` : `theirs-${bare.truth.length}-${made}`;
      if (bare.truth.some((grant) => grant.id === id)) return undefined;
      bare.truth.push({ id, lockUserId, lockId, ...window, note: null, by: 'others' });
      return id;
    },
    /** By somebody else than the relay, whoever gave it. */
    take(id: string) {
      bare.truth = bare.truth.filter((grant) => grant.id !== id);
    },
    async add(window: Partial<Window> = {}, lockId = 'front', lockUserId = 'ada'): Promise<CurrentGrant> {
      const added = await adapters.notes.addGrant({ lockUserId, lockId, ...always, note, ...window });
      if (added === 'gone' || added === 'there') throw new Error(added);
      return added;
    },
    /** Ids of what is reported as ours. */
    async ours(of?: { lockUserId: string }): Promise<string[]> {
      return (await adapters.notes.grants(of)).filter((grant) => ours.isOurNote(grant.note)).map(({ id }) => id);
    },
    /** What a sweep does: reads everything, and mends what is found. */
    async lookAfter() {
      await adapters.notes.grants();
      for (const finding of await adapters.notes.checkUp()) await finding.mend?.();
    },
  };
}
