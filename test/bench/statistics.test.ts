import { describe, expect, it } from 'vitest';
import { growth, median, percentile, spreadOf } from '../../bench/support/statistics.ts';

describe('figures out of many figures', () => {
  it('a percentile is a value that was measured, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('one slow answer of ten is the p99', () => {
    expect(spreadOf([1, 1, 1, 1, 1, 1, 1, 1, 1, 500])).toEqual({ p50: 1, p99: 500, most: 500 });
  });

  it('a median of an even number lies between', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([9, 1, 5])).toBe(5);
  });

  it('nothing has no figure', () => {
    expect(percentile([], 0.5)).toBeNaN();
    expect(median([])).toBeNaN();
  });

  it.each([
    ['not at all', [5, 5, 5], 0],
    ['in proportion', [2, 20, 200], 1],
    ['with the square', [1, 100, 10_000], 2],
  ])('something grows %s', (_, [one = 0, ten = 0, hundred = 0], expected) => {
    const points = [
      [1, one],
      [10, ten],
      [100, hundred],
    ] as const;

    expect(growth(points)).toBeCloseTo(expected);
  });
});
