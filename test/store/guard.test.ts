import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { ENGINES, openSpaces } from './open-spaces.ts';
import { hour, line, now } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let store: Store;
  let elsewhere: Store;

  beforeEach(async () => {
    ({ store, elsewhere } = await openSpaces(engine));
  });

  describe('holds', () => {
    it('remembers what a former id was shown with, and leaves out what is decided', async () => {
      await store.holds.join([line('u1'), line('u2')], 'h1');
      await store.holds.join([line('u3')], 'h2');

      const former = await store.holds.shownAs('h1');
      const taken = await store.holds.decide([{ lockUserId: 'u1', lockId: 'door' }], 'approved');
      const again = await store.holds.decide([{ lockUserId: 'u1', lockId: 'door' }], 'rejected');

      expect(former?.map(({ lockUserId }) => lockUserId)).toEqual(['u1', 'u2']);
      expect([taken, again]).toEqual([[line('u1')], []]);
      expect((await store.holds.shownAs('h1'))?.map(({ lockUserId }) => lockUserId)).toEqual(['u2']);
      expect(await store.holds.decided()).toEqual([{ ...line('u1'), decision: 'approved' }]);
      expect(await store.holds.shownAs('never')).toBeUndefined();
    });

    it('take lines in under a new id, and leave those that are held as they are', async () => {
      const first = await store.holds.join([line('u1')], 'h1');
      const same = await store.holds.join([line('u1', { reason: 'another', heldAt: now + hour })], 'h2');
      const more = await store.holds.join([line('u1'), line('u2', { restsOnAbsence: false })], 'h3');

      expect(first).toEqual({ id: 'h1', lines: [line('u1')] });
      expect(same).toEqual(first);
      expect(more).toEqual({ id: 'h3', lines: [line('u1'), line('u2', { restsOnAbsence: false })] });
      expect(await store.holds.open()).toEqual(more);
      expect(await elsewhere.holds.open()).toBeUndefined();
    });

    it('keep their id while lines dissolve, and are over with the last', async () => {
      await store.holds.join([line('u1'), line('u2')], 'h1');

      await store.holds.dissolve([{ lockUserId: 'u1', lockId: 'door' }]);
      const left = await store.holds.open();
      await store.holds.dissolve([{ lockUserId: 'u2', lockId: 'door' }]);
      const over = await store.holds.open();
      const next = await store.holds.join([line('u3')], 'h2');

      expect(left).toEqual({ id: 'h1', lines: [line('u2')] });
      expect(over).toBeUndefined();
      expect(next).toEqual({ id: 'h2', lines: [line('u3')] });
    });
  });

  describe('lines of holds', () => {
    it('are there until the last is dissolved, decided or not', async () => {
      const before = await store.holds.isEmpty();
      await store.holds.join([line('u1')], 'h1');
      const held = await store.holds.isEmpty();
      await store.holds.decide([line('u1')], 'rejected');
      const decided = await store.holds.isEmpty();
      await store.holds.dissolve([line('u1')]);

      expect([before, held, decided, await store.holds.isEmpty()]).toEqual([true, false, false, true]);
      expect(await elsewhere.holds.isEmpty()).toBe(true);
    });

    it('take what was looked at since, until somebody decides', async () => {
      await store.holds.join([line('u1'), line('u2'), line('u3', { facts: '' })], 'h1');
      await store.holds.decide([line('u2'), line('u3')], 'rejected');

      await store.holds.lookedAt(
        [line('u1', { facts: 'new' }), line('u2', { facts: 'new' }), line('u3', { facts: 'new' })],
        '',
      );

      expect((await store.holds.open())?.lines).toEqual([line('u1', { facts: 'new' })]);
      expect((await store.holds.decided()).map(({ lockUserId, facts }) => [lockUserId, facts])).toEqual([
        ['u2', line('u2').facts],
        ['u3', 'new'],
      ]);
    });
  });

  describe('the memory of the brake', () => {
    it('knows who had a loss since a moment', async () => {
      await store.losses.record(['u1', 'u2', 'u1'], now);
      await store.losses.record(['u2'], now + hour);

      expect(await store.losses.since(now)).toEqual(new Set(['u1', 'u2']));
      expect(await store.losses.since(now + hour)).toEqual(new Set(['u2']));
      expect(await store.losses.prune(now + 1)).toBe(1);
      expect(await store.losses.since(0)).toEqual(new Set(['u2']));
      expect(await elsewhere.losses.since(0)).toEqual(new Set());
    });

    it('knows who was seen with a grant of ours', async () => {
      await store.managed.seen(['u1', 'u2'], now);
      await store.managed.seen(['u2'], now + hour);
      await store.managed.seen(['u3'], now);
      await store.managed.remove('u3');

      expect(await store.managed.since(now)).toEqual(new Set(['u1', 'u2']));
      expect(await store.managed.since(now + hour)).toEqual(new Set(['u2']));
      expect(await store.managed.lastSeen('u2')).toBe(now + hour);
      expect(await store.managed.lastSeen('u3')).toBeUndefined();
      expect(await elsewhere.managed.since(0)).toEqual(new Set());
    });
  });

  describe('the second witness', () => {
    it('knows lock users and grants apart', async () => {
      await store.witness.add('user', ['1', '2', '2']);
      await store.witness.add('user', ['1']);
      await store.witness.add('grant', ['1']);
      await store.witness.remove('user', ['1']);

      expect(await store.witness.all('user')).toEqual(new Set(['2']));
      expect(await store.witness.has('grant', '1')).toBe(true);
      expect(await store.witness.has('user', '1')).toBe(false);
      expect(await elsewhere.witness.all('user')).toEqual(new Set());
    });

    it('takes thousands at once', async () => {
      const ids = Array.from({ length: 5000 }, (_, index) => `g${index}`);

      await store.witness.add('grant', ids);
      await store.witness.remove('grant', ids.slice(1));

      expect(await store.witness.all('grant')).toEqual(new Set(['g0']));
    });
  });
});
