// Durable, keyed, collapsed.
import { describe, expect, it, onTestFinished } from 'vitest';
import { reconcile } from '../jobs.ts';
import { type Engine, minute, openFor, recorded, work } from './harness.ts';

export function describeAdding(engine: Engine): void {
  describe('what it takes', () => {
    it('works a job off and forgets it', async () => {
      const { queue } = await openFor(engine);
      const { started, handlers } = recorded();
      work(queue, handlers);

      await queue.add([reconcile('m1', { cause: 'confirmed_membership' })]);
      await queue.idle();

      expect(started).toMatchObject([
        { name: 'reconcile', key: 'm1', payload: { membershipId: 'm1', cause: 'confirmed_membership' }, attempt: 1 },
      ]);
      expect(await queue.list()).toEqual([]);
    });

    it('takes jobs before anybody works them off', async () => {
      const { queue } = await openFor(engine);
      const { started, handlers } = recorded();

      await queue.add([reconcile('m1'), reconcile('m2')]);
      work(queue, handlers);
      await queue.idle();

      expect(started.map(({ key }) => key)).toEqual(['m1', 'm2']);
    });

    it('still has a job after a restart once add() has resolved', async () => {
      const before = await engine.open();
      await before.queue.add([reconcile('m1')]);

      const { queue, close } = await before.reopen();
      onTestFinished(close);

      expect(await queue.list()).toMatchObject([{ key: 'm1', state: 'waiting' }]);
    });

    it('has nothing of a transaction that was rolled back, and all of one that was committed', async () => {
      const { queue, transaction } = await openFor(engine);
      const { started, handlers } = recorded();
      work(queue, handlers);

      const failed = transaction(async (within) => {
        await queue.add([reconcile('never')], within);
        throw new Error('rolled back');
      });
      await expect(failed).rejects.toThrow('rolled back');
      await transaction((within) => queue.add([reconcile('m1'), reconcile('m2')], within));
      queue.nudge();
      await queue.idle();

      expect(started.map(({ key }) => key)).toEqual(['m1', 'm2']);
    });

    it('collapses a repeat into the waiting job, with the newer payload, the earlier time and the first request', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const requestedAt = now();

      await queue.add([reconcile('m1', { cause: 'first', runAt: now() + 10 * minute })]);
      const [first] = await queue.list();
      await passTime(1000);
      await queue.add([reconcile('m1', { cause: 'second', runAt: requestedAt + 5 * minute })]);
      await queue.add([reconcile('m1', { cause: 'third', runAt: requestedAt + 20 * minute })]);

      expect(await queue.list()).toEqual([
        {
          ...first,
          payload: { membershipId: 'm1', cause: 'third' },
          runAt: requestedAt + 5 * minute,
          requestedAt,
          sequence: await queue.sequence(),
        },
      ]);
    });

    it('collapses repeats within one add() as well', async () => {
      const { queue, now } = await openFor(engine);

      await queue.add([
        reconcile('m1', { cause: 'first' }),
        reconcile('m2'),
        reconcile('m1', { cause: 'second', runAt: now() + minute }),
      ]);

      expect(await queue.list()).toMatchObject([
        { key: 'm2', sequence: 2 },
        { key: 'm1', payload: { cause: 'second' }, runAt: now(), sequence: 3 },
      ]);
    });

    it('keeps jobs of the same key but another name apart', async () => {
      const { queue } = await openFor(engine);

      await queue.add([
        { name: 'link', key: 'u1', payload: { lockUserId: 'u1' } },
        { name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } },
      ]);

      expect((await queue.list()).map(({ name }) => name)).toEqual(['link', 'check-in']);
    });
  });
}
