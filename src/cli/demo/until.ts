// Waiting for the world to be as it should: asks again and again, and gives up in the end.
import type { Clock } from '../../lib/clock.ts';

const LOOK_EVERY = 25;

/** What `look` gave in the end: the first that `isGood`, or the last one when the time is up. */
export async function until<T>(
  look: () => T | Promise<T>,
  isGood: (found: T) => boolean,
  { clock, ms }: { clock: Clock; ms: number },
): Promise<T> {
  const end = clock.now() + ms;
  for (;;) {
    const found = await look();
    if (isGood(found) || clock.now() >= end) return found;
    await clock.sleep(LOOK_EVERY);
  }
}
