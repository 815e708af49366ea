// What will happen at Seam later: each thing at its time by the clock handed in, in order. Whoever looks catches up
// first, so that nobody sees a state that is over; timers only make things happen when nobody looks.
import type { Instant } from '../../access/model.ts';
import type { Clock } from '../../lib/clock.ts';

export type Agenda = {
  /** `work` is told its own time, which may be past when it comes to it. */
  at(when: Instant, work: (at: Instant) => void): void;
  catchUp(): void;
  close(): void;
};

type Entry = { when: Instant; work: (at: Instant) => void };

export function createAgenda(clock: Clock): Agenda {
  const entries = new Set<Entry>();
  let cancel = (): void => undefined;
  let closed = false;

  function next(): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of entries) if (!first || entry.when < first.when) first = entry;
    return first;
  }

  function arm(): void {
    cancel();
    const first = next();
    if (first && !closed) cancel = clock.after(Math.max(0, first.when - clock.now()), catchUp);
  }

  function catchUp(): void {
    for (;;) {
      const first = next();
      if (!first || first.when > clock.now()) break;
      entries.delete(first);
      first.work(first.when);
    }
    // Also where a timer came early, as Node's do for what is weeks away.
    arm();
  }

  return {
    at(when, work) {
      entries.add({ when, work });
      arm();
    },
    catchUp,
    close() {
      closed = true;
      cancel();
    },
  };
}
