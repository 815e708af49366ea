// A clock on which nobody waits: whoever sleeps goes on at once, and it is as much later. For counting what work costs
// that in life is spread out by limits of other sides.
import { type Clock, systemClock } from '../../src/lib/clock.ts';

export function createHurriedClock(): Clock {
  let skipped = 0;
  return {
    now: () => systemClock.now() + skipped,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      skipped += ms;
      // Others get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    },
    // Timers are for later, and time-outs for the worst.
    after: systemClock.after,
  };
}
