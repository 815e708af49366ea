import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALWAYS,
  contains,
  covered,
  covers,
  type Interval,
  intersect,
  join,
  overlap,
  toInterval,
  toWindow,
  without,
} from '../../src/access/windows.ts';
import { holdsAlways, jumbled } from '../support/laws.ts';

// Time is the whole seconds 0 to 19 and what lies before and after them, so that sets can be counted out.
const SECONDS = Array.from({ length: 22 }, (_, index) => index - 1);
const edges = fc.tuple(fc.integer({ min: 0, max: 19 }), fc.integer({ min: 0, max: 19 })).filter(([a, b]) => a !== b);
const interval: fc.Arbitrary<Interval> = fc
  .tuple(edges, fc.constantFrom('both', 'from', 'until', 'always'))
  .map(([[a, b], ends]) => ({
    from: ends === 'until' || ends === 'always' ? ALWAYS.from : Math.min(a, b),
    until: ends === 'from' || ends === 'always' ? ALWAYS.until : Math.max(a, b),
  }));
const intervals = fc.array(interval, { maxLength: 5 });

const isIn = (set: readonly Interval[], second: number) =>
  set.some((each) => each.from <= second && second < each.until);
const seconds = (set: readonly Interval[]) => SECONDS.filter((second) => isIn(set, second));

describe('windows are sets of seconds', () => {
  it('joined they cover the same, sorted, apart from each other, whatever the order and however often', () => {
    holdsAlways(
      fc.property(
        intervals.chain((set) => fc.tuple(fc.constant(set), jumbled(set))),
        ([set, again]) => {
          const joined = join(set);

          expect(seconds(joined)).toEqual(seconds(set));
          for (const [index, { from, until }] of joined.entries()) {
            expect(from).toBeLessThan(until);
            expect(joined[index + 1]?.from ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(until);
            if (joined[index + 1]) expect(joined[index + 1]?.from).toBeGreaterThan(until);
          }
          expect(join(again)).toEqual(joined);
          expect(join(joined)).toEqual(joined);
        },
      ),
    );
  });

  it('joining leaves what it was given as it was', () => {
    holdsAlways(
      fc.property(intervals, (set) => {
        const before = structuredClone(set);

        join(set);

        expect(set).toEqual(before);
      }),
    );
  });

  it('intersected they cover what both cover', () => {
    holdsAlways(
      fc.property(intervals, intervals, (some, others) => {
        expect(seconds(intersect(some, others))).toEqual(
          SECONDS.filter((each) => isIn(some, each) && isIn(others, each)),
        );
      }),
    );
  });

  it('the overlap of two is the same from both sides, and none is undefined', () => {
    holdsAlways(
      fc.property(interval, interval, (a, b) => {
        const both = SECONDS.filter((each) => contains(a, each) && contains(b, each));

        expect(overlap(a, b)).toEqual(overlap(b, a));
        expect(seconds([overlap(a, b) ?? { from: 0, until: 0 }])).toEqual(both);
      }),
    );
  });

  it('without a hole they cover what was outside of it', () => {
    holdsAlways(
      fc.property(intervals, interval, (set, hole) => {
        expect(seconds(without(set, hole))).toEqual(seconds(set).filter((each) => !contains(hole, each)));
      }),
    );
  });

  it('covered time is counted once', () => {
    holdsAlways(
      fc.property(intervals, edges, (set, [a, b]) => {
        const bounds = { from: Math.min(a, b), until: Math.max(a, b) };

        expect(covered(set, bounds)).toBe(seconds(set).filter((each) => contains(bounds, each)).length);
      }),
    );
  });

  it('a part is covered when each of its seconds is', () => {
    holdsAlways(
      fc.property(intervals, interval, (set, part) => {
        expect(covers(set, part)).toBe(SECONDS.every((each) => !contains(part, each) || isIn(set, each)));
      }),
    );
  });

  it('an open end survives the way to a window and back', () => {
    holdsAlways(
      fc.property(interval, (each) => {
        expect(toInterval(toWindow(each))).toEqual(each);
      }),
    );
  });
});
