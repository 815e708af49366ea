import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { createRateGate } from '../../src/lib/rate-gate.ts';

// p-queue asks Date itself; this clock goes with the same faked time.
const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
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
    const call = () => gate.run('list', async () => void starts.push(Date.now()));

    const calls: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) {
      calls.push(call());
      await vi.advanceTimersByTimeAsync((i * 7_919) % 20_000);
    }
    await vi.advanceTimersByTimeAsync(300_000);
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

    expect(gate.budgets()).toEqual([{ endpoint: 'list', perMinute: 6, left: 4 }]);
  });

  it('gives places back as the minute passes', async () => {
    const gate = createRateGate({ perMinute, clock });
    for (let i = 0; i < 6; i++) await gate.run('list', async () => undefined);
    expect(gate.budgets()).toMatchObject([{ left: 0 }]);

    await vi.advanceTimersByTimeAsync(60_500);

    expect(gate.budgets()).toMatchObject([{ left: 6 }]);
  });

  it('sends nobody during a pause, not even those who come later, and everybody after it', async () => {
    const gate = createRateGate({ perMinute, clock });
    const starts: number[] = [];
    const began = Date.now();

    gate.pause('other', 30_000);
    gate.pause('other', 10_000);
    const first = gate.run('other', async () => void starts.push(Date.now()));
    await vi.advanceTimersByTimeAsync(29_000);
    const second = gate.run('other', async () => void starts.push(Date.now()));
    expect(starts).toEqual([]);
    expect(gate.budgets()).toMatchObject([{ left: 0 }]);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all([first, second]);

    expect(starts.map((at) => at - began)).toEqual([30_000, 30_000]);
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
    await vi.advanceTimersByTimeAsync(200_000);
    expect(sent).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
