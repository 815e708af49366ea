// Moving a window where the lock system keeps none: in place, and nobody is shut out in between.
import { beforeEach, describe, expect, it } from 'vitest';
import { foreign, HOUR, MONDAY, type WindowlessWorld, windowlessWorld } from './windowless-world.ts';

let world: WindowlessWorld;
beforeEach(async () => {
  world = await windowlessWorld({ grants: [...foreign] });
});
const listed = async (id: string) => (await world.locks.grants()).find((grant) => grant.id === id);

describe('a window that is moved', () => {
  it('and is open before and after costs the lock system no call', async () => {
    const grant = await world.add({ until: MONDAY + HOUR });
    const before = world.real();
    const writes = world.memory.writes.length;
    world.sabotage('down', { only: /^lock/ });

    expect(await world.locks.moveGrant(grant.id, { from: MONDAY, until: MONDAY + 2 * HOUR })).toBe('moved');

    world.heal();
    expect(world.boundaries.at(-1)).toBe(MONDAY + 2 * HOUR);
    expect(await listed(grant.id)).toEqual({ ...grant, from: MONDAY, until: MONDAY + 2 * HOUR });
    await world.pass(HOUR);
    expect(world.real()).toEqual(before);
    expect(world.memory.writes).toHaveLength(writes);
    await world.pass(HOUR);
    expect(world.real()).toEqual([]);
  });

  it('so that it begins later is shut at once, and opens then', async () => {
    const grant = await world.add();

    await world.locks.moveGrant(grant.id, { from: MONDAY + HOUR, until: null });

    expect(world.real()).toEqual([]);
    expect(world.boundaries).toEqual([MONDAY + HOUR]);
    await world.pass(HOUR);
    expect(world.real()).toHaveLength(1);
  });

  it('so that it is open already opens at once', async () => {
    const grant = await world.add({ from: MONDAY + HOUR });

    await world.locks.moveGrant(grant.id, { from: MONDAY, until: null });

    expect(world.real()).toHaveLength(1);
    expect(await listed(grant.id)).toEqual({ ...grant, from: MONDAY });
  });

  it('at the same time as another becomes one real grant with it', async () => {
    const grants = [await world.add({ from: MONDAY + HOUR }), await world.add({ from: MONDAY + 2 * HOUR })];

    await Promise.all(grants.map(({ id }) => world.locks.moveGrant(id, { from: null, until: null })));

    expect(world.real()).toHaveLength(1);
  });

  it('is kept in whole seconds', async () => {
    const grant = await world.add();

    await world.locks.moveGrant(grant.id, { from: MONDAY + 999, until: MONDAY + HOUR + 1 });

    expect(await listed(grant.id)).toMatchObject({ from: MONDAY, until: MONDAY + HOUR });
  });

  it('and could not be shut is shut by the timer, which is asked for at once', async () => {
    const grant = await world.add();
    world.sabotage('down', { only: /removeGrant/ });
    await expect(world.locks.moveGrant(grant.id, { from: null, until: MONDAY })).rejects.toThrow('down');
    world.heal();
    expect(world.boundaries).toEqual([MONDAY]);

    await world.locks.tick();

    expect(world.real()).toEqual([]);
  });

  it('back to where it was, after it was shut and the answer was lost, is opened again', async () => {
    const grant = await world.add();
    world.sabotage('lost', { only: /removeGrant/ });
    await expect(world.locks.moveGrant(grant.id, { from: null, until: MONDAY })).rejects.toThrow('no answer');
    world.heal();
    expect(world.real()).toEqual([]);

    await world.locks.moveGrant(grant.id, { from: null, until: null });

    expect(world.real()).toHaveLength(1);
  });

  it('and could not be opened is opened by the timer', async () => {
    const grant = await world.add({ from: MONDAY + HOUR });
    world.sabotage('refused', { only: /addGrant/ });
    await expect(world.locks.moveGrant(grant.id, { from: null, until: null })).rejects.toThrow('refused');
    world.heal();
    expect(world.boundaries.at(-1)).toBe(MONDAY);

    await world.locks.tick();

    expect(world.real()).toHaveLength(1);
  });

  it.each(['dies before', 'dies after'] as const)('has moved or not where the process dies (%s)', async (kind) => {
    for (let after = 0; ; after += 1) {
      world = await windowlessWorld({ grants: [...foreign] });
      const grant = await world.add();
      world.sabotage(kind, { only: /^(lock|store)/, after });
      await world.locks.moveGrant(grant.id, { from: null, until: MONDAY }).catch(() => undefined);
      if (!world.isDead()) return expect(after).toBeGreaterThan(1);
      world.restart();
      const hasMoved = (await world.store.of(grant.id))?.until === MONDAY;

      await world.locks.tick();

      expect(world.real(), `step ${after}`).toHaveLength(hasMoved ? 0 : 1);
      expect(await world.store.due(world.clock.at), `step ${after}`).toEqual([]);
    }
  });
});

describe('what cannot be moved', () => {
  it('is gone where there is nothing of that id', async () => {
    const grant = await world.add();
    await world.locks.removeGrant(grant.id);

    expect(await world.locks.moveGrant(grant.id, { from: null, until: null })).toBe('gone');
    expect(await world.locks.moveGrant('no-such-id', { from: null, until: null })).toBe('gone');
  });

  it('is a real grant, by others or ours from before the store was lost: it has to be added anew', async () => {
    const grant = await world.add();
    await world.store.remove([grant.id]);
    const [real] = world.real();
    const before = structuredClone(world.memory.allGrants);

    for (const id of ['theirs-1', real?.id ?? '']) {
      expect(await world.locks.moveGrant(id, { from: null, until: MONDAY + HOUR })).toBe('cannot');
      await world.locks.grants();
      expect(await world.locks.moveGrant(id, { from: null, until: MONDAY + HOUR })).toBe('cannot');
    }

    expect(world.memory.allGrants).toEqual(before);
    world.sabotage('down', { only: /grants/ });
    expect(await world.locks.moveGrant('theirs-1', { from: null, until: null }), 'known as read').toBe('cannot');
    world.heal();
    await world.memory.removeGrant('theirs-1');
    await world.locks.grants();
    expect(await world.locks.moveGrant('theirs-1', { from: null, until: null })).toBe('gone');
  });

  it('is gone where its lock is gone when it opens, and is forgotten', async () => {
    const grant = await world.add({ from: MONDAY + HOUR }, 'ada', 'no lock');

    expect(await world.locks.moveGrant(grant.id, { from: null, until: null })).toBe('gone');

    expect(await world.store.all()).toEqual([]);
  });
});

it('changes of one lock user come one after the other, also to the lock user itself', async () => {
  const order: string[] = [];
  const slow = await windowlessWorld();
  slow.watch(() => order.push('lock'));

  await Promise.all([
    slow.add(),
    slow.locks.updateUser('ada', { name: 'Countess' }).then(() => order.push('updated')),
    slow.locks.deleteUser('ada').then(() => order.push('deleted')),
  ]);

  expect(order.indexOf('updated')).toBeGreaterThan(0);
  expect(order.indexOf('deleted')).toBeGreaterThan(order.indexOf('updated'));
  expect(slow.memory.writes).toEqual(['addGrant ada', 'updateUser ada', 'deleteUser ada']);
});

it('everything else comes through as it is', async () => {
  expect(await world.locks.holderOf('a-credential')).toBe('a-credential');
  expect(await world.locks.codesOf('ada')).toEqual([]);
  expect(await world.locks.checkUp()).toEqual([]);
  expect(await world.locks.openingsSince(0)).toEqual([]);
});
