import { beforeEach, describe, expect, it } from 'vitest';
import { createDryRun } from '../../src/locks/dry-run.ts';
import { type Kind, type NotelessWorld, notelessWorld } from './notes-by-store-world.ts';
import { HOUR, MONDAY, note } from './windowless-world.ts';

const MINUTE = 60_000;
const HIDDEN = { lockUserId: 'ada', from: null, until: null };

describe.each<Kind>(['many', 'one'])('notes by store, %s at a lock', (kind) => {
  let world: NotelessWorld;
  beforeEach(async () => {
    world = await notelessWorld(kind);
  });

  const loseAnswer = async (lockId = 'front') => {
    world.sabotage('lost', { only: /addGrant|put set/ });
    await expect(world.add({}, lockId)).rejects.toMatchObject({ effect: 'unknown' });
    world.heal();
  };

  it('are read back on what was given, and others’ grants have none', async () => {
    const grant = await world.add();
    const theirs = world.give('ada', 'back');

    expect(grant.note).toBe(note);
    expect(await world.locks.grants()).toEqual([grant, { ...HIDDEN, id: theirs, lockId: 'back', note: null }]);
    expect(await world.locks.grants({ lockUserId: 'bob' })).toEqual([]);
    expect(world.locks.capabilities).toEqual({ ...world.connector.capabilities, notesOnGrants: true });
  });

  it('are kept whole, however long', () => {
    const long = { from: null, until: null, note: 'relay:co-up m1 '.repeat(100) };

    expect(world.locks.adjust(long)).toEqual(long);
  });

  it('go with their grant, and nothing is left', async () => {
    const grant = await world.add();

    await world.locks.removeGrant(grant.id);
    await world.locks.removeGrant(grant.id);

    expect(world.truth).toEqual([]);
    expect(await world.store.all()).toEqual([]);
  });

  it('go with their lock user, and no others do', async () => {
    await world.add();
    const bobs = await world.add({}, 'front', 'bob');

    await world.locks.deleteUser('ada');

    expect(await world.ours()).toEqual([bobs.id]);
    expect(await world.store.all()).toHaveLength(1);
  });

  it('stay where a lock user could not be deleted', async () => {
    const grant = await world.add();
    world.sabotage('down', { only: /deleteUser/ });

    await expect(world.locks.deleteUser('ada')).rejects.toThrow('down');

    expect(await world.ours()).toEqual([grant.id]);
  });

  it('are not kept for a lock user or lock that is gone', async () => {
    await expect(world.add({}, 'no lock')).rejects.toThrow('gone');
    await expect(world.add({}, 'front', 'nobody')).rejects.toThrow('gone');

    expect(await world.store.all()).toEqual([]);
  });

  it.each(['down', 'refused'] as const)('are not kept where certainly nothing was given: %s', async (fault) => {
    world.sabotage(fault, { only: /addGrant|put set/ });
    await expect(world.add()).rejects.toThrow(fault);
    world.heal();
    const theirs = world.give('ada', 'front');

    expect(await world.store.all()).toEqual([]);
    expect(await world.locks.grants()).toEqual([{ ...HIDDEN, id: theirs, lockId: 'front', note: null }]);
  });

  it('are there after an answer that never came, and it is not given twice', async () => {
    await loseAnswer();
    const read = await world.ours();

    const again = await world.add();

    expect(read).toEqual(world.truth.map(({ id }) => id));
    expect(again).toMatchObject({ id: read[0], note });
    expect(world.truth).toHaveLength(1);
    expect(await world.store.unanswered()).toEqual([]);
  });

  it('are there after an answer that never came, and it is taken back', async () => {
    await loseAnswer();
    const [id = ''] = await world.ours();

    await world.locks.removeGrant(id);

    expect(world.truth).toEqual([]);
    expect(await world.store.all()).toEqual([]);
  });

  it('are not lost where what was given cannot be written down', async () => {
    world.sabotage('dies before', { only: /bind/ });
    await expect(world.add()).rejects.toThrow();
    world.restart();

    expect(await world.ours()).toEqual(world.truth.map(({ id }) => id));
  });

  it('take no grant by others that was there already, at another lock, or another’s', async () => {
    const before = world.give('ada', 'back');
    world.sabotage('dies before', { only: /lock: (addGrant|put set)/ });
    await expect(world.add({}, 'front')).rejects.toThrow();
    world.restart();
    world.give('bob', 'front');

    expect(await world.ours()).toEqual([]);
    expect(world.truth.map(({ id }) => id)).toContain(before);
  });

  it('of an answer that never came are forgotten by the next look at that lock user', async () => {
    world.sabotage('dies before', { only: /lock: (addGrant|put set)/ });
    await expect(world.add({}, 'front')).rejects.toThrow();
    world.restart();
    await world.add({}, 'back');
    expect(await world.store.unanswered()).toHaveLength(1);
    world.clock.at += 3 * MINUTE;

    await world.locks.addGrant({ lockUserId: 'ada', lockId: 'back', from: null, until: null, note });
    world.give('ada', 'front');

    expect(await world.store.all()).toHaveLength(1);
    expect(await world.ours()).toEqual(world.truth.filter(({ by }) => by === 'us').map(({ id }) => id));
  });

  it('of an answer that never came are forgotten within the hour of a sweep', async () => {
    world.sabotage('dies before', { only: /lock: (addGrant|put set)/ });
    await expect(world.add()).rejects.toThrow();
    world.restart();
    world.clock.at += HOUR;
    await world.lookAfter();
    expect(await world.store.all()).toHaveLength(1);
    world.clock.at += 1000;

    await world.lookAfter();
    world.give('ada', 'front');

    expect(await world.locks.checkUp()).toEqual([]);
    expect(await world.store.all()).toEqual([]);
    expect(await world.ours()).toEqual([]);
  });

  it('of an answer that never came take nothing a day later, even where nobody swept', async () => {
    world.sabotage('dies before', { only: /lock: (addGrant|put set)/ });
    await expect(world.add()).rejects.toThrow();
    world.restart();
    world.clock.at += 24 * HOUR;

    world.give('ada', 'front');

    expect(await world.ours()).toEqual([]);
  });

  it('of a grant that somebody took away are forgotten, and stay where it is there after all', async () => {
    const [gone, kept] = [await world.add({}, 'front'), await world.add({}, 'back')];
    world.clock.at += 2 * HOUR;
    world.take(gone.id);

    await world.lookAfter();
    world.give('ada', 'front');

    expect(await world.ours()).toEqual([kept.id]);
  });

  it('are forgotten only after a second look, and not by one that failed', async () => {
    const grant = await world.add();
    world.clock.at += 2 * HOUR;
    const [there] = world.truth;
    world.take(grant.id);
    await world.locks.grants();
    const [finding] = await world.locks.checkUp();
    world.sabotage('down', { only: /grants/ });
    await expect(finding?.mend?.()).rejects.toThrow('down');
    world.heal();
    if (there) world.truth.push(there);

    await finding?.mend?.();

    expect(finding).toMatchObject({
      ok: false,
      what: expect.stringMatching(/./),
      sentence: expect.stringMatching(/./),
    });
    expect(await world.ours()).toEqual([grant.id]);
  });

  it('after the loss of the store are on no grant any more: all are left alone, and shown', async () => {
    const grant = await world.add();
    await world.store.removeLockUser('ada');

    expect(await world.locks.grants()).toEqual([{ ...grant, note: null }]);
    expect(await world.ours()).toEqual([]);
  });

  it('keep no grant by others from being removed by its own id', async () => {
    await world.add({}, 'back');
    const theirs = world.give('ada', 'front') ?? '';

    await world.locks.removeGrant(theirs);

    expect(world.truth.map(({ by }) => by)).toEqual(['us']);
    expect(await world.store.all()).toHaveLength(1);
  });

  it('are told of what is given or taken back while all grants are read', async () => {
    const grant = await world.add();

    const removing = world.meanwhile(() => world.locks.removeGrant(grant.id));
    expect(await removing.notes.grants()).toEqual([grant]);
    const adding = world.meanwhile(() => world.add({}, 'back'), 'before');
    expect(await adding.notes.grants()).toMatchObject([{ lockId: 'back', note }]);
  });

  it('go with a grant that is taken back while it is given anew', async () => {
    const grant = await world.add();
    world.take(grant.id);
    world.clock.at += 3 * MINUTE;

    const added = world.add();
    await Promise.all([added, world.locks.removeGrant(grant.id)]);
    await world.locks.removeGrant((await added).id);

    expect(world.truth).toEqual([]);
    expect(await world.store.all()).toEqual([]);
  });

  it('a dry run writes none, in any state', async () => {
    await loseAnswer();
    await world.add({}, 'back');
    world.clock.at += 2 * HOUR;
    world.take((await world.locks.grants())[1]?.id ?? '');
    const before = structuredClone([await world.store.all(), world.truth]);
    const dry = createDryRun(world.locks);

    await dry.grants();
    await dry.grants({ lockUserId: 'ada' });
    const findings = await dry.checkUp();

    expect(findings).toEqual([expect.not.objectContaining({ mend: expect.anything() })]);
    expect([await world.store.all(), world.truth]).toEqual(before);
  });

  it('are given at once to many, and to one lock user one after the other', async () => {
    const adds = ['ada', 'bob', 'ada', 'bob'].map((user) => world.add({}, 'front', user));

    await Promise.all(adds);

    expect(world.truth.map(({ lockUserId }) => lockUserId).toSorted()).toEqual(['ada', 'bob']);
    expect(await world.ours()).toHaveLength(2);
  });
});

