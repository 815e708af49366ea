import { beforeEach, describe, expect, it } from 'vitest';
import { createRateGate } from '../../src/lib/rate-gate.ts';
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = createVirtualClock(1_000_000);
});

const perMinute = (endpoint: string) => (endpoint === 'list' ? 6 : 60);

/** The most starts within any window of that length. */
function busiest(starts: number[], windowMs: number): number {
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + windowMs).length));
}

describe('the gate', () => {
  it('never lets more than six through in any minute, however they arrive, and lets all through in the end', async () => {
    const gate = createRateGate({ perMinute, clock });
    const starts: number[] = [];
    const call = () => gate.run('list', async () => void starts.push(clock.now()));

    const calls: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      calls.push(call());
      await clock.advance((i * 7_919) % 20_000);
    }
    await clock.advance(300_000);
    await Promise.all(calls);

    expect(starts).toHaveLength(20);
    expect(busiest(starts, 60_000)).toBe(6);
  });

  it('keeps endpoints apart', async () => {
    const gate = createRateGate({ perMinute, clock });
    const done: string[] = [];

    for (let i = 0; i < 7; i++) void gate.run('list', async () => void done.push('list'));
    await gate.run('other', async () => void done.push('other'));

    expect(done.filter((name) => name === 'list')).toHaveLength(6);
    expect(done).toContain('other');
  });

  it('hands on what the work gives or throws, and a failed call has used its place', async () => {
    const gate = createRateGate({ perMinute, clock });

    await expect(gate.run('list', async () => 7)).resolves.toBe(7);
    await expect(gate.run('list', () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(await gate.budgets()).toEqual([{ endpoint: 'list', perMinute: 6, left: 4 }]);
  });

  it('gives places back as the minute passes', async () => {
    const gate = createRateGate({ perMinute, clock });
    for (let i = 0; i < 6; i++) await gate.run('list', async () => undefined);
    expect(await gate.budgets()).toMatchObject([{ left: 0 }]);

    await clock.advance(60_500);

    expect(await gate.budgets()).toMatchObject([{ left: 6 }]);
  });

  it('sends nobody during a pause, not even those who come later, and everybody after it', async () => {
    const gate = createRateGate({ perMinute, clock });
    const starts: number[] = [];
    const began = clock.now();

    gate.pause('other', 30_000);
    gate.pause('other', 10_000);
    const first = gate.run('other', async () => void starts.push(clock.now()));
    await clock.advance(29_000);
    const second = gate.run('other', async () => void starts.push(clock.now()));
    expect(starts).toEqual([]);
    expect(await gate.budgets()).toMatchObject([{ left: 0 }]);
    await clock.advance(1_000);
    await Promise.all([first, second]);

    expect(starts.map((at) => at - began)).toEqual([30_000, 30_000]);
  });

  it('is not held up for hours by a clock that was put back', async () => {
    let now = 10_000_000;
    const gate = createRateGate({ perMinute, clock: { ...clock, now: () => now } });
    for (let i = 0; i < 6; i++) await gate.run('list', async () => undefined);
    gate.pause('list', 5_000);

    now -= 3_600_000;
    expect(await gate.budgets()).toMatchObject([{ left: 0 }]);
    now += 60_500;

    expect(await gate.budgets()).toMatchObject([{ left: 6 }]);
  });

  it('gives up those who wait when the service stops, and lets those finish who are under way', async () => {
    const stop = new AbortController();
    const gate = createRateGate({ perMinute, clock, signal: stop.signal });
    let finish: (value: string) => void = () => undefined;
    const underWay = gate.run(
      'list',
      () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    );
    for (let i = 0; i < 5; i++) await gate.run('list', async () => undefined);
    const sent: string[] = [];
    const waiting = gate.run('list', async () => void sent.push('waiting'));
    gate.pause('other', 60_000);
    const paused = gate.run('other', async () => void sent.push('paused'));
    const outcomes = Promise.allSettled([waiting, paused]);

    stop.abort();

    expect(await outcomes).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    await expect(gate.run('list', async () => void sent.push('late'))).rejects.toBeDefined();
    finish('done');
    expect(await underWay).toBe('done');
    await clock.advance(200_000);
    expect(sent).toEqual([]);
    expect(clock.timers()).toBe(0);
  });

  it('serves the first first, but for those of a higher priority', async () => {
    const gate = createRateGate({ perMinute: () => 1, clock });
    const served: string[] = [];
    const call = (name: string, priority?: number) => gate.run('one', async () => void served.push(name), priority);

    await call('there');
    const calls = [call('first'), call('second'), call('urgent', 1)];
    await clock.advance(300_000);
    await Promise.all(calls);

    expect(served).toEqual(['there', 'urgent', 'first', 'second']);
  });

  it('lets nobody through while the count cannot be read, and says why', async () => {
    const take = () => Promise.reject(new Error('the database is away'));
    const counter = { take, answered: take, pause: take, used: take };
    const gate = createRateGate({ perMinute, clock, counter });
    let sent = 0;

    const call = gate.run('list', async () => {
      sent += 1;
    });
    gate.pause('list', 1000);

    await expect(call).rejects.toThrow('the database is away');
    expect(sent).toBe(0);
  });
});
