import { beforeEach, describe, expect, it } from 'vitest';
import type { TimedGrant, TimedGrants } from '../../src/store/filled-in.ts';
import { ENGINES, openSpaces } from './open-spaces.ts';
import { hour, now } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let timed: TimedGrants;
  let elsewhere: TimedGrants;

  beforeEach(async () => {
    const spaces = await openSpaces(engine);
    timed = spaces.store.timedGrants;
    elsewhere = spaces.elsewhere.timedGrants;
  });

  const grant = (id: string, more: Partial<TimedGrant> = {}): TimedGrant => ({
    id,
    lockUserId: 'u1',
    lockId: 'door',
    from: null,
    until: null,
    note: 'relay:north m1 Front door',
    realId: null,
    asked: false,
    theirs: false,
    ...more,
  });
  const idsOf = (grants: readonly TimedGrant[]) => grants.map(({ id }) => id);

  describe('timed grants', () => {
    it('are kept as they were added, and found by id and lock user', async () => {
      const first = grant('t1', { from: now, until: now + hour, realId: 'r1', asked: true });
      const second = grant('t2', { lockUserId: 'u2' });
      await timed.add(first);
      await timed.add(second);

      expect(await timed.all()).toEqual([first, second]);
      expect(await timed.of('t2')).toEqual(second);
      expect(await timed.of('t9')).toBeUndefined();
      expect(await timed.ofLockUser('u1')).toEqual([first]);
      expect(await elsewhere.all()).toEqual([]);
      expect(await elsewhere.of('t1')).toBeUndefined();
    });

    it('are due where they are open without a real grant, or have one without being open', async () => {
      const real = { realId: 'r1', asked: true };
      await timed.add(grant('always'));
      await timed.add(grant('always given', real));
      await timed.add(grant('begins', { from: now }));
      await timed.add(grant('begins later', { from: now + 1 }));
      await timed.add(grant('begins later, given', { from: now + 1, ...real }));
      await timed.add(grant('ends', { until: now, ...real }));
      await timed.add(grant('ends, perhaps given', { until: now, asked: true }));
      await timed.add(grant('ended', { until: now }));
      await timed.add(grant('ends later', { until: now + 1, ...real }));
      await timed.add(grant('theirs', { theirs: true }));
      await timed.add(grant('theirs, ends', { until: now, theirs: true }));

      const due = idsOf(await timed.due(now));

      expect(new Set(due)).toEqual(
        new Set(['always', 'begins', 'begins later, given', 'ends', 'ends, perhaps given', 'theirs, ends']),
      );
      expect(await elsewhere.due(now)).toEqual([]);
    });

    it('know the next moment at which one begins or ends', async () => {
      expect(await timed.next(now)).toBeNull();
      await timed.add(grant('always'));
      await timed.add(grant('t1', { from: now + 2 * hour, until: now + 3 * hour }));
      expect(await timed.next(now)).toBe(now + 2 * hour);
      await timed.add(grant('t2', { from: now - hour, until: now + hour }));

      expect(await timed.next(now)).toBe(now + hour);
      expect(await timed.next(now + hour)).toBe(now + 2 * hour);
      expect(await timed.next(now + 2 * hour)).toBe(now + 3 * hour);
      expect(await timed.next(now + 3 * hour)).toBeNull();
      expect(await elsewhere.next(now)).toBeNull();
    });

    it('stand on a real grant and on none, many at once', async () => {
      const ids = Array.from({ length: 450 }, (_, index) => `t${index}`);
      for (const id of ids) await timed.add(grant(id));

      await timed.stand(ids, { realId: 'r1', asked: true, theirs: false });
      expect((await timed.all()).filter(({ realId }) => realId === 'r1')).toHaveLength(450);
      await timed.stand(ids.slice(1), { realId: null, asked: true, theirs: false });
      await timed.stand(['t2'], { realId: null, asked: false, theirs: true });

      expect(await timed.of('t0')).toEqual(grant('t0', { realId: 'r1', asked: true }));
      expect(await timed.of('t1')).toEqual(grant('t1', { asked: true }));
      expect(await timed.of('t2')).toEqual(grant('t2', { theirs: true }));
      await timed.remove(ids.slice(1));
      expect(idsOf(await timed.all())).toEqual(['t0']);
    });

    it('are moved, one at a time', async () => {
      await timed.add(grant('t1', { from: now, realId: 'r1', asked: true }));
      await timed.add(grant('t2', { from: now }));
      await elsewhere.add(grant('t1'));

      await timed.move('t1', { from: null, until: now + hour });

      expect(await timed.all()).toEqual([
        grant('t1', { until: now + hour, realId: 'r1', asked: true }),
        grant('t2', { from: now }),
      ]);
      expect(await elsewhere.all()).toEqual([grant('t1')]);
    });

    it('that are shut are open at no time any more', async () => {
      await timed.add(grant('t1', { from: now - hour, until: now + hour, realId: 'r1', asked: true }));

      await timed.shut('t1');

      const [shut] = await timed.all();
      expect(shut?.until).toBeLessThan(now - hour);
      expect(idsOf(await timed.due(now))).toEqual(['t1']);
    });

    it('go with their lock user', async () => {
      await timed.add(grant('t1'));
      await timed.add(grant('t2', { lockUserId: 'u2' }));
      await elsewhere.add(grant('t1'));

      await timed.removeLockUser('u1');

      expect(idsOf(await timed.all())).toEqual(['t2']);
      expect(idsOf(await elsewhere.all())).toEqual(['t1']);
    });
  });
});
