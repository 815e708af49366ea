// Idle, stopped, killed.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '../../../src/queue/queue.ts';
import { reconcile } from '../jobs.ts';
import { type Engine, gate, minute, openFor, recorded, work } from './harness.ts';

export function describeStopping(engine: Engine): void {
  describe('how it ends and begins again', () => {
    it('is idle only when nothing runs and nothing is due', async () => {
      const { queue, now, passTime } = await openFor(engine);
      const door = gate();
      let idle = false;
      const { handlers } = recorded(async () => {
        await door.opened;
        return 'done';
      });
      await queue.idle();
      work(queue, handlers);
      await queue.add([reconcile('m1'), reconcile('later', { runAt: now() + minute })]);

      const waiting = queue.idle().then(() => {
        idle = true;
      });
      await passTime(0);
      const whileRunning = idle;
      door.open();
      await waiting;

      expect(whileRunning).toBe(false);
      expect((await queue.list()).map(({ key }) => key)).toEqual(['later']);
    });

    it('lets running jobs finish when it is stopped, and starts no other', async () => {
      const { queue, passTime } = await openFor(engine);
      const door = gate();
      const { started, handlers } = recorded(async () => {
        await door.opened;
        return 'done';
      });
      work(queue, handlers, 1);
      await queue.add([reconcile('m1'), reconcile('m2')]);
      await passTime(0);

      const stopped = queue.stop(10_000);
      await passTime(5_000);
      door.open();
      await stopped;

      expect(started.map(({ key }) => key)).toEqual(['m1']);
      expect(await queue.list()).toMatchObject([{ key: 'm2', state: 'waiting' }]);
    });

    it('hands running jobs back when the grace is over, which is no failure', async () => {
      const { queue, passTime } = await openFor(engine);
      const { handlers } = recorded(
        (_job, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      );
      work(queue, handlers);
      await queue.add([reconcile('m1')]);
      await passTime(0);

      const stopped = queue.stop(10_000);
      await passTime(9_999);
      const before = await queue.list();
      await passTime(1);
      await stopped;

      expect(before).toMatchObject([{ state: 'running' }]);
      expect(await queue.list()).toMatchObject([{ key: 'm1', state: 'waiting', lastError: null }]);
      const again = recorded();
      work(queue, again.handlers);
      await queue.idle();
      expect(again.started).toMatchObject([{ key: 'm1', attempt: 1 }]);
    });

    it('does not wait for ever for a job that does not hear its signal, and listens to it no more', async () => {
      const { queue, passTime } = await openFor(engine);
      const late = Promise.withResolvers<Outcome>();
      const door = gate();
      const deaf = recorded(() => late.promise);
      work(queue, deaf.handlers);
      await queue.add([reconcile('m1')]);
      await passTime(0);

      const stopped = queue.stop(1_000);
      await passTime(5_000);
      await stopped;
      const handedBack = await queue.list();
      const next = recorded(async () => {
        await door.opened;
        return 'done';
      });
      work(queue, next.handlers);
      await passTime(0);
      late.resolve('done');
      await passTime(1_000);

      expect(handedBack).toMatchObject([{ key: 'm1', state: 'waiting', attempt: 0, lastError: null }]);
      expect(await queue.list()).toMatchObject([{ key: 'm1', state: 'running', attempt: 1 }]);
      door.open();
      await queue.idle();
    });

    it('lists what ran and what waited as waiting after kill -9', async () => {
      const { queue, close } = await engine.openAfterKill([reconcile('ran'), reconcile('waited')]);
      onTestFinished(close);

      expect((await queue.list()).map(({ key, state }) => [key, state])).toEqual([
        ['ran', 'waiting'],
        ['waited', 'waiting'],
      ]);
    });

    it('resumes after kill -9: what ran runs again, what waited runs too', async () => {
      const { queue, close } = await engine.openAfterKill([
        reconcile('ran'),
        reconcile('waited'),
        reconcile('other', { cause: 'kept' }),
      ]);
      onTestFinished(close);
      const all = Promise.withResolvers<void>();
      const { started, handlers } = recorded(async () => {
        if (started.length === 3) all.resolve();
        return 'done';
      });

      work(queue, handlers);
      await all.promise;
      await queue.idle();

      expect(started.map(({ key }) => key).sort()).toEqual(['other', 'ran', 'waited']);
      expect(started.find(({ key }) => key === 'other')?.payload.cause).toBe('kept');
      expect(await queue.list()).toEqual([]);
    });
  });
}
