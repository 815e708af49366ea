// What would make the figures worthless is noticed.
import { describe, expect, it } from 'vitest';
import { judge, notAsPromised } from '../../bench/acknowledging.ts';

const good = { acknowledged: 10, perSecond: 10, p50: 1, p99: 2, others: {}, busy: 0.3 };

describe('a load', () => {
  it.each([
    ['is sound', good, []],
    ['of which nothing was acknowledged', { ...good, acknowledged: 0 }, ['here: nothing was acknowledged.']],
    ['with refusals', { ...good, others: { 503: 2, 0: 1 } }, ['here: 1 answers of 0.', 'here: 2 answers of 503.']],
    ['that the generator could hardly make', { ...good, busy: 0.99 }, [expect.stringContaining('busy itself')]],
  ])('%s', (_, load, expected) => {
    const unsound = new Set<string>();

    judge('here', load, { unsound });

    expect([...unsound]).toEqual(expected);
  });
});

describe('what was acknowledged', () => {
  const metrics = (waiting: number, running: number) =>
    `relay_jobs{name="reconcile",state="waiting"} ${waiting}\nrelay_jobs{name="reconcile",state="running"} ${running}\nrelay_jobs{name="sweep",state="waiting"} 1\n`;

  it('is in the store, and the worker is at it', () => {
    expect(notAsPromised(metrics(84, 16), 100)).toEqual([]);
  });

  it('and is not there is said', () => {
    expect(notAsPromised(metrics(83, 16), 100)).toEqual(['of 100 webhooks acknowledged, 99 jobs are in the store.']);
  });

  it('while nobody works is said', () => {
    expect(notAsPromised(metrics(100, 0), 100)).toEqual(['no job was running, so the worker was not busy.']);
    expect(notAsPromised('', 1)).toHaveLength(2);
  });
});
