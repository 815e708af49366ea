// Laws of notes by store: whatever happens, in whatever order, and wherever the process dies.
import fc from 'fast-check';
import type { Kysely } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Window } from '../../src/access/model.ts';
import type { Tables } from '../../src/store/tables.ts';
import { type Kind, type NotelessWorld, notelessWorld } from './notes-by-store-world.ts';
import { type Fault, HOUR, MONDAY, note, openMemoryDatabase } from './windowless-world.ts';

const MINUTE = 60_000;
const kinds: Kind[] = ['many', 'one'];
const places = ['ada', 'bob'].flatMap((lockUserId) => ['front', 'back'].map((lockId) => ({ lockUserId, lockId })));
const windows: Window[] = [
  { from: null, until: null },
  { from: MONDAY, until: MONDAY + HOUR },
];

const someStep = fc.record({
  what: fc.constantFrom('add', 'add', 'remove', 'move', 'give', 'take', 'look after', 'delete user'),
  place: fc.constantFrom(...places),
  window: fc.constantFrom(...windows),
  index: fc.nat(20),
  minutes: fc.constantFrom(0, 0, 1, 5, 70),
  fault: fc.option(
    fc.record({
      kind: fc.constantFrom<Fault>('down', 'refused', 'lost', 'dies before', 'dies after'),
      after: fc.nat(6),
      anywhere: fc.boolean(),
    }),
    { freq: 2 },
  ),
});
type Step = typeof someStep extends fc.Arbitrary<infer S> ? S : never;
type Place = (typeof places)[number];

let sql: Kysely<Tables>;
let spaces = 0;
beforeAll(async () => {
  sql = await openMemoryDatabase();
});
const freshWorld = (kind: Kind) => {
  spaces += 1;
  return notelessWorld(kind, { sql, space: `space-${spaces}` });
};

const isAt = (a: Place, b: Place) => a.lockUserId === b.lockUserId && a.lockId === b.lockId;
const idsBy = (world: NotelessWorld, by: 'us' | 'others') =>
  world.truth
    .filter((grant) => grant.by === by)
    .map(({ id }) => id)
    .toSorted();

/** Nobody could tell a grant that others give there now from one that was asked for. */
async function isAmbiguous(world: NotelessWorld, kind: Kind, place: Place, window: Window): Promise<boolean> {
  const there = new Set(world.truth.map(({ id }) => id));
  return (await world.store.ofLockUser(place.lockUserId)).some(
    (each) =>
      isAt(each, place) &&
      (each.grantId === null
        ? kind === 'one' || each.until === window.until
        : kind === 'one' && !there.has(each.grantId)),
  );
}

async function act(world: NotelessWorld, kind: Kind, step: Step): Promise<void> {
  const { what, place, index } = step;
  const window = kind === 'one' ? { from: null, until: null } : step.window;
  const pick = <T>(items: readonly T[]): T | undefined => items[index % Math.max(1, items.length)];
  if (what === 'add') await world.locks.addGrant({ ...place, ...window, note });
  if (what === 'give' && !(await isAmbiguous(world, kind, place, window))) {
    world.give(place.lockUserId, place.lockId, window);
  }
  if (what === 'take') world.take(pick(world.truth)?.id ?? '');
  if (what === 'look after') await world.lookAfter();
  if (what === 'delete user') await world.locks.deleteUser(place.lockUserId);
  if (what !== 'remove' && what !== 'move') return;
  const ours = pick((await world.locks.grants()).filter((grant) => grant.note !== null));
  if (ours && what === 'remove') await world.locks.removeGrant(ours.id);
  if (ours && what === 'move') await world.locks.moveGrant(ours.id, window);
}

async function expectTold(world: NotelessWorld, kind: Kind): Promise<void> {
  expect((await world.ours()).toSorted(), 'reported as ours').toEqual(idsBy(world, 'us'));
  for (const lockUserId of ['ada', 'bob']) {
    const ours = world.truth.filter((grant) => grant.by === 'us' && grant.lockUserId === lockUserId);
    expect((await world.ours({ lockUserId })).toSorted()).toEqual(ours.map(({ id }) => id).toSorted());
  }
  if (kind === 'one') {
    const own = world.truth.map(({ id }) => id);
    expect(own).toEqual([...new Set(own)]);
  }
}

