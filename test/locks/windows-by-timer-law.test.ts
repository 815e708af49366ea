// Laws of windows by timer: whatever happens, in whatever order, and wherever the process dies.
import fc from 'fast-check';
import type { Kysely } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CurrentGrant, Window } from '../../src/access/model.ts';
import { isOpen } from '../../src/locks/settle.ts';
import type { Tables } from '../../src/store/tables.ts';
import { type Fault, HOUR, MONDAY, note, openMemoryDatabase, windowlessWorld } from './windowless-world.ts';

const theirs: CurrentGrant[] = [
  { id: 'theirs-1', lockUserId: 'ada', lockId: 'front', from: null, until: null, note: null },
  { id: 'theirs-2', lockUserId: 'bob', lockId: 'back', from: null, until: MONDAY + HOUR, note: 'by hand' },
  { id: 'theirs-3', lockUserId: 'ada', lockId: 'back', from: null, until: null, note: 'relay:other m1 another space' },
];
const places = ['ada', 'bob'].flatMap((lockUserId) => ['front', 'back'].map((lockId) => ({ lockUserId, lockId })));

const someHours = fc.integer({ min: -4, max: 8 });
/** In hours from now. */
const someWindow = fc
  .record({ from: fc.option(someHours), length: fc.option(fc.integer({ min: 1, max: 6 })) })
  .map(({ from, length }) => ({ from, until: length === null ? null : (from ?? 0) + length }));
const someFault = fc.option(
  fc.record({
    kind: fc.constantFrom<Fault>('down', 'refused', 'lost', 'dies before', 'dies after'),
    after: fc.nat(7),
    anywhere: fc.boolean(),
  }),
  { freq: 2 },
);
const someStep = fc.record({
  what: fc.constantFrom('add', 'add', 'remove', 'move', 'move', 'tick', 'pass'),
  place: fc.constantFrom(...places),
  window: someWindow,
  index: fc.nat(20),
  hours: fc.integer({ min: -1, max: 5 }),
  fault: someFault,
});
type Step = typeof someStep extends fc.Arbitrary<infer S> ? S : never;

const inHours = ({ from, until }: Window, now: number): Window => ({
  from: from === null ? null : now + from * HOUR,
  until: until === null ? null : now + until * HOUR,
});

let sql: Kysely<Tables>;
let spaces = 0;
beforeAll(async () => {
  sql = await openMemoryDatabase();
});
const freshWorld = () => {
  spaces += 1;
  return windowlessWorld({ sql, space: `space-${spaces}`, grants: structuredClone(theirs) });
};
type World = Awaited<ReturnType<typeof freshWorld>>;

const foreignOf = (world: World) => world.memory.allGrants.filter(({ id }) => id.startsWith('theirs'));
const realAt = (world: World, { lockUserId, lockId }: (typeof places)[number]) =>
  world.real(lockUserId, lockId).map(({ id }) => id);

/** Goes through the steps; `held` are the grants that were given and not taken back. */
async function play(world: World, steps: readonly Step[]): Promise<Map<string, CurrentGrant>> {
  const held = new Map<string, CurrentGrant>();

  const give = async (window: Window, place: (typeof places)[number]) => {
    const given = await world.add(window, place.lockUserId, place.lockId);
    held.set(given.id, given);
  };
  const take = async ({ id }: CurrentGrant) => {
    // Should it fail, it may be there or not.
    held.delete(id);
    await world.locks.removeGrant(id);
  };
  const act = async ({ what, place, window, index }: Step) => {
    const now = world.clock.now();
    if (what === 'add') await give(inHours(window, now), place);
    if (what === 'tick') await world.locks.tick();
    const chosen = [...held.values()][index % Math.max(1, held.size)];
    if (!chosen) return;
    if (what === 'remove') await take(chosen);
    if (what === 'move') {
      const [before] = realAt(world, chosen);
      const moved = inHours(window, now);
      const wasOpen = isOpen(chosen, now) && isOpen(moved, now) && before !== undefined;
      world.watch(() => {
        if (wasOpen) expect(realAt(world, chosen)).toEqual([before]);
      });
      await give(moved, chosen);
      await take(chosen);
    }
  };

  // Set back right after a death, a clock makes a window open again whose real grant is gone: that is for the next diff.
  const earliest = steps.some(({ fault }) => fault?.kind.startsWith('dies')) ? 0 : -1;
  for (const step of steps) {
    world.clock.at += step.what === 'pass' ? Math.max(earliest, step.hours) * HOUR : 1000;
    if (step.fault) {
      const { kind, after, anywhere } = step.fault;
      world.sabotage(kind, { after, only: anywhere ? /^(lock|store)/ : /^lock: (add|remove)/ });
    }
    await act(step).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AssertionError') throw error;
    });
    world.watch(() => undefined);
    if (world.isDead()) world.restart();
    world.heal();
    for (const place of places) expect(realAt(world, place).length, 'real grants at a place').toBeLessThan(2);
  }
  return held;
}

