// Backoff, Retry-After, dead letters, waking.
import { describe, expect, it } from 'vitest';
import { RefusedError, UnauthorizedError, UnexpectedShapeError } from '../../../src/lib/errors.ts';
import { reconcile } from '../jobs.ts';
import { away, type Engine, minute, openFor, recorded, where, work } from './harness.ts';

export function describeFailing(engine: Engine): void {
  describe('what fails', () => {
    it('tries a failed job again after a wait that grows up to five minutes', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const at: number[] = [];
      const { handlers } = recorded(async () => {
        at.push(now());
        throw away();
      });
      work(queue, handlers);

      await queue.add([reconcile('m1')]);
      await passTime(60 * minute);

      const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
      expect(waits.length).toBeGreaterThan(10);
      expect(waits[0]).toBeGreaterThanOrEqual(1000);
      expect(waits[0]).toBeLessThanOrEqual(2000);
      expect(Math.max(...waits.slice(0, 4))).toBeLessThan(Math.max(...waits.slice(6)));
      expect(Math.max(...waits)).toBeLessThanOrEqual(5 * minute);
    });

    it('waits at least as long as the other side asked for', async () => {
      const { queue, passTime } = await openFor(engine);
      const { started, handlers } = recorded(async ({ attempt }) => {
        if (attempt === 1) throw away(45_000);
        return 'done';
      });
      work(queue, handlers);

      await queue.add([reconcile('m1')]);
      await passTime(44_999);
      const before = started.length;
      await passTime(1);

      expect(before).toBe(1);
      expect(started.map(({ attempt }) => attempt)).toEqual([1, 2]);
    });

    it.each([
      { what: 'a network failure', error: away() },
      { what: 'a refused token', error: new UnauthorizedError('Cobot refuses the token', where) },
    ])('never gives up after $what', async ({ error }) => {
      const { queue, passTime } = await openFor(engine);
      let failing = true;
      const { started, handlers } = recorded(async () => {
        if (failing) throw error;
        return 'done';
      });
      work(queue, handlers);

      await queue.add([reconcile('m1')]);
      await passTime(60 * minute);
      const meanwhile = await queue.list();
      failing = false;
      await passTime(5 * minute);

      expect(started.length).toBeGreaterThan(10);
      expect(meanwhile).toMatchObject([{ state: 'waiting', lastError: expect.stringContaining(error.message) }]);
      expect(await queue.list()).toEqual([]);
    });

    it.each([
      { what: 'a refusal', error: new RefusedError('Cobot said no', where) },
      { what: 'an answer of an unknown shape', error: new UnexpectedShapeError('Cobot answered HTML', where) },
      { what: 'a bug', error: new TypeError('x is not a function') },
    ])('gives a job up after five tries that end in $what, and says why', async ({ error }) => {
      const { queue, passTime } = await openFor(engine);
      const { started, handlers } = recorded(async () => {
        throw error;
      });
      work(queue, handlers);

      await queue.add([reconcile('m1')]);
      await passTime(60 * minute);

      expect(started.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
      expect(await queue.list({ state: 'dead' })).toMatchObject([
        { name: 'reconcile', key: 'm1', state: 'dead', lastError: expect.stringContaining(error.message) },
      ]);
    });

    it('does not count tries that failed for the network towards the five', async () => {
      const { queue, passTime } = await openFor(engine);
      const { started, handlers } = recorded(async ({ attempt }) => {
        throw attempt <= 8 ? away() : new RefusedError('Cobot said no', where);
      });
      work(queue, handlers);

      await queue.add([reconcile('m1')]);
      await passTime(120 * minute);

      expect(started).toHaveLength(13);
      expect(await queue.list()).toMatchObject([{ state: 'dead' }]);
    });

    it('wakes what waits after a transient failure, and nothing else', async () => {
      const { queue, now, passTime } = await openFor(engine);
      let failing = true;
      const { started, handlers } = recorded(async ({ key }) => {
        if (key === 'refused') throw new RefusedError('Cobot said no', where);
        if (failing) throw away(10 * minute);
        return 'done';
      });
      work(queue, handlers);
      await queue.add([reconcile('m1'), reconcile('m2'), reconcile('refused')]);
      await queue.add([reconcile('later', { runAt: now() + minute })]);
      await passTime(0);
      failing = false;
      started.length = 0;

      const woken = await queue.wake();
      await queue.idle();

      expect(woken).toBe(2);
      expect(started.map(({ key }) => key)).toEqual(['m1', 'm2']);
      expect((await queue.list()).map(({ key }) => key)).toEqual(['refused', 'later']);
    });
  });
}
