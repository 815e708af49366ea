// Counts requests a window. A sliding window, the strictest reading of "so many a minute": whoever keeps to it keeps
// to a fixed one as well. Requests that were refused do not count.
import type { Clock } from '../lib/clock.ts';

/** `most` requests a window. */
export type Bucket = { bucket: string; most: number };

export type Limits = {
  /** null: go on, each of them has room. Else the whole seconds to wait, as Retry-After says. */
  take(buckets: readonly Bucket[]): number | null;
};

export function createLimits({ clock, windowMs }: { clock: Clock; windowMs: number }): Limits {
  const taken = new Map<string, number[]>();

  /** 0: there is room. */
  function msToWait({ bucket, most }: Bucket, now: number): number {
    const recent = (taken.get(bucket) ?? []).filter((at) => at > now - windowMs);
    taken.set(bucket, recent);
    const oldest = recent[recent.length - most];
    return oldest === undefined ? 0 : oldest + windowMs - now;
  }

  return {
    take(buckets) {
      const now = clock.now();
      const wait = Math.max(0, ...buckets.map((each) => msToWait(each, now)));
      if (wait > 0) return Math.max(1, Math.ceil(wait / 1000));
      for (const { bucket } of buckets) taken.get(bucket)?.push(now);
      return null;
    },
  };
}