describe('windows by timer', () => {
  it('are really open exactly when they say so, one real grant at a place, never shut in a move', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { maxLength: 14 }), async (steps) => {
        const world = await freshWorld();

        const held = await play(world, steps);
        await world.locks.tick();

        const now = world.clock.now();
        const rows = await world.store.all();
        for (const place of places) {
          const open = rows.filter(
            (row) => row.lockUserId === place.lockUserId && row.lockId === place.lockId && isOpen(row, now),
          );
          expect(realAt(world, place)).toHaveLength(open.length > 0 ? 1 : 0);
        }
        const reported = await world.locks.grants();
        for (const grant of held.values()) expect(reported).toContainEqual(grant);
        const isFaultless = steps.every(({ fault }) => fault === null);
        if (isFaultless) expect(rows).toHaveLength(held.size);
        expect(foreignOf(world)).toEqual(theirs);
        expect(await world.store.due(now)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('are mended by one diff whatever was lost, removed or doubled behind their back, and the next one is empty', async () => {
    const someDesire = fc.constantFrom<Window[]>(
      [],
      [{ from: null, until: null }],
      [{ from: -1, until: 2 }],
      [{ from: 1, until: 3 }],
      [
        { from: null, until: 1 },
        { from: 2, until: null },
      ],
    );
    const damage = fc.array(
      fc.record({
        what: fc.constantFrom('row lost', 'grant removed', 'double', 'store lost'),
        index: fc.nat(9),
        place: fc.constantFrom(...places),
      }),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(someStep, { maxLength: 8 }),
        damage,
        someDesire,
        someDesire,
        fc.boolean(),
        async (steps, damages, front, back, wasGiven) => {
          const world = await freshWorld();
          await play(world, steps);
          if (wasGiven) await world.reconcile(front.map((each) => inHours(each, world.clock.now())));
          for (const each of damages) await harm(world, each);
          const now = world.clock.now();
          const desired = {
            front: front.map((each) => inHours(each, now)),
            back: back.map((each) => inHours(each, now)),
          };

          await world.reconcile(desired.front, 'front');
          await world.reconcile(desired.back, 'back');
          const second = [await world.reconcile(desired.front, 'front'), await world.reconcile(desired.back, 'back')];
          await world.locks.tick();

          const nothing = { adds: 0, removals: 0, clear: 0 };
          expect(second).toEqual([nothing, nothing]);
          for (const lockId of ['front', 'back'] as const) {
            const isDue = desired[lockId].some((each) => isOpen(each, now));
            expect(realAt(world, { lockUserId: 'ada', lockId })).toHaveLength(isDue ? 1 : 0);
          }
          expect(foreignOf(world)).toEqual(theirs);
        },
      ),
      { numRuns: 400 },
    );
  });
});

async function harm(
  world: World,
  { what, index, place }: { what: string; index: number; place: (typeof places)[number] },
): Promise<void> {
  const rows = await world.store.all();
  const row = rows[index % Math.max(1, rows.length)];
  if (what === 'store lost') await world.store.remove(rows.map(({ id }) => id));
  if (what === 'double') await world.memory.addGrant({ ...place, from: null, until: null, note });
  if (!row) return;
  if (what === 'row lost') await world.store.remove([row.id]);
  const [real] = realAt(world, row);
  if (what === 'grant removed' && real !== undefined) await world.memory.removeGrant(real);
}
