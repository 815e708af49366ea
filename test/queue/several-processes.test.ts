// Several processes work off one queue on PostgreSQL: each has connections of its own here, as a process would.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openPostgresQueue, type PostgresQueue } from '../../src/queue/postgres.ts';
import type { Handlers, Outcome } from '../../src/queue/queue.ts';
import { openDatabase } from '../../src/store/database.ts';
import { startChild } from '../support/child.ts';
import { ask, databaseOfFile, noPostgres, silenceIsLong } from '../support/postgres.ts';
import { gate } from './conformance/harness.ts';
import { handlersWith, reconcile } from './jobs.ts';
import { space } from './open-sqlite.ts';

const soon = { timeout: 15_000, interval: 20 };
const server = databaseOfFile();

/** `lookAgainMs`: by itself it looks for what others left only after the test. */
async function open(url: string, lookAgainMs = 3_600_000): Promise<PostgresQueue> {
  const database = await openDatabase({ dataDir: '/nowhere', url });
  if (database.kind !== 'postgres') throw new Error(`it is ${database.kind}`);
  const queue = await openPostgresQueue({ database, space, clock: systemClock, random: Math.random, lookAgainMs });
  onTestFinished(async () => {
    await queue.stop(0);
    await queue.close();
    await database.close();
  });
  return queue;
}

const work = (queue: PostgresQueue, act: Handlers['reconcile'], concurrency = 4) =>
  queue.work(handlersWith({ reconcile: act }), { concurrency, order: ['reconcile'] });

const done = async (): Promise<Outcome> => 'done';

describe.skipIf(noPostgres)('several processes on one queue', () => {
  it('run a key never twice at once, each repeat once more, and leave nothing', { timeout: 60_000 }, async () => {
    const url = await server.url();
    const queues = [await open(url), await open(url), await open(url)];
    const running = new Map<string, number>();
    const asked = new Map<string, number>();
    /** The newest request of each key that a run has begun after. */
    const seen = new Map<string, number>();
    let most = 0;
    for (const queue of queues) {
      work(queue, async ({ key, payload }) => {
        running.set(key, (running.get(key) ?? 0) + 1);
        most = Math.max(most, running.get(key) ?? 0);
        seen.set(key, Math.max(seen.get(key) ?? 0, Number(payload.cause)));
        await sleep(1);
        running.set(key, (running.get(key) ?? 1) - 1);
        return 'done';
      });
    }

    for (let round = 1; round <= 15; round += 1) {
      await Promise.all(
        queues.map((queue) => {
          const keys = Array.from({ length: 10 }, () => `m${Math.floor(Math.random() * 20)}`);
          for (const key of keys) asked.set(key, round);
          return queue.add(keys.map((key) => reconcile(key, { cause: String(round) })));
        }),
      );
    }
    for (const queue of queues) await queue.idle();

    const [counts] = await ask('select deadlocks from pg_stat_database where datname = current_database()', url);
    expect(counts).toEqual({ deadlocks: '0' });
    expect(most).toBe(1);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(asked));
    expect(await queues[0]?.list()).toEqual([]);
  });

  it('hear at once of work that another has no hand free for', async () => {
    const url = await server.url();
    const [full, free] = [await open(url), await open(url)];
    const door = gate();
    const ran: string[] = [];
    work(
      full,
      async () => {
        await door.opened;
        return 'done';
      },
      1,
    );
    await full.add([reconcile('m1')]);
    await expect.poll(async () => (await full.list({ state: 'running' })).length, soon).toBe(1);
    work(free, async ({ key }) => {
      ran.push(key);
      return 'done';
    });
    await sleep(200);

    await full.add([reconcile('m2')]);

    await expect.poll(() => ran, soon).toEqual(['m2']);
    door.open();
    await full.idle();
  });

  it('take over from one that has gone silent, which then changes nothing any more', async () => {
    const url = await server.url();
    const [silent, other] = [await open(url), await open(url)];
    const door = gate();
    const ended: string[] = [];
    work(silent, async () => {
      await door.opened;
      ended.push('silent');
      return 'done';
    });
    await silent.add([reconcile('m1', { cause: 'first' })]);
    await expect.poll(async () => (await other.list({ state: 'running' })).length, soon).toBe(1);

    await silenceIsLong(url);
    await other.supervise();
    const second = gate();
    work(other, async () => {
      await second.opened;
      ended.push('other');
      return 'done';
    });
    await expect.poll(async () => (await other.list({ state: 'running' })).length, soon).toBe(1);
    door.open();
    await expect.poll(() => ended, soon).toEqual(['silent']);
    await silent.stop(1_000);
    const meanwhile = await other.list();
    second.open();
    await other.idle();

    expect(meanwhile).toMatchObject([{ key: 'm1', state: 'running' }]);
    expect(ended).toEqual(['silent', 'other']);
    expect(await other.list()).toEqual([]);
  });

  it('have the work of one that was killed within half a minute', { timeout: 60_000 }, async () => {
    const url = await server.url();
    const other = await open(url, 1_000);
    const ran: string[] = [];
    const script = new URL('./run-until-killed.ts', import.meta.url);
    const child = startChild(script, [url, space, JSON.stringify([reconcile('ran'), reconcile('waited')])]);
    await child.printed(1);
    work(other, async ({ key }) => {
      ran.push(key);
      return 'done';
    });

    await child.kill();

    await expect.poll(() => ran.toSorted(), { ...soon, timeout: 30_000 }).toEqual(['ran', 'waited']);
    await other.idle();
    expect(await other.list()).toEqual([]);
  });

  it('go on after the server has thrown everybody out', async () => {
    const url = await server.url();
    const queue = await open(url, 1_000);
    const ran: string[] = [];
    work(queue, async ({ key }) => {
      ran.push(key);
      return 'done';
    });
    await queue.add([reconcile('before')]);
    await queue.idle();

    await ask(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      url,
    );
    await expect.poll(() => queue.add([reconcile('after')]).then(done, () => 'refused'), soon).toBe('done');

    await expect.poll(() => ran, soon).toEqual(['before', 'after']);
  });

  it('take a key with a NUL in it', async () => {
    const queue = await open(await server.url());
    const ran: string[] = [];
    work(queue, async ({ key }) => {
      ran.push(key);
      return 'done';
    });

    await queue.add([{ name: 'reconcile', key: 'a\0b', payload: { membershipId: 'a\0b', cause: 'test' } }]);
    await queue.idle();

    expect(ran).toEqual(['a\uFFFDb']);
  });
});
