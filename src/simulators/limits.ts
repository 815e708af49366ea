// Counts requests a window. A sliding window, the strictest reading of "so many a minute": whoever keeps to it keeps
// to a fixed one as well. Requests that were refused do not count.
import type { Clock } from '../lib/clock.ts';

export type Limits = {
  /** null: go on. Else the whole seconds to wait, as Retry-After says. */
  take(bucket: string, most: number): number | null;
};

export function createLimits({ clock, windowMs }: { clock: Clock; windowMs: number }): Limits {
  const taken = new Map<string, number[]>();
  return {
    take(bucket, most) {
      const now = clock.now();
      const recent = (taken.get(bucket) ?? []).filter((at) => at > now - windowMs);
      taken.set(bucket, recent);
      const oldest = recent[recent.length - most];
      if (oldest !== undefined) return Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
      recent.push(now);
      return null;
    },
  };
}
