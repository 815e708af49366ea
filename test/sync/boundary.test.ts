// The timer over the real queue: jobs wait for the boundaries, and a lock system that fails holds nobody else up.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import type { Handlers, Queue } from '../../src/queue/queue.ts';
import { atBoundary, boundariesBeforeSweep, boundaryJob } from '../../src/sync/boundary.ts';
import { jobOrder } from '../../src/sync/worker.ts';
import { HOUR, type WindowlessWorld, windowlessWorld } from '../locks/windowless-world.ts';
import { handlersWith } from '../queue/jobs.ts';
import { openSpaces } from '../store/open-spaces.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const log = createLog({ level: 'silent', secrets: [] });

let world: WindowlessWorld;
let queue: Queue;
let clock: VirtualClock;
let start: number;

beforeEach(async () => {
  ({ queue, clock } = await openSpaces('SQLite'));
  start = Math.ceil(clock.now() / 1000) * 1000;
  await clock.advance(start - clock.now());
  world = await windowlessWorld({ clock, boundaryChanged: (at) => queue.add([boundaryJob(at)]) });
});

const parts = () => ({ boundaries: world.locks, queue, clock, log });

function work(handlers: Partial<Handlers> = {}): void {
  queue.work(handlersWith({ boundary: (job) => atBoundary(job, parts()), ...handlers }), {
    concurrency: 4,
    order: jobOrder,
  });
  onTestFinished(async () => {
    const stopped = queue.stop(0);
    await clock.advance(5000);
    await stopped;
  });
}

async function pass(ms: number): Promise<void> {
  await queue.idle();
  await clock.advance(ms);
  await queue.idle();
}
const waiting = async () =>
  (await queue.list({ name: 'boundary', state: 'waiting' })).map(({ key, runAt }) => [key, runAt - start]);

describe('the job of the boundaries', () => {
  it('opens and shuts at the second, one after the other', async () => {
    work();
    await world.add({ from: start + HOUR, until: start + 3 * HOUR });
    await world.add({ from: start + 2 * HOUR, until: start + 3 * HOUR }, 'bob');
    const open = () => [world.real('ada').length, world.real('bob').length];

    await pass(HOUR - 1);
    expect(open()).toEqual([0, 0]);
    await pass(1);
    expect(open()).toEqual([1, 0]);
    await pass(HOUR);
    expect(open()).toEqual([1, 1]);
    await pass(HOUR);

    expect(open()).toEqual([0, 0]);
    expect(await waiting()).toEqual([]);
  });

  it('waits for the earliest of all boundaries, also where that was added last', async () => {
    work();
    await world.add({ from: start + 2 * HOUR });
    await world.add({ until: start + HOUR }, 'bob');

    expect(await waiting()).toEqual([['space', HOUR]]);
    await pass(HOUR);

    expect(world.real('bob')).toEqual([]);
    expect(await waiting()).toEqual([['space', 2 * HOUR]]);
  });

  it('tries again what it could not take back, while the next boundary comes at its own time', async () => {
    work();
    await world.add({ until: start + HOUR });
    await world.add({ from: start + HOUR + 2 * MINUTE }, 'bob');
    world.sabotage('refused', { only: /removeGrant/ });

    await pass(HOUR);
    await pass(MINUTE);
    expect(world.real('ada')).toHaveLength(1);
    expect((await waiting()).map(([key]) => key)).toContain('space');
    await pass(MINUTE);
    expect(world.real('bob')).toHaveLength(1);
    world.heal();
    await pass(10 * MINUTE);

    expect(world.real('ada')).toEqual([]);
  });

  it('shows a person what stays refused, and begins again with the next boundary', async () => {
    work();
    await world.add({ until: start + HOUR });
    await world.add({ from: start + 3 * HOUR }, 'bob');
    world.sabotage('refused', { only: /removeGrant/ });
    await pass(HOUR);
    for (let minutes = 0; minutes < 60; minutes += 1) await pass(MINUTE);

    const dead = await queue.list({ name: 'boundary', state: 'dead' });
    expect(dead.map(({ key, lastError }) => [key, lastError])).toEqual([['again', expect.stringContaining('refused')]]);
    world.heal();
    await pass(HOUR);

    expect(world.real('ada')).toEqual([]);
    expect(world.real('bob')).toHaveLength(1);
  });

  it('goes on with what a removal left', async () => {
    work();
    const grant = await world.add();
    world.sabotage('down', { only: /removeGrant/ });
    await expect(world.locks.removeGrant(grant.id)).rejects.toThrow('down');
    await pass(0);
    world.heal();

    await pass(10 * MINUTE);

    expect(world.real()).toEqual([]);
  });

  it('does nothing where the lock system keeps windows now', async () => {
    await queue.add([boundaryJob(start)]);
    work({ boundary: (job) => atBoundary(job, { ...parts(), boundaries: null }) });

    await pass(0);

    expect(await queue.list({ name: 'boundary' })).toEqual([]);
  });
});

describe('before a sweep', () => {
  it('what a timer missed is done, and the next boundary waited for', async () => {
    await world.add({ until: start + HOUR });
    await world.add({ from: start + HOUR, until: start + 3 * HOUR }, 'bob');
    // As if the job had been lost.
    await queue.settle(
      (await queue.list()).map(({ id }) => id),
      await queue.sequence(),
    );
    await clock.advance(2 * HOUR);

    expect(await boundariesBeforeSweep(parts())).toEqual([]);

    expect([world.real('ada').length, world.real('bob').length]).toEqual([0, 1]);
    expect(await waiting()).toEqual([['space', 3 * HOUR]]);
  });

  it('a failure is a problem of the space, tried again, and keeps no sweep back', async () => {
    await world.add({ until: start + HOUR });
    await clock.advance(HOUR);
    world.sabotage('down', { only: /removeGrant/ });

    const problems = await boundariesBeforeSweep(parts());

    expect(problems).toEqual([{ subject: '', kind: 'boundary', sentence: expect.stringContaining('down') }]);
    expect(await waiting()).toContainEqual(['again', HOUR + 1000]);
  });

  it('nothing happens where the lock system keeps windows', async () => {
    expect(await boundariesBeforeSweep({ ...parts(), boundaries: null })).toEqual([]);
    expect(await waiting()).toEqual([]);
  });
});
