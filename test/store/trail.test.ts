import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { ENGINES, openSpace, openSpaces, type Spaces } from './open-spaces.ts';
import { entry, hour, now } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let spaces: Spaces;
  let database: Spaces['database'];
  let clock: Spaces['clock'];
  let store: Store;
  let elsewhere: Store;

  beforeEach(async () => {
    spaces = await openSpaces(engine);
    ({ database, clock, store, elsewhere } = spaces);
  });

  describe('problems', () => {
    it('keep since when they go on, and are gone when they are over', async () => {
      const noEmail = { kind: 'no email', sentence: 'Ada has no email' };
      const refused = { kind: 'refused', sentence: 'Cobot says no' };
      await store.problems.replace('m1', [noEmail], now);
      await store.problems.replace('', [refused], now + hour);

      await store.problems.replace('m1', [refused, noEmail], now + 2 * hour);
      const before = await store.problems.all();
      await store.problems.replace('m1', [refused], now + 3 * hour);

      expect(before).toEqual([
        { subject: 'm1', ...noEmail, since: now },
        { subject: '', ...refused, since: now + hour },
        { subject: 'm1', ...refused, since: now + 2 * hour },
      ]);
      expect(await store.problems.all()).toEqual([
        { subject: '', ...refused, since: now + hour },
        { subject: 'm1', ...refused, since: now + 2 * hour },
      ]);
      expect(await elsewhere.problems.all()).toEqual([]);
    });
  });

  describe('the audit trail', () => {
    it('lists the newest first, also among those of one moment', async () => {
      await store.audit.append([entry('one'), entry('two')]);
      await store.audit.append([entry('three', { membershipId: null, lockUserId: null, lockId: null })]);
      await store.audit.append([]);

      expect(await store.audit.list()).toEqual([
        entry('three', { membershipId: null, lockUserId: null, lockId: null }),
        entry('two'),
        entry('one'),
      ]);
      expect(await elsewhere.audit.list()).toEqual([]);
    });

    it('can be asked by time, membership and lock, for so many', async () => {
      await store.audit.append([
        entry('old', { at: now - hour }),
        entry('other member', { membershipId: 'm2' }),
        entry('other lock', { lockId: 'back' }),
      ]);
      const sentences = async (filter: Parameters<Store['audit']['list']>[0]) =>
        (await store.audit.list(filter)).map(({ sentence }) => sentence);

      expect(await sentences({ since: now })).toEqual(['other lock', 'other member']);
      expect(await sentences({ membershipId: 'm1' })).toEqual(['other lock', 'old']);
      expect(await sentences({ lockId: 'door', limit: 1 })).toEqual(['other member']);
    });

    it('forgets what is older than asked', async () => {
      await store.audit.append([entry('old', { at: now - hour }), entry('new')]);

      expect(await store.audit.prune(now)).toBe(1);
      expect((await store.audit.list()).map(({ sentence }) => sentence)).toEqual(['new']);
    });
  });

  describe('settings', () => {
    it('come back as they were set', async () => {
      const policy = {
        text: 'version: 1',
        plans: [{ id: 'p1', name: 'Basic' }],
        resources: [],
        locks: [{ id: 'door', name: 'Front door' }],
        names: { 'front door': 'door' },
      };
      await store.settings.set('policy', policy);
      await store.settings.set('space', { id: 's1', subdomain: 'north', name: 'North', zone: 'Europe/Berlin' });
      await store.settings.set('locks', [{ id: 'door', name: 'Front door' }]);
      await store.settings.set('last-good-sweep', now);
      await store.settings.set('last-good-sweep', now + hour);

      expect(await store.settings.get('policy')).toEqual(policy);
      expect(await store.settings.get('space')).toMatchObject({ zone: 'Europe/Berlin' });
      expect(await store.settings.get('locks')).toEqual([{ id: 'door', name: 'Front door' }]);
      expect(await store.settings.get('last-good-sweep')).toBe(now + hour);
      expect(await store.settings.get('openings-read-until')).toBeUndefined();
      expect(await elsewhere.settings.get('policy')).toBeUndefined();
    });

    it('know when the store was made, in whole seconds, also after it is opened again', async () => {
      const before = await store.settings.get('made-at');
      await clock.advance(hour);
      const { store: again } = await openSpace('north', spaces);

      expect(before).toBeTypeOf('number');
      expect((before ?? 1) % 1000).toBe(0);
      expect(await again.settings.get('made-at')).toBe(before);
    });
  });

  describe('readiness', () => {
    it('is answered while the database is open, and throws once it is not', async () => {
      await expect(store.ping()).resolves.toBeUndefined();

      await database.close();

      await expect(store.ping()).rejects.toThrow();
    });
  });
});
