// What goes wrong around windows by timer: others at work, answers that never come, a process that dies.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Window } from '../../src/access/model.ts';
import { foreign, HOUR, MONDAY, note, type WindowlessWorld, windowlessWorld } from './windowless-world.ts';

let world: WindowlessWorld;
beforeEach(async () => {
  world = await windowlessWorld({ grants: [...foreign] });
});

const reconcile = (windows: readonly Window[]) => world.reconcile(windows);
const nothing = { adds: 0, removals: 0, clear: 0 };

describe('what was done behind our back', () => {
  const windows = [{ from: null, until: MONDAY + 5 * HOUR }];

  it('a real grant that somebody removed is given again by the next diff, and then nothing is left to do', async () => {
    await reconcile(windows);
    await world.memory.removeGrant(world.real()[0]?.id ?? '');

    expect(await reconcile(windows)).toEqual({ adds: 1, removals: 0, clear: 1 });

    expect(world.real()).toHaveLength(1);
    expect(await reconcile(windows)).toEqual(nothing);
    await world.pass(5 * HOUR);
    expect(world.real()).toEqual([]);
  });

  it('one that somebody removed is not given again to whom it is no longer due', async () => {
    await reconcile(windows);
    await world.memory.removeGrant(world.real()[0]?.id ?? '');

    expect(await reconcile([])).toEqual({ ...nothing, clear: 1 });

    expect(world.real()).toEqual([]);
    expect(await world.store.all()).toEqual([]);
  });

  it('a note that somebody edited away loses nothing: the row knows its real grant', async () => {
    await reconcile(windows);
    const [real] = world.real();
    world.memory.allGrants = world.memory.allGrants.map((each) =>
      each.id === real?.id ? { ...each, note: '' } : each,
    );

    expect(await reconcile(windows)).toEqual(nothing);
    await world.pass(5 * HOUR);

    expect(world.memory.allGrants).toEqual(foreign);
  });

  it('a double beside a window that was never asked for goes with the same diff', async () => {
    world.sabotage('dies after', { only: /store: add/ });
    await expect(reconcile(windows)).rejects.toThrow();
    world.restart();
    await world.memory.addGrant({ lockUserId: 'ada', lockId: 'front', from: null, until: null, note });

    expect(await reconcile([])).toEqual({ adds: 0, removals: 1, clear: 1 });

    expect(world.real()).toEqual([]);
    expect(await reconcile([])).toEqual(nothing);
  });

  describe('after the store was lost', () => {
    const loseStore = async () => world.store.remove((await world.store.all()).map(({ id }) => id));

    it('a real grant of ours is reported without end, and gets its window back without a gap', async () => {
      await reconcile(windows);
      const before = world.real();
      await loseStore();

      expect(await world.owned.grants({ lockUserId: 'ada' })).toContainEqual({ ...before[0], ours: true });
      expect(await reconcile(windows)).toEqual({ adds: 1, removals: 1, clear: 0 });

      expect(world.real()).toEqual(before);
      expect(await reconcile(windows)).toEqual(nothing);
      await world.pass(5 * HOUR);
      expect(world.real()).toEqual([]);
    });

    it('one that is not due any more is taken back', async () => {
      await reconcile(windows);
      await loseStore();

      expect(await reconcile([{ from: MONDAY + HOUR, until: null }])).toEqual({ adds: 1, removals: 1, clear: 0 });

      expect(world.real()).toEqual([]);
      await world.pass(HOUR);
      expect(world.real()).toHaveLength(1);
    });

    it('one that is due without end stays as it is, and becomes a window when it has to', async () => {
      const always = [{ from: null, until: null }];
      await reconcile(always);
      const before = world.real();
      await loseStore();

      expect(await reconcile(always)).toEqual(nothing);
      expect(await reconcile(windows)).toEqual({ adds: 1, removals: 1, clear: 0 });

      expect(world.real()).toEqual(before);
      await world.pass(5 * HOUR);
      expect(world.real()).toEqual([]);
    });
  });
});

