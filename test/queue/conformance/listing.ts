// Lists, counts, redriving, settling.
import { describe, expect, it, onTestFinished } from 'vitest';
import { handlersWith, reconcile } from '../jobs.ts';
import { type Engine, gate, minute, openFor, recorded, work } from './harness.ts';

export function describeListing(engine: Engine): void {
  describe('what it shows and lets people do', () => {
    it('puts dead jobs back to work: one, or all', async () => {
      const { queue, passTime } = await openFor(engine);
      let failing = true;
      const { started, handlers } = recorded(async () => {
        if (failing) throw new TypeError('a bug');
        return 'done';
      });
      work(queue, handlers);
      await queue.add([reconcile('m1'), reconcile('m2'), reconcile('m3')]);
      await passTime(60 * minute);
      failing = false;
      started.length = 0;

      const [one] = await queue.list({ state: 'dead' });
      const first = await queue.redrive(one?.id ?? 'none');
      await queue.idle();
      const afterOne = await queue.list();
      const rest = await queue.redrive('all');
      await queue.idle();

      expect(first).toBe(1);
      expect(afterOne).toHaveLength(2);
      expect(rest).toBe(2);
      expect(await queue.redrive('all')).toBe(0);
      expect(started.map(({ key, attempt }) => [key, attempt])).toEqual([
        ['m1', 1],
        ['m2', 1],
        ['m3', 1],
      ]);
      expect(await queue.list()).toEqual([]);
    });

    it('counts what waits of a name was added after a moment and is due soon, up to as many as one asks for', async () => {
      const { queue, now } = await openFor(engine);
      await queue.add([reconcile('m1'), reconcile('m2')]);
      await queue.add([reconcile('m9', { runAt: now() + minute })]);
      const then = await queue.sequence();
      await queue.add([reconcile('m3'), reconcile('m4'), reconcile('m5')]);
      await queue.add([reconcile('m1')]);
      await queue.add([{ name: 'sweep', key: 'space', payload: { cause: 'test' } }]);

      const dueBefore = now() + minute;
      const counts = [
        await queue.waiting({ name: 'reconcile', after: 0, dueBefore, most: 100 }),
        await queue.waiting({ name: 'reconcile', after: then, dueBefore, most: 100 }),
        await queue.waiting({ name: 'reconcile', after: then, dueBefore, most: 2 }),
        await queue.waiting({ name: 'reconcile', after: 0, dueBefore: dueBefore + 1, most: 100 }),
        await queue.waiting({ name: 'link', after: 0, dueBefore, most: 100 }),
      ];

      expect(counts).toEqual([5, 4, 2, 6, 0]);
    });

    it('lists a dead job until a newer one of its key has done the work', async () => {
      const { queue, passTime } = await openFor(engine);
      let failing = true;
      const door = gate();
      const { handlers } = recorded(async () => {
        if (failing) throw new TypeError('a bug');
        await door.opened;
        return 'done';
      });
      work(queue, handlers);
      await queue.add([reconcile('m1', { cause: 'first' })]);
      await passTime(60 * minute);
      failing = false;

      await queue.add([reconcile('m1', { cause: 'second' })]);
      await passTime(0);
      const meanwhile = (await queue.list()).map(({ state }) => state);
      door.open();
      await queue.idle();

      expect(meanwhile).toEqual(['dead', 'running']);
      expect(await queue.list()).toEqual([]);
    });

    it('lists the newer of two dead jobs of one key', async () => {
      const { queue, passTime } = await openFor(engine);
      const { handlers } = recorded(async ({ payload }) => {
        throw new TypeError(`a bug in the ${payload.cause}`);
      });
      work(queue, handlers);

      await queue.add([reconcile('m1', { cause: 'first' })]);
      await passTime(60 * minute);
      await queue.add([reconcile('m1', { cause: 'second' })]);
      await passTime(60 * minute);

      expect(await queue.list()).toMatchObject([{ state: 'dead', lastError: 'a bug in the second' }]);
    });

    it('lists jobs by name and state, and counts them with the age of the oldest', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const begin = now();
      await queue.add([reconcile('m1'), { name: 'sweep', key: 'space', payload: { cause: 'timer' } }]);
      await passTime(1000);
      await queue.add([reconcile('m2')]);

      expect((await queue.list({ name: 'reconcile' })).map(({ key }) => key)).toEqual(['m1', 'm2']);
      expect(await queue.list({ name: 'reconcile', state: 'dead' })).toEqual([]);
      expect(await queue.counts()).toEqual([
        { name: 'reconcile', state: 'waiting', count: 2, oldestRequestedAt: begin },
        { name: 'sweep', state: 'waiting', count: 1, oldestRequestedAt: begin },
      ]);
    });

    it('settles waiting jobs, but none that was asked for again after the given moment', async () => {
      const { queue } = await openFor(engine);
      await queue.add([reconcile('m1'), reconcile('m2'), reconcile('m3')]);
      const moment = await queue.sequence();
      const ids = (await queue.list()).map(({ id }) => id);
      await queue.add([reconcile('m2')]);
      await queue.add([reconcile('m4')]);

      const settled = await queue.settle(ids, moment);

      expect(settled).toBe(2);
      expect((await queue.list()).map(({ key }) => key)).toEqual(['m2', 'm4']);
    });

    it('does not settle what runs', async () => {
      const { queue, passTime } = await openFor(engine);
      const door = gate();
      const { handlers } = recorded(async () => {
        await door.opened;
        return 'done';
      });
      work(queue, handlers);
      await queue.add([reconcile('m1')]);
      await passTime(0);

      const ids = (await queue.list()).map(({ id }) => id);
      const settled = await queue.settle(ids, await queue.sequence());

      expect(settled).toBe(0);
      door.open();
      await queue.idle();
    });

    it('counts its sequence on after a restart, also when no job is left', async () => {
      const before = await engine.open();
      await before.queue.add([reconcile('m1'), reconcile('m2')]);
      work(before.queue, handlersWith());
      await before.queue.idle();
      const last = await before.queue.sequence();

      const { queue, close } = await before.reopen();
      onTestFinished(close);
      await queue.add([reconcile('m1')]);

      expect(last).toBeGreaterThanOrEqual(2);
      expect((await queue.list())[0]?.sequence).toBeGreaterThan(last);
      expect(await queue.sequence()).toBeGreaterThan(last);
    });
  });
}
