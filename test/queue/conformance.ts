// What every engine of the work queue has to do, whatever it stands on. An engine's own test calls describeQueue() with
// the ways to open it.
import { describe, expect, it, onTestFinished } from 'vitest';
import { RefusedError, TransientError, UnauthorizedError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import type { Handlers, Job, JobName, JobRequest, Outcome, Queue } from '../../src/queue/queue.ts';
import type { Transaction } from '../../src/store/database.ts';
import { handlersWith, reconcile } from './jobs.ts';

export type OpenQueue = {
  queue: Queue;
  now(): number;
  /** Lets time pass for the queue, and whatever becomes due in it happen. */
  passTime(ms: number): Promise<void>;
  transaction(work: (within: Transaction) => Promise<void>): Promise<void>;
  /** Closes it and opens what it left, as a restart does. */
  reopen(): Promise<OpenQueue>;
  close(): Promise<void>;
};

export type Engine = {
  name: string;
  open(): Promise<OpenQueue>;
  /** A process of its own adds these, has the first one running, and is killed with signal 9; then opens what it left. */
  openAfterKill(requests: readonly JobRequest[]): Promise<OpenQueue>;
};

const order: JobName[] = ['check-in', 'cobot-check-in', 'reconcile', 'booking', 'link', 'sweep', 'catch-up'];
const where = { code: 'test', where: 'GET /test', advice: 'Wait.' };
const away = (retryAfterMs?: number) =>
  new TransientError('Cobot is away', { ...where, effect: 'none', ...(retryAfterMs ? { retryAfterMs } : {}) });

const minute = 60_000;

/** Handlers that note every job that starts; `act` is what a reconcile does. */
function recorded(act: (job: Job<'reconcile'>, signal: AbortSignal) => Promise<Outcome> = async () => 'done') {
  const started: Job<'reconcile'>[] = [];
  const handlers = handlersWith({
    reconcile(job, signal) {
      started.push(job);
      return act(job, signal);
    },
  });
  return { started, handlers };
}

/** A door that jobs wait at until it is opened. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export function describeQueue(engine: Engine): void {
  const open = async () => {
    const opened = await engine.open();
    onTestFinished(opened.close);
    return opened;
  };
  const work = (queue: Queue, handlers: Handlers, concurrency = 4) => queue.work(handlers, { concurrency, order });

  describe(`the queue on ${engine.name}`, () => {
    it('works a job off and forgets it', async () => {
      const { queue } = await open();
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
      const { queue } = await open();
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
      const { queue, transaction } = await open();
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
      const { queue, now, passTime } = await open();
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
      const { queue, now } = await open();

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
      const { queue } = await open();

      await queue.add([
        { name: 'link', key: 'u1', payload: { lockUserId: 'u1' } },
        { name: 'check-in', key: 'u1', payload: { lockUserId: 'u1' } },
      ]);

      expect((await queue.list()).map(({ name }) => name)).toEqual(['link', 'check-in']);
    });

    it('runs a key once more after a repeat that came while it ran, and never twice at once', async () => {
      const { queue, passTime } = await open();
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
      const { queue, passTime } = await open();
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

    it('runs a delayed job at its time and not before', async () => {
      const { queue, now, passTime } = await open();
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
      const { queue, now, passTime } = await open();
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
      const { queue, now, passTime } = await open();
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

    it('tries a failed job again after a wait that grows up to five minutes', async () => {
      const { queue, now, passTime } = await open();
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
      const { queue, passTime } = await open();
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
      const { queue, passTime } = await open();
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
      const { queue, passTime } = await open();
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
      const { queue, passTime } = await open();
      const { started, handlers } = recorded(async ({ attempt }) => {
        throw attempt <= 8 ? away() : new RefusedError('Cobot said no', where);
      });
      work(queue, handlers);

      await queue.add([reconcile('m1')]);
      await passTime(120 * minute);

      expect(started).toHaveLength(13);
      expect(await queue.list()).toMatchObject([{ state: 'dead' }]);
    });

    it('puts dead jobs back to work: one, or all', async () => {
      const { queue, passTime } = await open();
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

    it('lists a dead job until a newer one of its key has done the work', async () => {
      const { queue, passTime } = await open();
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

    it('lists jobs by name and state, and counts them with the age of the oldest', async () => {
      const { queue, now, passTime } = await open();
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

    it('wakes what waits after a transient failure, and nothing else', async () => {
      const { queue, now, passTime } = await open();
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

    it('settles waiting jobs, but none that was asked for again after the given moment', async () => {
      const { queue } = await open();
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
      const { queue, passTime } = await open();
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

    it('takes earlier names first, then the earlier due, and so many at once', async () => {
      const { queue, now } = await open();
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

    it('is idle only when nothing runs and nothing is due', async () => {
      const { queue, now, passTime } = await open();
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
      const { queue, passTime } = await open();
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
      const { queue, passTime } = await open();
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

    it('does not wait for ever for a job that does not hear its signal', async () => {
      const { queue, passTime } = await open();
      const { handlers } = recorded(() => new Promise(() => undefined));
      work(queue, handlers);
      await queue.add([reconcile('deaf')]);
      await passTime(0);

      const stopped = queue.stop(1_000);
      await passTime(5_000);
      await stopped;

      expect(await queue.list()).toMatchObject([{ key: 'deaf', state: 'waiting' }]);
    });

    it('resumes after kill -9: what ran runs again, what waited still waits', async () => {
      const { queue, close } = await engine.openAfterKill([
        reconcile('ran'),
        reconcile('waited'),
        reconcile('other', { cause: 'kept' }),
      ]);
      onTestFinished(close);
      const { started, handlers } = recorded();

      const left = await queue.list();
      work(queue, handlers);
      await queue.idle();

      expect(left.map(({ key, state }) => [key, state])).toEqual([
        ['ran', 'waiting'],
        ['waited', 'waiting'],
        ['other', 'waiting'],
      ]);
      expect(started.map(({ key }) => key).sort()).toEqual(['other', 'ran', 'waited']);
      expect(started.find(({ key }) => key === 'other')?.payload.cause).toBe('kept');
    });
  });
}
