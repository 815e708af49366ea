// Windows as sets of time: half-open [from, until), infinity for "since ever" and "without end". Pure arithmetic.
import type { Instant, Window } from './model.ts';

export type Interval = { from: number; until: number };

export const ALWAYS: Interval = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

export const toInterval = (window: Window): Interval => ({
  from: window.from ?? Number.NEGATIVE_INFINITY,
  until: window.until ?? Number.POSITIVE_INFINITY,
});

export const toWindow = ({ from, until }: Interval): Window => ({
  from: Number.isFinite(from) ? from : null,
  until: Number.isFinite(until) ? until : null,
});

export const contains = ({ from, until }: Interval, at: Instant): boolean => from <= at && at < until;

/** The parts that both have; undefined where there is none. */
export function overlap(a: Interval, b: Interval): Interval | undefined {
  const from = Math.max(a.from, b.from);
  const until = Math.min(a.until, b.until);
  return from < until ? { from, until } : undefined;
}

/** Every overlap of one of `some` with one of `others`. */
export function intersect(some: readonly Interval[], others: readonly Interval[]): Interval[] {
  return some.flatMap((a) => others.flatMap((b) => overlap(a, b) ?? []));
}

/** The fewest intervals that cover the same time, sorted; touching ones are joined. */
export function join(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  const sorted = intervals.length > 1 ? intervals.toSorted((a, b) => a.from - b.from) : intervals;
  for (const { from, until } of sorted) {
    const last = joined.at(-1);
    if (last && from <= last.until) last.until = Math.max(last.until, until);
    else joined.push({ from, until });
  }
  return joined;
}

/** What is left of `intervals` outside `hole`. */
export function without(intervals: readonly Interval[], hole: Interval): Interval[] {
  return intervals.flatMap((each) => [
    ...(overlap(each, { from: Number.NEGATIVE_INFINITY, until: hole.from })
      ? [{ from: each.from, until: Math.min(each.until, hole.from) }]
      : []),
    ...(overlap(each, { from: hole.until, until: Number.POSITIVE_INFINITY })
      ? [{ from: Math.max(each.from, hole.until), until: each.until }]
      : []),
  ]);
}

/** Milliseconds that the intervals cover within `bounds`; doubly covered time counts once. */
export function covered(intervals: readonly Interval[], bounds: Interval): number {
  const [only, another] = intervals;
  // Nearly always: a sweep asks for every lock of everybody.
  if (only && !another) return Math.max(0, Math.min(only.until, bounds.until) - Math.max(only.from, bounds.from));
  return join(intersect(intervals, [bounds])).reduce((sum, { from, until }) => sum + (until - from), 0);
}

/** Is all of `part` covered by `whole`? */
export function covers(whole: readonly Interval[], part: Interval): boolean {
  return join(whole).some(({ from, until }) => from <= part.from && part.until <= until);
}
