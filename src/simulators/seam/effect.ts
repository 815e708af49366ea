// What really opens, as against what Seam's answers say: the window in effect at the doors, and the one that follows it.
import type { Instant, Window } from '../../access/model.ts';

/** Windows: null = opens nothing. `next` takes over at its time. */
export type Effect = { now: Window | null; next: { window: Window | null; at: Instant } | null };

export const noEffect: Effect = { now: null, next: null };

/** For a moment that is past: by what is in effect now, since nobody keeps the history. */
export function opensAt({ now, next }: Effect, at: Instant): boolean {
  const window = next && at >= next.at ? next.window : now;
  return window !== null && covers(window, at);
}

/** At `from` or later? */
export function opensEver({ now, next }: Effect, from: Instant): boolean {
  const meets = (window: Window | null, begins: Instant, ends: Instant) =>
    window !== null && Math.max(window.from ?? begins, begins) < Math.min(window.until ?? ends, ends);
  const change = next?.at ?? Number.POSITIVE_INFINITY;
  return meets(now, from, change) || meets(next?.window ?? null, Math.max(from, change), Number.POSITIVE_INFINITY);
}

export function covers({ from, until }: Window, at: Instant): boolean {
  return (from ?? at) <= at && at < (until ?? Number.POSITIVE_INFINITY);
}
