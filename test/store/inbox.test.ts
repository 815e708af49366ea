import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { handlersWith } from '../queue/jobs.ts';
import { countCommits } from '../support/count-commits.ts';
import { ENGINES, openSpaces, type Spaces } from './open-spaces.ts';
import { delivery, now, opening } from './samples.ts';

describe.each(ENGINES)('on %s', (engine) => {
  let database: Spaces['database'];
  let queue: Spaces['queue'];
  let store: Store;
  let elsewhere: Store;

  beforeEach(async () => {
    ({ database, queue, store, elsewhere } = await openSpaces(engine));
  });

  describe('the inbox', () => {
    it('keeps a delivery with its opening and its jobs', async () => {
      await store.inbox.accept({
        delivery: delivery('d1', { source: 'lock', event: 'open', subject: 'u1' }),
        opening: opening('o1'),
        jobs: [{ name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } }],
      });

      expect(await store.inbox.list()).toEqual([delivery('d1', { source: 'lock', event: 'open', subject: 'u1' })]);
      expect(await store.openings.unjudged('u1')).toEqual([
        { ...opening('o1'), receivedAt: now, outcome: null, note: null },
      ]);
      expect(await queue.list()).toMatchObject([{ name: 'check-in', key: 'u1', state: 'waiting' }]);
      expect(await elsewhere.inbox.list()).toEqual([]);
      expect(await elsewhere.openings.list()).toEqual([]);
    });

    it('stores an opening that was told twice once, and adds the jobs all the same', async () => {
      const jobs = [{ name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } }] as const;
      await store.inbox.accept({ delivery: delivery('d1'), opening: opening('o1'), jobs });
      const [first] = await queue.list();

      await store.inbox.accept({ delivery: delivery('d2'), opening: opening('o1', { occurredAt: now + 1000 }), jobs });
      await store.inbox.accept({ delivery: delivery('d3'), opening: opening('other id'), jobs });

      expect((await store.openings.list()).map(({ id }) => id)).toEqual(['o1']);
      expect(await store.inbox.list()).toHaveLength(3);
      expect((await queue.list())[0]?.sequence).toBeGreaterThan(first?.sequence ?? 0);
    });

    it('lists the newest first, those not understood alone, and so many', async () => {
      await store.inbox.accept({ delivery: delivery('d1'), jobs: [] });
      await store.inbox.accept({ delivery: delivery('d2', { receivedAt: now + 1000, understood: false }), jobs: [] });
      await store.inbox.accept({ delivery: delivery('d3', { receivedAt: now + 2000 }), jobs: [] });

      expect((await store.inbox.list()).map(({ id }) => id)).toEqual(['d3', 'd2', 'd1']);
      expect((await store.inbox.list({ understood: false })).map(({ id }) => id)).toEqual(['d2']);
      expect((await store.inbox.list({ understood: true, limit: 1 })).map(({ id }) => id)).toEqual(['d3']);
    });

    it('forgets what is older than asked', async () => {
      await store.inbox.accept({ delivery: delivery('old'), jobs: [] });
      await store.inbox.accept({ delivery: delivery('new', { receivedAt: now + 1000 }), jobs: [] });

      expect(await store.inbox.prune(now + 1000)).toBe(1);
      expect((await store.inbox.list()).map(({ id }) => id)).toEqual(['new']);
    });

    it('takes fifty deliveries that arrive together in one commit', async () => {
      const ids = Array.from({ length: 50 }, (_, index) => `d${index}`);

      const commits = await countCommits(database, () =>
        Promise.all(
          ids.map((id) =>
            store.inbox.accept({
              delivery: delivery(id),
              opening: opening(id, { lockUserId: id }),
              jobs: [{ name: 'check-in', key: id, payload: { lockUserId: id } }],
            }),
          ),
        ),
      );

      expect(commits).toBe(1);
      expect(new Set((await store.inbox.list()).map(({ id }) => id))).toEqual(new Set(ids));
      expect(await store.openings.waiting()).toHaveLength(50);
      expect(await queue.list()).toHaveLength(50);
    });

    it('takes more at once than one statement holds', async () => {
      const ids = Array.from({ length: 3000 }, (_, index) => `d${index}`);

      await Promise.all(ids.map((id) => store.inbox.accept({ delivery: delivery(id), jobs: [] })));

      expect(await store.inbox.list()).toHaveLength(3000);
    });

    it('refuses a bad delivery alone: its neighbours are stored, and of it nothing is', async () => {
      await store.inbox.accept({ delivery: delivery('taken'), jobs: [] });
      const entry = (id: string) =>
        store.inbox.accept({
          delivery: delivery(id),
          opening: opening(id, { lockUserId: id }),
          jobs: [{ name: 'check-in', key: id, payload: { lockUserId: id } }],
        });

      const results = await Promise.allSettled([entry('a'), entry('taken'), entry('b')]);

      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await store.inbox.list()).map(({ id }) => id).sort()).toEqual(['a', 'b', 'taken']);
      expect(await store.openings.waiting()).toEqual(['a', 'b']);
      expect((await queue.list()).map(({ key }) => key)).toEqual(['a', 'b']);
    });

    it('sets the worker off by itself', async () => {
      const done = Promise.withResolvers<string>();
      queue.work(
        handlersWith({
          async reconcile({ key }) {
            done.resolve(key);
            return 'done';
          },
        }),
        { concurrency: 1, order: ['reconcile'] },
      );

      await store.inbox.accept({
        delivery: delivery('d1'),
        jobs: [{ name: 'reconcile', key: 'm1', payload: { membershipId: 'm1', cause: 'd1' } }],
      });

      expect(await done.promise).toBe('m1');
      await queue.idle();
      await queue.stop(0);
    });
  });
});
