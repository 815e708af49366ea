import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { ENGINES, openSpaces, type Spaces } from './open-spaces.ts';
import { booking, evidence, hour, link, now } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let database: Spaces['database'];
  let store: Store;
  let elsewhere: Store;

  beforeEach(async () => {
    ({ database, store, elsewhere } = await openSpaces(engine));
  });

  describe('links', () => {
    it('says which lock user a membership stands behind, and which memberships behind a lock user', async () => {
      await store.links.put([
        link('m1', 'u1'),
        link('m2', 'u1', { origin: 'adopted', endedAt: now }),
        link('m3', 'u2'),
      ]);

      expect(await store.links.all()).toHaveLength(3);
      expect(await store.links.of('m2')).toEqual(link('m2', 'u1', { origin: 'adopted', endedAt: now }));
      expect((await store.links.ofLockUser('u1')).map(({ membershipId }) => membershipId)).toEqual(['m1', 'm2']);
      expect(await store.links.of('m9')).toBeUndefined();
      expect(await elsewhere.links.all()).toEqual([]);
    });

    it('replaces by membership, ends, takes the end back, and removes by lock user', async () => {
      await store.links.put([link('m1', 'u1')]);

      await store.links.put([link('m1', 'u2', { origin: 'adopted' }), link('m2', 'u1')]);
      await store.links.setEnded('m1', now);
      const ended = await store.links.of('m1');
      await store.links.setEnded('m1', null);
      await store.links.removeLockUser('u1');

      expect(ended).toEqual(link('m1', 'u2', { origin: 'adopted', endedAt: now }));
      expect(await store.links.all()).toEqual([link('m1', 'u2', { origin: 'adopted' })]);
    });

    it('takes an empty list', async () => {
      await store.links.put([]);

      expect(await store.links.all()).toEqual([]);
    });
  });

  describe('tokens', () => {
    it('belong to one membership each', async () => {
      await store.tokens.put('u1', 'm1');
      await store.tokens.put('u1', 'm2');
      await store.tokens.put('u2', 'm3');
      await store.tokens.remove('u2');

      expect(await store.tokens.of('u1')).toBe('m2');
      expect(await store.tokens.of('u2')).toBeUndefined();
      expect(await elsewhere.tokens.all()).toEqual(new Map());
    });

    it('become what the list of Cobot says', async () => {
      await store.tokens.put('u1', 'm1');
      await store.tokens.put('u2', 'm2');
      const list = new Map([
        ['u2', 'm9'],
        ['u3', 'm3'],
      ]);

      await store.tokens.replaceAll(list);

      expect(await store.tokens.all()).toEqual(list);
      await store.tokens.replaceAll(new Map());
      expect(await store.tokens.all()).toEqual(new Map());
    });
  });

  describe('evidence', () => {
    it('comes back as it was read', async () => {
      await store.evidence.put([evidence('m1'), evidence('m2', { passes: [], checkIns: [], bookings: [] })]);

      expect(await store.evidence.of('m1')).toEqual(evidence('m1'));
      expect([...(await store.evidence.all()).keys()].sort()).toEqual(['m1', 'm2']);
      expect(await store.evidence.of('m9')).toBeUndefined();
      expect(await elsewhere.evidence.all()).toEqual(new Map());
    });

    it('is written anew only where something differs', async () => {
      await store.evidence.put([evidence('m1'), evidence('m2')]);

      await store.evidence.put([
        evidence('m1', { readAt: now + hour }),
        evidence('m2', { readAt: now + hour, bookings: [booking('b2')] }),
      ]);

      expect((await store.evidence.of('m1'))?.readAt).toBe(now);
      expect(await store.evidence.of('m2')).toEqual(evidence('m2', { readAt: now + hour, bookings: [booking('b2')] }));
    });

    it('tells who holds a booking, as of the last read', async () => {
      await store.evidence.put([evidence('m1'), evidence('m2'), evidence('m3', { bookings: [booking('b3')] })]);
      const before = await store.evidence.holdersOfBooking('b1');

      await store.evidence.put([evidence('m1', { bookings: [] })]);
      await store.evidence.remove('m3');

      expect(before).toEqual(['m1', 'm2']);
      expect(await store.evidence.holdersOfBooking('b1')).toEqual(['m2']);
      expect(await store.evidence.holdersOfBooking('b3')).toEqual([]);
      expect(await store.evidence.of('m3')).toBeUndefined();
    });

    it('refuses to pass on what is not evidence', async () => {
      await store.evidence.put([evidence('m1')]);
      await database.sql.updateTable('evidence').set({ facts: '{"membership":{}}' }).execute();

      await expect(store.evidence.of('m1')).rejects.toThrow();
    });
  });
});