describe('notes by store, where a lock user may have many grants at a lock', () => {
  let world: NotelessWorld;
  beforeEach(async () => {
    world = await notelessWorld('many');
  });
  const window = { from: MONDAY, until: MONDAY + HOUR };

  it('a second window is a second grant', async () => {
    await world.add();
    await world.add(window);

    expect(await world.ours()).toHaveLength(2);
  });

  it('one by others of the same window stays theirs beside ours', async () => {
    const theirs = world.give('ada', 'front');
    world.sabotage('lost', { only: /addGrant/ });
    await expect(world.add()).rejects.toThrow('no answer');
    world.heal();
    await world.add();

    expect(world.truth.map(({ by }) => by)).toEqual(['others', 'us']);
    expect(await world.ours()).not.toContain(theirs);
  });

  it('one of another window is none that was asked for', async () => {
    world.sabotage('dies before', { only: /lock: addGrant/ });
    await expect(world.add(window)).rejects.toThrow();
    world.restart();
    world.give('ada', 'front', { from: null, until: window.until });

    expect(await world.ours()).toEqual([]);
  });

  it('what lands late, beside a second try, is ours too', async () => {
    world.sabotage('dies before', { only: /lock: addGrant/ });
    await expect(world.add(window)).rejects.toThrow();
    world.restart();
    world.clock.at += MINUTE;
    await world.add(window);

    // The first one, at last.
    await world.connector.addGrant({ lockUserId: 'ada', lockId: 'front', ...window, note });

    expect(await world.ours()).toEqual(world.truth.map(({ id }) => id));
    expect(world.truth).toHaveLength(2);
  });

  it('the window moves with the grant, also of one whose answer never came', async () => {
    world.sabotage('lost', { only: /addGrant/ });
    await expect(world.add(window)).rejects.toThrow('no answer');
    world.heal();
    const [id = ''] = await world.ours();

    expect(await world.locks.moveGrant(id, { from: MONDAY, until: null })).toBe('moved');

    expect(await world.locks.grants()).toMatchObject([{ id, from: MONDAY, until: null, note }]);
    expect(await world.store.all()).toMatchObject([{ grantId: id, from: MONDAY, until: null }]);
  });

  it('a move whose answer never came leaves it ours', async () => {
    const grant = await world.add(window);
    world.sabotage('lost', { only: /moveGrant/ });
    await expect(world.locks.moveGrant(grant.id, { from: null, until: null })).rejects.toThrow('no answer');
    world.heal();

    expect(await world.ours()).toEqual([grant.id]);
  });

  it('a grant that is gone cannot be moved, and is forgotten when it was looked for', async () => {
    const grant = await world.add(window);
    world.take(grant.id);

    expect(await world.locks.moveGrant(grant.id, window)).toBe('gone');
    expect(await world.locks.moveGrant('no-such-grant', window)).toBe('gone');

    world.clock.at += 2 * HOUR;
    await world.lookAfter();
    expect(await world.store.all()).toEqual([]);
  });

  it('a window that ends at another time is another one', async () => {
    world.sabotage('dies before', { only: /lock: addGrant/ });
    await expect(world.add(window)).rejects.toThrow();
    world.restart();
    world.give('ada', 'front', { from: window.from, until: null });
    world.give('ada', 'front', { from: null, until: window.until });

    expect(await world.ours()).toEqual([]);
  });
});