async function play(world: NotelessWorld, kind: Kind, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    world.clock.at += step.minutes * MINUTE;
    if (step.fault) {
      const { kind: fault, after, anywhere } = step.fault;
      world.sabotage(fault, { after, only: anywhere ? /^(lock|store)/ : /^lock: (add|put|remove|move)/ });
    }
    const before = idsBy(world, 'others');
    await act(world, kind, step).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AssertionError') throw error;
    });
    const isTheirDoing = ['give', 'take', 'delete user'].includes(step.what);
    if (!isTheirDoing) expect(idsBy(world, 'others'), 'theirs untouched').toEqual(before);
    if (world.isDead()) world.restart();
    world.heal();
    await expectTold(world, kind);
  }
}

describe.each(kinds)('notes by store, %s at a lock', (kind) => {
  it('tell ours from theirs at any moment, and in the end add and remove leave nothing of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { maxLength: 14 }), async (steps) => {
        const world = await freshWorld(kind);

        await play(world, kind, steps);
        const theirs = idsBy(world, 'others');
        world.clock.at += 3 * MINUTE;
        for (const place of places) await world.locks.addGrant({ ...place, from: null, until: null, note });
        for (const grant of await world.locks.grants()) {
          if (grant.note !== null) await world.locks.removeGrant(grant.id);
        }

        expect(world.truth.map(({ id }) => id).toSorted()).toEqual(theirs);
        expect(await world.store.all()).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('give nothing twice, however often it is asked for and whatever answers are lost', async () => {
    const someTry = fc.record({
      place: fc.constantFrom(...places),
      fault: fc.option(fc.constantFrom<Fault>('down', 'lost', 'dies before', 'dies after')),
      after: fc.nat(6),
      minutes: fc.constantFrom(0, 1, 5, 70, 140),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(someTry, { maxLength: 10 }), async (tries) => {
        const world = await freshWorld(kind);

        for (const { place, fault, after, minutes } of tries) {
          world.clock.at += minutes * MINUTE;
          if (fault) world.sabotage(fault, { after, only: /^(lock|store)/ });
          await world.locks.addGrant({ ...place, from: null, until: null, note }).catch(() => undefined);
          if (world.isDead()) world.restart();
          world.heal();
        }

        for (const place of places) {
          expect(world.truth.filter((grant) => isAt(grant, place)).length).toBeLessThan(2);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(['dies before', 'dies after'] as const)(
    'a process that dies anywhere (%s) leaves what the next add and remove mend',
    async (fault) => {
      const steps = /^(lock|store)/;
      const deeds: [string, (world: NotelessWorld) => Promise<unknown>][] = [
        ['add', (world) => world.add({}, 'front')],
        ['remove', async (world) => world.locks.removeGrant((await world.ours())[0] ?? '')],
      ];
      for (const [name, deed] of deeds) {
        for (let after = 0; ; after += 1) {
          const world = await freshWorld(kind);
          world.give('ada', 'back');
          if (name === 'remove') await world.add({}, 'front');
          world.sabotage(fault, { only: steps, after });
          await deed(world).catch(() => undefined);
          if (!world.isDead()) {
            expect(after).toBeGreaterThan(2);
            break;
          }
          world.restart();

          const added = await world.add({}, 'front');
          expect(await world.ours(), `${name}, step ${after}`).toEqual([added.id]);
          await world.locks.removeGrant(added.id);

          expect(
            world.truth.map(({ by }) => by),
            `${name}, step ${after}`,
          ).toEqual(['others']);
          world.clock.at += 2 * HOUR;
          await world.lookAfter();
          expect(await world.store.all(), `${name}, step ${after}`).toEqual([]);
        }
      }
    },
  );
});
