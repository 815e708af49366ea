// Laws of windows by timer over a lock system that keeps one set of locks for each lock user, replaced as a whole, without
// notes and without windows: nobody is shut out in between, and what others gave stays in the set.
import fc from 'fast-check';
import type { Kysely } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Window } from '../../src/access/model.ts';
import { isOpen } from '../../src/locks/settle.ts';
import type { Tables } from '../../src/store/tables.ts';
import { type NotelessWorld, notelessWorld } from './notes-by-store-world.ts';
import { type Fault, HOUR, note, openMemoryDatabase } from './windowless-world.ts';

const places = ['ada', 'bob'].flatMap((lockUserId) => ['front', 'back'].map((lockId) => ({ lockUserId, lockId })));
type Place = (typeof places)[number];

const someHours = fc.integer({ min: -3, max: 5 });
/** In hours from now. */
const someWindow = fc
  .record({ from: fc.option(someHours), length: fc.option(fc.integer({ min: 1, max: 4 })) })
  .map(({ from, length }) => ({ from, until: length === null ? null : (from ?? 0) + length }));
const someStep = fc.record({
  what: fc.constantFrom('add', 'add', 'remove', 'move', 'move', 'take turns', 'pass', 'give', 'take'),
  place: fc.constantFrom(...places),
  window: someWindow,
  index: fc.nat(20),
  hours: fc.integer({ min: 0, max: 3 }),
  fault: fc.option(
    fc.record({
      kind: fc.constantFrom<Fault>('down', 'refused', 'lost', 'dies before', 'dies after'),
      after: fc.nat(7),
      anywhere: fc.boolean(),
    }),
    { freq: 3 },
  ),
});
type Step = typeof someStep extends fc.Arbitrary<infer S> ? S : never;

const inHours = ({ from, until }: Window, now: number): Window => ({
  from: from === null ? null : now + from * HOUR,
  until: until === null ? null : now + until * HOUR,
});
const idOf = ({ lockUserId, lockId }: Place) => `${lockUserId}:${lockId}`;

let sql: Kysely<Tables>;
let spaces = 0;
beforeAll(async () => {
  sql = await openMemoryDatabase();
});
const freshWorld = () => {
  spaces += 1;
  return notelessWorld('one', { sql, space: `space-${spaces}` });
};

const isThere = (world: NotelessWorld, place: Place) => world.truth.some(({ id }) => id === idOf(place));
const theirs = (world: NotelessWorld) => world.truth.filter(({ by }) => by === 'others').map(({ id }) => id);

async function openAt(world: NotelessWorld, now: number): Promise<Set<string>> {
  const open = (await world.timedGrants.all()).filter((row) => isOpen(row, now));
  return new Set(open.map(idOf));
}

async function add(world: NotelessWorld, place: Place, window: Window): Promise<void> {
  await world.timers.addGrant({ ...place, ...window, note });
}

async function act(world: NotelessWorld, { what, place, window, index, hours }: Step): Promise<void> {
  const now = world.clock.at;
  if (what === 'add') return add(world, place, inHours(window, now));
  if (what === 'take turns') {
    await add(world, place, { from: null, until: now + HOUR });
    await add(world, place, { from: now + HOUR, until: now + 2 * HOUR });
    world.clock.at += HOUR;
    await world.timers.tick();
  }
  if (what === 'pass') {
    world.clock.at += hours * HOUR;
    await world.timers.tick();
  }
  const rows = await world.timedGrants.all();
  const row = rows[index % Math.max(1, rows.length)];
  if (row && what === 'remove') await world.timers.removeGrant(row.id);
  if (row && what === 'move') await world.timers.moveGrant(row.id, inHours(window, now));
}

/** Others give and take away what the relay has nothing to do with. */
async function others(world: NotelessWorld, { what, place }: Step): Promise<void> {
  const known = [...(await world.store.all()), ...(await world.timedGrants.all()).filter((row) => !row.theirs)];
  if (what === 'give' && !known.some((each) => idOf(each) === idOf(place))) world.give(place.lockUserId, place.lockId);
  if (what === 'take' && theirs(world).includes(idOf(place))) world.take(idOf(place));
}

async function play(world: NotelessWorld, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await others(world, step);
    world.clock.at += 1000;
    const given = theirs(world);
    const wasOpen = places.filter((place) => isThere(world, place));
    // What is open now, was meant to be all the while, and still is after the step, was there after every call.
    const missed = new Set<string>();
    world.watch(() => {
      for (const place of wasOpen) if (!isThere(world, place)) missed.add(idOf(place));
      for (const id of given) if (!theirs(world).includes(id)) missed.add(`theirs: ${id}`);
    });
    const openBefore = await openAt(world, world.clock.at);
    if (step.fault) {
      const { kind, after, anywhere } = step.fault;
      world.sabotage(kind, { after, only: anywhere ? /^(lock|store)/ : /put set/ });
    }
    await act(world, step).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AssertionError') throw error;
    });
    world.watch(() => undefined);
    if (world.isDead()) world.restart();
    world.heal();

    const openAfter = await openAt(world, world.clock.at);
    const shut = [...missed].filter((id) => id.startsWith('theirs') || (openBefore.has(id) && openAfter.has(id)));
    expect(shut, step.what).toEqual([]);
    // As after every start, and a second after every failure.
    if (step.fault) await world.timers.tick();
  }
}

describe('windows by timer over sets of locks', () => {
  it('shut nobody out in between, keep what others gave, and in the end are open exactly when they say so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { maxLength: 14 }), async (steps) => {
        const world = await freshWorld();

        await play(world, steps);
        await world.timers.tick();

        const now = world.clock.at;
        const reported = await world.timers.grants();
        const rows = new Map((await world.timedGrants.all()).map((row) => [row.id, row]));
        for (const place of places) {
          const open = [...rows.values()].filter((row) => idOf(row) === idOf(place) && isOpen(row, now));
          const isShown = reported.some((each) => idOf(each) === idOf(place) && rows.has(each.id) && isOpen(each, now));
          const isOurs = world.truth.some(({ id, by }) => id === idOf(place) && by === 'us');
          const isTheirs = theirs(world).includes(idOf(place));
          if (isShown) expect(isOurs || isTheirs, 'shown as open').toBe(true);
          // Through theirs, where that is gone, it is shown as shut: the next diff adds it anew.
          if (open.some((row) => !row.theirs)) expect(isOurs || isTheirs, 'open').toBe(true);
          if (open.length === 0) expect(isOurs, 'over').toBe(false);
        }
        expect(await world.timedGrants.due(now)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('300 windows that begin at once cost so many calls each, and none is made twice', async () => {
    const world = await notelessWorld('one', { people: 300 });
    for (const { id } of await world.connector.users()) {
      await add(world, { lockUserId: id, lockId: 'front' }, { from: world.clock.at + HOUR, until: null });
    }
    world.clock.at += HOUR;

    await world.timers.tick();

    expect(world.truth).toHaveLength(300);
    expect(Object.fromEntries(world.calls)).toEqual({ grants: 600, 'read set': 300, 'put set': 300 });
  });
});