describe('an answer that never came', () => {
  it('leaves nothing that would pass for a grant by itself, once its window is over', async () => {
    world.sabotage('lost', { after: 0, only: /^lock: addGrant/ });
    await expect(world.add({ until: MONDAY + HOUR })).rejects.toThrow('no answer');
    world.heal();
    world.clock.at += HOUR;

    await reconcile([{ from: null, until: null }]);

    expect(world.real()).toHaveLength(1);
    expect(await reconcile([{ from: null, until: null }])).toEqual(nothing);
  });

  const windows = [{ from: null, until: MONDAY + HOUR }];

  it.each(['tick', 'diff'])('leaves one real grant, which the next %s finds', async (who) => {
    world.sabotage('lost', { only: /addGrant/ });
    await expect(reconcile(windows)).rejects.toMatchObject({ effect: 'unknown' });
    world.heal();

    if (who === 'tick') await world.locks.tick();
    expect(await reconcile(windows)).toEqual(nothing);

    expect(world.boundaries).toEqual([MONDAY + HOUR, MONDAY]);
    expect(world.real()).toHaveLength(1);
    await world.pass(HOUR);
    expect(world.real()).toEqual([]);
  });

  it('is not the last word: nothing had been done, and the timer does it', async () => {
    world.sabotage('dies before', { only: /addGrant/ });
    await expect(world.add({ until: MONDAY + HOUR })).rejects.toThrow();
    world.restart();

    await world.locks.tick();

    expect(world.real()).toHaveLength(1);
  });

  it('that came twice leaves one real grant once the timer has looked', async () => {
    world.sabotage('lost', { only: /addGrant/ });
    await expect(world.add({ until: MONDAY + HOUR })).rejects.toThrow('no answer');
    world.heal();
    await world.memory.addGrant({ lockUserId: 'ada', lockId: 'front', from: null, until: null, note });

    await world.locks.tick();

    expect(world.real()).toHaveLength(1);
  });

  it('does not outlive the window where nobody asked again', async () => {
    world.sabotage('lost', { only: /addGrant/ });
    await expect(world.add({ until: MONDAY + HOUR })).rejects.toThrow('no answer');
    world.heal();

    await world.pass(HOUR);

    expect(world.real()).toEqual([]);
    expect(world.memory.allGrants).toEqual(foreign);
  });

  it('that comes late, after a second try, leaves a double which the next diff takes away', async () => {
    await reconcile(windows);
    await world.memory.addGrant({ lockUserId: 'ada', lockId: 'front', from: null, until: null, note });

    expect(await reconcile(windows)).toEqual({ adds: 0, removals: 1, clear: 0 });

    expect(world.real()).toHaveLength(1);
    expect(await reconcile(windows)).toEqual(nothing);
  });
});

describe('a grant that could not be given', () => {
  it.each(['down', 'refused'] as const)('is left to the caller where nothing was done: %s', async (kind) => {
    world.sabotage(kind);
    await expect(world.add()).rejects.toThrow(kind);
    world.heal();

    await world.locks.tick();

    expect(await world.store.all()).toEqual([]);
    expect(world.real()).toEqual([]);
  });

  it('at its beginning is the timer’s business for a minute, and then reported as not there', async () => {
    const window = { from: MONDAY + HOUR, until: null };
    const grant = await world.add(window);
    world.clock.at += HOUR;

    expect(await world.locks.grants()).toContainEqual(grant);
    world.clock.at += 60_000;
    expect(await world.locks.grants()).toContainEqual({ ...grant, from: null, until: 0 });
    expect(await reconcile([window])).toEqual({ adds: 1, removals: 0, clear: 1 });

    expect(world.real()).toHaveLength(1);
    expect(await reconcile([window])).toEqual(nothing);
  });

  it('at its beginning is tried again with the next tick, and keeps no other from opening', async () => {
    await world.add({ from: MONDAY + HOUR }, 'ada');
    await world.add({ from: MONDAY + HOUR }, 'bob');
    world.sabotage('refused', { only: /addGrant/, after: 1 });

    await expect(world.pass(HOUR)).rejects.toThrow('refused');
    expect([...world.real('ada'), ...world.real('bob')]).toHaveLength(1);
    world.heal();
    await world.locks.tick();

    expect([...world.real('ada'), ...world.real('bob')]).toHaveLength(2);
  });
});

