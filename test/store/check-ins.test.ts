import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { ENGINES, openSpaces } from './open-spaces.ts';
import { checkIn, hour, now, opening } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let store: Store;
  let elsewhere: Store;

  beforeEach(async () => {
    ({ store, elsewhere } = await openSpaces(engine));
  });

  describe('check-ins', () => {
    it('are found by id and by the span that they overlap', async () => {
      await store.checkIns.put([checkIn('c1', now, now + hour), checkIn('c2', now + hour, now + 2 * hour)]);
      await store.checkIns.put([{ ...checkIn('c3'), membershipId: 'm2', passId: 'pass1' }]);
      const ids = async (from: number, until: number) =>
        (await store.checkIns.between('m1', from, until)).map(({ id }) => id);

      expect(await store.checkIns.of('c3')).toEqual({ ...checkIn('c3'), membershipId: 'm2', passId: 'pass1' });
      expect(await ids(now, now + 1)).toEqual(['c1']);
      expect(await ids(now + hour, now + hour + 1)).toEqual(['c2']);
      expect(await ids(now - hour, now)).toEqual([]);
      expect(await ids(now - hour, now + 9 * hour)).toEqual(['c1', 'c2']);
      expect(await elsewhere.checkIns.of('c1')).toBeUndefined();
    });

    it('are replaced by id, and forgotten once they are long over', async () => {
      await store.checkIns.put([checkIn('c1', now, now + 8 * hour), checkIn('c2')]);

      await store.checkIns.put([checkIn('c1', now, now + 2 * hour), checkIn('c1', now, now + 3 * hour)]);
      const pruned = await store.checkIns.prune(now + 2 * hour);

      expect(pruned).toBe(1);
      expect(await store.checkIns.of('c1')).toEqual(checkIn('c1', now, now + 3 * hour));
      expect(await store.checkIns.of('c2')).toBeUndefined();
    });
  });

  describe('attempts', () => {
    it('stand until they are finished', async () => {
      await store.attempts.start({ membershipId: 'm1', startedAt: now });
      await store.attempts.start({ membershipId: 'm1', startedAt: now + 1000 });
      const started = await store.attempts.of('m1');
      await store.attempts.finish('m1');

      expect(started).toEqual({ membershipId: 'm1', startedAt: now + 1000 });
      expect(await store.attempts.of('m1')).toBeUndefined();
      expect(await elsewhere.attempts.of('m1')).toBeUndefined();
    });
  });

  describe('openings', () => {
    it('are new once: by id, and by lock user, lock and time', async () => {
      await store.openings.add([opening('o1'), opening('o2', { lockUserId: 'u2', lockId: null, lockName: null })], now);

      const added = await store.openings.add(
        [
          opening('o1', { occurredAt: now + 1000 }),
          opening('o3'),
          opening('o4', { lockUserId: 'u2', lockId: null, lockName: null }),
          opening('o5', { lockId: 'back' }),
          opening('o5', { lockId: 'side' }),
          opening('o6', { occurredAt: now + 1000 }),
        ],
        now,
      );

      expect(added.map(({ id }) => id)).toEqual(['o5', 'o6']);
      expect((await store.openings.list()).map(({ id }) => id).sort()).toEqual(['o1', 'o2', 'o5', 'o6']);
      expect(await elsewhere.openings.list()).toEqual([]);
    });

    it('wait, oldest first, until they are judged', async () => {
      await store.openings.add([opening('o2', { occurredAt: now + 1000 }), opening('o1')], now);
      await store.openings.add([opening('o3', { lockUserId: 'u2' })], now);

      const before = (await store.openings.unjudged('u1')).map(({ id }) => id);
      await store.openings.judge('o1', 'checked in', 'until 18:00');
      await store.openings.judge('o3', 'not ours', null);

      expect(before).toEqual(['o1', 'o2']);
      expect(await store.openings.waiting()).toEqual(['u1']);
      expect((await store.openings.unjudged('u1')).map(({ id }) => id)).toEqual(['o2']);
      expect(await store.openings.list({ lockUserId: 'u1', limit: 5 })).toEqual([
        { ...opening('o2', { occurredAt: now + 1000 }), receivedAt: now, outcome: null, note: null },
        { ...opening('o1'), receivedAt: now, outcome: 'checked in', note: 'until 18:00' },
      ]);
      expect((await store.openings.list({ since: now + 1000 })).map(({ id }) => id)).toEqual(['o2']);
    });

    it('are forgotten when they are old and judged, never before they are judged', async () => {
      await store.openings.add([opening('o1'), opening('o2', { lockUserId: 'u2' })], now);
      await store.openings.judge('o1', 'past day', null);

      expect(await store.openings.prune(now + 1)).toBe(1);
      expect((await store.openings.list()).map(({ id }) => id)).toEqual(['o2']);
    });
  });

  describe('refusals', () => {
    it('count until they end, the last one for each membership', async () => {
      const refusal = { at: now, until: now + hour, words: 'No passes left.' };
      await store.refusals.put('m1', { at: now, until: now + 9 * hour, words: 'Closed.' });
      await store.refusals.put('m1', refusal);
      await store.refusals.put('m2', refusal);
      await store.refusals.clear('m2');

      expect(await store.refusals.of('m1', now)).toEqual(refusal);
      expect(await store.refusals.all(now)).toEqual(new Map([['m1', refusal]]));
      expect(await store.refusals.of('m1', now + hour)).toBeUndefined();
      expect(await store.refusals.all(now + hour)).toEqual(new Map());
      expect(await elsewhere.refusals.all(now)).toEqual(new Map());
    });
  });
});
