// The embedded engine: what every engine promises, and what this one does beyond it.
import { performance } from 'node:perf_hooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TransientError } from '../../src/lib/errors.ts';
import type { JobRequest } from '../../src/queue/queue.ts';
import { createSqliteQueue } from '../../src/queue/sqlite.ts';
import { startChild } from '../support/child.ts';
import { countCommits } from '../support/count-commits.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { describeQueue } from './conformance.ts';
import { handlersWith, reconcile } from './jobs.ts';
import { loseNextAnswer, type Opened, openIn, seededRandom, space } from './open-sqlite.ts';

const away = (retryAfterMs: number) =>
  new TransientError('Cobot is away', { code: 'test', where: 'GET /', advice: 'Wait.', effect: 'none', retryAfterMs });

async function open(): Promise<Opened> {
  const opened = await openIn(temporaryFolder());
  onTestFinished(opened.close);
  return opened;
}

describeQueue({
  name: 'SQLite',
  open: () => openIn(temporaryFolder()),
  async openAfterKill(requests: readonly JobRequest[]) {
    const dataDir = temporaryFolder();
    const script = new URL('./run-until-killed.ts', import.meta.url);
    const child = startChild(script, [dataDir, space, JSON.stringify(requests)]);
    await child.printed(1);
    await child.kill();
    // The child's jobs were asked for by the real clock.
    return openIn(dataDir, createVirtualClock(Date.UTC(2100, 0)));
  },
});