describe('a grant that could not be taken back', () => {
  it('at its end is tried again, after everything else was done', async () => {
    await world.add({ until: MONDAY + HOUR }, 'ada', 'front');
    await world.add({ until: MONDAY + HOUR }, 'ada', 'back');
    await world.add({ until: MONDAY + HOUR }, 'bob', 'front');
    await world.add({ from: MONDAY + HOUR }, 'bob', 'back');
    world.sabotage('refused', { only: /removeGrant/ });

    await expect(world.pass(HOUR)).rejects.toThrow('refused');
    expect(world.real('bob', 'back')).toHaveLength(1);
    expect([...world.real('ada', 'front'), ...world.real('ada', 'back'), ...world.real('bob')]).toHaveLength(3);
    world.heal();
    expect(await world.locks.tick()).toBeNull();

    expect([...world.real('ada', 'front'), ...world.real('ada', 'back'), ...world.real('bob')]).toEqual([]);
  });

  it('before its end is over all the same: the timer goes on with it at once', async () => {
    const grant = await world.add({ until: MONDAY + HOUR });
    world.sabotage('down', { only: /removeGrant/ });

    await expect(world.locks.removeGrant(grant.id)).rejects.toThrow('down');
    expect(world.boundaries.at(-1)).toBe(MONDAY);
    expect(await world.locks.grants()).toContainEqual({ ...grant, until: 0 });
    world.heal();
    await world.locks.tick();

    expect(world.real()).toEqual([]);
  });

  it('is not taken back any more where it is due again meanwhile', async () => {
    const windows = [{ from: null, until: MONDAY + HOUR }];
    await reconcile(windows);
    const before = world.real();
    world.sabotage('down', { only: /removeGrant/ });
    await expect(reconcile([])).rejects.toThrow('down');
    world.heal();

    expect(await reconcile(windows)).toEqual({ adds: 1, removals: 0, clear: 1 });
    await world.locks.tick();

    expect(world.real()).toEqual(before);
  });

  it('comes first among what is due', async () => {
    for (let other = 0; other < 20; other += 1) await world.add({ from: MONDAY + HOUR }, `another-${other}`);
    await world.add({ until: MONDAY + HOUR }, 'bob');
    const from = world.memory.writes.length;

    await world.pass(HOUR);

    expect(world.memory.writes.slice(from)[0]).toMatch(/^removeGrant/);
  });
});

describe('a process that dies', () => {
  const steps = /^(lock|store)/;
  const kinds = ['dies before', 'dies after'] as const;

  it.each(kinds)('anywhere in giving (%s) leaves no double, and the next diff and tick mend it', async (kind) => {
    const windows = [{ from: null, until: MONDAY + HOUR }];
    for (let after = 0; ; after += 1) {
      world = await windowlessWorld({ grants: [...foreign] });
      world.sabotage(kind, { only: steps, after });
      await reconcile(windows).catch(() => undefined);
      if (!world.isDead()) return expect(after).toBeGreaterThan(4);
      world.restart();

      await world.locks.tick();
      await reconcile(windows);

      expect(world.real(), `step ${after}`).toHaveLength(1);
      expect(await reconcile(windows), `step ${after}`).toEqual(nothing);
      await world.pass(HOUR);
      expect(world.memory.allGrants, `step ${after}`).toEqual(foreign);
    }
  });

  it.each(kinds)('anywhere in a move (%s) never shuts the lock', async (kind) => {
    for (let after = 0; ; after += 1) {
      world = await windowlessWorld({ grants: [...foreign] });
      await reconcile([{ from: null, until: MONDAY + HOUR }]);
      const before = world.real();
      world.sabotage(kind, { only: steps, after });
      await reconcile([{ from: null, until: MONDAY + 2 * HOUR }]).catch(() => undefined);
      if (!world.isDead()) return expect(after).toBeGreaterThan(4);
      world.restart();

      expect(world.real(), `step ${after}`).toEqual(before);
      await world.locks.tick();
      expect(world.real(), `step ${after}`).toEqual(before);
      await reconcile([{ from: null, until: MONDAY + 2 * HOUR }]);
      await world.pass(HOUR);
      expect(world.real(), `step ${after}`).toEqual(before);
      await world.pass(HOUR);
      expect(world.memory.allGrants, `step ${after}`).toEqual(foreign);
    }
  });

  it.each(kinds)('anywhere in taking back (%s) is gone on with by the next tick, or begun again', async (kind) => {
    for (let after = 0; ; after += 1) {
      world = await windowlessWorld({ grants: [...foreign] });
      await reconcile([{ from: null, until: null }]);
      world.sabotage(kind, { only: steps, after });
      await reconcile([]).catch(() => undefined);
      if (!world.isDead()) return expect(after).toBeGreaterThan(3);
      world.restart();

      const wasShut = (await world.store.all()).every(({ until }) => until !== null);
      await world.locks.tick();
      if (wasShut) expect(world.memory.allGrants, `step ${after}`).toEqual(foreign);
      await reconcile([]);

      expect(world.memory.allGrants, `step ${after}`).toEqual(foreign);
      expect(await world.store.all(), `step ${after}`).toEqual([]);
    }
  });
});
