// Order, delay, one of a key at a time.
import { describe, expect, it } from 'vitest';
import type { Job, Outcome } from '../../../src/queue/queue.ts';
import { handlersWith, reconcile } from '../jobs.ts';
import { type Engine, gate, minute, openFor, recorded, work } from './harness.ts';

export function describeTiming(engine: Engine): void {
  describe('when it runs what', () => {
    it('runs a key once more after a repeat that came while it ran, and never twice at once', async () => {
      const { queue, passTime } = await openFor(engine);
      const door = gate();
      let atOnce = 0;
      let most = 0;
      const { started, handlers } = recorded(async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await door.opened;
        atOnce -= 1;
        return 'done';
      });
      work(queue, handlers);

      await queue.add([reconcile('m1', { cause: 'first' })]);
      await passTime(0);
      await queue.add([reconcile('m1', { cause: 'second' })]);
      await queue.add([reconcile('m1', { cause: 'third' })]);
      await passTime(0);
      const states = (await queue.list()).map(({ state }) => state);
      door.open();
      await queue.idle();

      expect(states).toEqual(['running', 'waiting']);
      expect(started.map(({ payload }) => payload.cause)).toEqual(['first', 'third']);
      expect(most).toBe(1);
    });

    it('lets other keys go on while one runs long', async () => {
      const { queue, passTime } = await openFor(engine);
      const door = gate();
      const { started, handlers } = recorded(async ({ key }) => {
        if (key === 'slow') await door.opened;
        return 'done';
      });
      work(queue, handlers, 2);

      await queue.add([reconcile('slow')]);
      await passTime(0);
      await queue.add([reconcile('slow'), reconcile('m1'), reconcile('m2'), reconcile('m3')]);
      await passTime(0);

      expect(started.map(({ key }) => key)).toEqual(['slow', 'm1', 'm2', 'm3']);
      door.open();
      await queue.idle();
      expect(started.at(-1)?.key).toBe('slow');
    });

    it('looks at no other job of a name that rests, lets other names go on, and then looks at all of them', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const restUntil = now() + 2 * minute;
      const seen: string[] = [];
      const handlers = handlersWith({
        async reconcile({ key }) {
          seen.push(key);
          return now() < restUntil ? { again: restUntil + minute, rest: restUntil } : 'done';
        },
        async sweep() {
          seen.push('sweep');
          return 'done';
        },
      });
      work(queue, handlers, 1);

      await queue.add([reconcile('m1')]);
      await passTime(0);
      await queue.add([reconcile('m2'), reconcile('m3'), { name: 'sweep', key: 'space', payload: { cause: 'test' } }]);
      await passTime(minute);
      await queue.idle();
      const meanwhile = [...seen];
      await passTime(minute);
      const after = [...seen];
      await passTime(minute);

      expect(meanwhile).toEqual(['m1', 'sweep']);
      expect(after).toEqual(['m1', 'sweep', 'm2', 'm3']);
      expect(seen.at(-1)).toBe('m1');
    });

    it('runs a delayed job at its time and not before', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const { started, handlers } = recorded();
      work(queue, handlers);

      await queue.add([reconcile('m1', { runAt: now() + 10 * minute })]);
      await passTime(10 * minute - 1);
      const before = started.length;
      await passTime(1);

      expect(before).toBe(0);
      expect(started).toHaveLength(1);
    });

    it('runs a delayed job at its time although others keep the worker full', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const doors = [gate(), gate(), gate()];
      const names: string[] = [];
      const handlers = handlersWith({
        async sweep() {
          names.push('sweep');
          return 'done';
        },
        async reconcile({ key }) {
          names.push(key);
          await doors[Number(key)]?.opened;
          return 'done';
        },
      });
      queue.work(handlers, { concurrency: 1, order: ['sweep', 'reconcile'] });

      await queue.add([{ name: 'sweep', key: 'space', payload: { cause: 'test' }, runAt: now() + minute }]);
      await queue.add(['0', '1', '2'].map((key) => reconcile(key)));
      await passTime(2 * minute);
      doors[0]?.open();
      await passTime(0);

      expect(names).toEqual(['0', 'sweep', '1']);
      for (const door of doors) door.open();
      await queue.idle();
    });

    it('runs a job again at the time that it asks for, which is no failure', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const at = now() + 30_000;
      const { started, handlers } = recorded(async () => (now() < at ? { again: at } : 'done'));
      work(queue, handlers);

      await queue.add([reconcile('m1')]);
      await passTime(29_999);
      const between = await queue.list();
      await passTime(1);

      expect(between).toMatchObject([{ state: 'waiting', runAt: at, lastError: null }]);
      expect(started.map(({ attempt }) => attempt)).toEqual([1, 1]);
      expect(await queue.list()).toEqual([]);
    });

    it('runs a job again at once when a repeat came, whatever time it asks for itself', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const door = gate();
      const { started, handlers } = recorded(async ({ payload }) => {
        await door.opened;
        return payload.cause === 'first' ? { again: now() + 10 * minute } : 'done';
      });
      work(queue, handlers);
      await queue.add([reconcile('m1', { cause: 'first' })]);
      await passTime(0);
      await queue.add([reconcile('m1', { cause: 'second' })]);
      door.open();
      await queue.idle();

      expect(started.map(({ payload }) => payload.cause)).toEqual(['first', 'second']);
      expect(await queue.list()).toEqual([]);
    });

    it('takes earlier names first, then the earlier due, and so many at once', async () => {
      const { queue, now } = await openFor(engine);
      const names: string[] = [];
      let atOnce = 0;
      let most = 0;
      const note = async ({ name, key }: Job): Promise<Outcome> => {
        names.push(`${name} ${key}`);
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        return 'done';
      };
      await queue.add([{ name: 'sweep', key: 'space', payload: { cause: 'test' } }]);
      await queue.add([reconcile('m1'), reconcile('m2', { runAt: now() - 1000 }), reconcile('m3')]);
      await queue.add([{ name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } }]);

      queue.work(handlersWith({ reconcile: note, sweep: note, 'check-in': note }), {
        concurrency: 2,
        order: ['check-in', 'reconcile', 'sweep'],
      });
      await queue.idle();

      expect(names).toEqual(['check-in u1', 'reconcile m2', 'reconcile m1', 'reconcile m3', 'sweep space']);
      expect(most).toBe(2);
    });
  });
}