describe('notes by store, where a lock user has one grant at a lock at most', () => {
  it('one by others is left alone, whoever asks, and none of ours is made of it', async () => {
    const world = await notelessWorld('one');
    const theirs = world.give('ada', 'front');

    await expect(world.add()).rejects.toThrow('there');

    expect(world.calls.get('read set')).toBeUndefined();
    expect(await world.locks.grants()).toEqual([{ ...HIDDEN, id: theirs, lockId: 'front', note: null }]);
    expect(await world.store.all()).toEqual([]);
  });

  it('one by others that was given meanwhile is found by the lock system itself', async () => {
    const world = await notelessWorld('one');
    world.watch(() => {
      if (world.calls.get('read set') === undefined) world.give('ada', 'front');
    });

    await expect(world.add()).rejects.toThrow('there');

    expect(await world.ours()).toEqual([]);
    expect(await world.store.all()).toEqual([]);
  });

  it('one that is taken back while it is given anew leaves nothing: the one comes after the other', async () => {
    const world = await notelessWorld('one');
    const { id } = await world.add();
    world.take(id);
    world.clock.at += 3 * MINUTE;

    await Promise.all([world.add(), world.locks.removeGrant(id)]);

    expect(world.truth).toEqual([]);
    expect(await world.store.all()).toEqual([]);
  });

  it('one that is given again under the same id has the note that it was given with last', async () => {
    const world = await notelessWorld('one');
    const first = await world.add();
    world.take(first.id);

    await world.locks.addGrant({ lockUserId: 'ada', lockId: 'front', from: null, until: null, note: `${note} again` });

    expect(await world.locks.grants()).toMatchObject([{ id: first.id, note: `${note} again` }]);
    expect(await world.store.all()).toHaveLength(1);
  });
});

it('everything else comes through as it is', async () => {
  const world = await notelessWorld('many');
  const { locks, connector } = world;

  expect(await locks.locks()).toEqual(await connector.locks());
  expect(await locks.users()).toEqual(await connector.users());
  expect(await locks.user('ada')).toEqual(await connector.user('ada'));
  expect(await locks.userByEmail('ADA@example.com')).toEqual(await connector.user('ada'));
  expect(await locks.holderOf('a-credential')).toBe('a-credential');
  expect(await locks.codesOf('ada')).toEqual([]);
  expect(await locks.openingsSince(0)).toEqual([]);
  expect(await locks.checkUp()).toEqual([]);
});
