import { beforeEach, describe, expect, it } from 'vitest';
import type { GrantNote, GrantNotes } from '../../src/store/filled-in.ts';
import { ENGINES, openSpaces } from './open-spaces.ts';
import { hour, now } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let notes: GrantNotes;
  let elsewhere: GrantNotes;

  beforeEach(async () => {
    const spaces = await openSpaces(engine);
    notes = spaces.store.grantNotes;
    elsewhere = spaces.elsewhere.grantNotes;
  });

  const note = (id: string, more: Partial<GrantNote> = {}): GrantNote => ({
    id,
    lockUserId: 'u1',
    lockId: 'door',
    from: null,
    until: null,
    note: 'relay:north m1 Front door',
    grantId: null,
    before: [],
    askedAt: now,
    ...more,
  });

  describe('notes of grants', () => {
    it('are kept as they were added, those asked for first come first', async () => {
      const second = note('n1', { from: now, until: now + hour, before: ['r8', 'r"9'], askedAt: now + 1 });
      const first = note('n2', { lockUserId: 'u2', grantId: 'r1' });
      await notes.add(second);
      await notes.add(first);

      expect(await notes.all()).toEqual([first, second]);
      expect(await notes.ofLockUser('u1')).toEqual([second]);
      expect(await notes.ofGrant('r1')).toEqual(first);
      expect(await notes.ofGrant('r9')).toBeUndefined();
      expect(await notes.unanswered()).toEqual([second]);
      expect(await elsewhere.all()).toEqual([]);
      expect(await elsewhere.ofGrant('r1')).toBeUndefined();
      expect(await elsewhere.unanswered()).toEqual([]);
    });

    it('belong to one grant, which belongs to no other', async () => {
      await notes.add(note('old', { grantId: 'r1' }));
      await notes.add(note('new'));
      await elsewhere.add(note('other', { grantId: 'r1' }));

      await notes.bind('new', 'r1');

      expect(await notes.all()).toEqual([note('new', { grantId: 'r1' })]);
      expect(await elsewhere.all()).toHaveLength(1);
    });

    it('that are gone take no grant away from another', async () => {
      await notes.add(note('kept', { grantId: 'r1' }));

      await notes.bind('gone', 'r1');

      expect(await notes.all()).toEqual([note('kept', { grantId: 'r1' })]);
    });

    it('are moved and removed one by one, or with their lock user', async () => {
      for (const id of ['n1', 'n2', 'n3']) await notes.add(note(id));
      await notes.add(note('n4', { lockUserId: 'u2' }));
      await elsewhere.add(note('n1'));

      await notes.move('n1', { from: now, until: now + hour });
      await notes.remove(['n2']);

      expect(await notes.ofLockUser('u1')).toEqual([note('n1', { from: now, until: now + hour }), note('n3')]);
      await notes.removeLockUser('u1');
      expect((await notes.all()).map(({ id }) => id)).toEqual(['n4']);
      expect(await elsewhere.all()).toEqual([note('n1')]);
    });
  });
});