describe('the embedded queue', () => {
  it('shares one commit among the adds that arrive together', async () => {
    const { queue, database } = await open();
    const commits = await countCommits(database, () =>
      Promise.all(Array.from({ length: 50 }, (_, index) => queue.add([reconcile(`m${index}`)]))),
    );

    expect(commits).toBe(1);
    expect(await queue.list()).toHaveLength(50);
  });

  it('makes a failed job and the repeat that came meanwhile one: the newer payload, the elder history', async () => {
    const { queue, now, passTime } = await open();
    const begin = now();
    const door = Promise.withResolvers<void>();
    queue.work(
      handlersWith({
        async reconcile() {
          await door.promise;
          throw away(20_000);
        },
      }),
      { concurrency: 1, order: ['reconcile'] },
    );
    await queue.add([reconcile('m1', { cause: 'first' })]);
    await passTime(1_000);
    await queue.add([reconcile('m1', { cause: 'second' })]);
    door.resolve();
    await passTime(0);

    expect(await queue.list()).toMatchObject([
      {
        payload: { cause: 'second' },
        state: 'waiting',
        attempt: 1,
        requestedAt: begin,
        runAt: begin + 21_000,
        sequence: 2,
      },
    ]);
  });

  it('tells what became of every try', async () => {
    const { queue, events, passTime } = await open();
    queue.work(
      handlersWith({
        async reconcile({ key, attempt }) {
          if (key === 'broken') throw new TypeError('a bug');
          if (attempt === 1) throw away(1_000);
          return 'done';
        },
      }),
      { concurrency: 1, order: ['reconcile'] },
    );

    await queue.add([reconcile('m1')]);
    await passTime(60_000);
    await queue.add([reconcile('broken')]);
    await passTime(600_000);

    expect(events.map(({ key, attempt, outcome }) => [key, attempt, outcome])).toEqual([
      ['m1', 1, 'retried'],
      ['m1', 2, 'done'],
      ['broken', 1, 'retried'],
      ['broken', 2, 'retried'],
      ['broken', 3, 'retried'],
      ['broken', 4, 'retried'],
      ['broken', 5, 'dead'],
    ]);
  });

  it('goes on after a round that the database refused, without losing or doubling what ended meanwhile', async () => {
    const { queue, database, passTime, logged } = await open();
    const runs: string[] = [];
    queue.work(
      handlersWith({
        async reconcile({ key }) {
          runs.push(key);
          // The disk refuses to forget jobs for a while.
          if (key === 'm1') {
            await database.sql.schema.alterTable('jobs').renameTo('jobs_away').execute();
          }
          return 'done';
        },
      }),
      { concurrency: 1, order: ['reconcile'] },
    );
    await queue.add([reconcile('m1'), reconcile('m2')]);
    await passTime(2_500);
    const whileAway = [...runs];
    await database.sql.schema.alterTable('jobs_away').renameTo('jobs').execute();
    await passTime(1_000);
    await queue.idle();

    expect(whileAway).toEqual(['m1']);
    expect(logged.length).toBeGreaterThan(1);
    expect(runs).toEqual(['m1', 'm2']);
    expect(await queue.list()).toEqual([]);
  });

  it('takes a job up again that was taken by a commit whose answer was lost', async () => {
    const { queue, database, passTime } = await open();
    const runs: string[] = [];
    queue.work(
      handlersWith({
        async reconcile({ key }) {
          runs.push(key);
          return 'done';
        },
      }),
      { concurrency: 1, order: ['reconcile'] },
    );
    await queue.idle();
    await queue.add([reconcile('m1')]);
    loseNextAnswer(database);

    await passTime(999);
    const before = [...runs];
    await passTime(1);
    await queue.idle();

    expect(before).toEqual([]);
    expect(runs).toEqual(['m1']);
  });

  it('gives up a job whose payload it does not understand, and goes on with the others', async () => {
    const { queue, database, passTime } = await open();
    const runs: string[] = [];
    await queue.add([reconcile('m1'), reconcile('m2')]);
    await database.sql.updateTable('jobs').set({ payload: '{}' }).where('key', '=', 'm1').execute();
    queue.work(
      handlersWith({
        async reconcile({ key }) {
          runs.push(key);
          return 'done';
        },
      }),
      { concurrency: 1, order: ['reconcile'] },
    );
    await passTime(600_000);

    expect(runs).toEqual(['m2']);
    expect(await queue.counts()).toMatchObject([{ name: 'reconcile', state: 'dead', count: 1 }]);
  });

  it('keeps the jobs of two spaces apart', async () => {
    const { queue, database, now } = await open();
    const clock = createVirtualClock(now());
    const south = createSqliteQueue({ database, space: 'south', clock, random: seededRandom() });
    await queue.add([reconcile('m1')]);
    await south.add([reconcile('m1'), reconcile('m2')]);

    const settled = await queue.settle(
      (await south.list()).map(({ id }) => id),
      100,
    );

    expect(settled).toBe(1);
    expect((await south.list()).map(({ key }) => key)).toEqual(['m1', 'm2']);
  });

  it('sets no timer and touches no table while nothing is due', async () => {
    const dataDir = temporaryFolder();
    const clock = createVirtualClock();
    const { queue, database, close } = await openIn(dataDir, clock);
    onTestFinished(close);
    queue.work(handlersWith(), { concurrency: 4, order: ['reconcile'] });
    await queue.idle();

    const commits = await countCommits(database, () => clock.advance(24 * 3_600_000));

    expect(commits).toBe(0);
    expect(clock.timers()).toBe(0);
  });

  it('misses no time that comes while a round is on its way', async () => {
    const { database } = await open();
    const late: number[] = [];
    for (let delay = 1; delay <= 20; delay += 1) {
      const clock = createVirtualClock();
      let asked = 0;
      // Time goes by between any two looks at the clock.
      const now = () => {
        asked += 1;
        return clock.now() + asked;
      };
      const queue = createSqliteQueue({
        database,
        space: `delay ${delay}`,
        clock: { ...clock, now },
        random: seededRandom(),
      });
      queue.work(handlersWith(), { concurrency: 1, order: ['reconcile'] });
      await queue.add([reconcile('m1', { runAt: now() + delay })]);
      await clock.advance(1_000);
      if ((await queue.list()).length > 0) late.push(delay);
      await queue.stop(0);
    }

    expect(late).toEqual([]);
  });

  it('picks among ten thousand waiting jobs as fast as among a few', async () => {
    const { queue } = await open();
    const perJob = async (count: number) => {
      let left = 0;
      await queue.add(Array.from({ length: count }, (_, index) => reconcile(`m${index}`)));
      const done = Promise.withResolvers<void>();
      const begin = performance.now();
      queue.work(
        handlersWith({
          async reconcile() {
            left += 1;
            if (left === 200) done.resolve();
            return 'done';
          },
        }),
        { concurrency: 4, order: ['check-in', 'reconcile'] },
      );
      await done.promise;
      const took = performance.now() - begin;
      await queue.stop(0);
      const rest = await queue.list();
      await queue.settle(
        rest.map(({ id }) => id),
        await queue.sequence(),
      );
      return took / 200;
    };

    // The better of two: other work on the machine only ever adds.
    const few = Math.min(await perJob(200), await perJob(200));
    const many = Math.min(await perJob(10_000), await perJob(10_000));

    expect(many).toBeLessThan(few * 2 + 1);
  });
});
