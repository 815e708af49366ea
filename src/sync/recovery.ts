// Notices when one of the other sides stops answering and when it is back: jobs that back off then run at once rather
// than at the end of their pause. Only a side that answers nothing counts as down, not an endpoint that fails.
import type { Clock } from '../lib/clock.ts';
import type { CallInfo } from '../lib/http.ts';

const FAILURES_IN_A_ROW = 3;
const PROBE_EVERY = 2000;

export type Recovery = { heard(side: string, call: CallInfo): void; stop(): void };

/** `probes`: one cheap read for each side, asked while it is down. */
export function createRecovery({
  probes,
  wake,
  clock,
}: {
  probes: Record<string, () => Promise<unknown>>;
  wake: () => Promise<unknown>;
  clock: Clock;
}): Recovery {
  const failures = new Map<string, number>();
  const timers = new Map<string, () => void>();
  /** Those that did not answer the probe either: without it an endpoint that fails would wake its jobs for ever. */
  const isSilent = new Set<string>();
  let isStopped = false;

  function probeSoon(side: string): void {
    if (isStopped || timers.has(side)) return;
    const cancel = clock.after(PROBE_EVERY, () => {
      timers.delete(side);
      const probe = probes[side];
      if (!probe) return;
      // What it answers is heard through heard(), like any other call.
      void probe().catch(() => {
        isSilent.add(side);
        probeSoon(side);
      });
    });
    timers.set(side, cancel);
  }

  return {
    heard(side, { outcome }) {
      if (outcome === 'aborted') return;
      const isDown = outcome === 'network' || outcome === 'timeout' || (typeof outcome === 'number' && outcome > 501);
      const before = failures.get(side) ?? 0;
      failures.set(side, isDown ? before + 1 : 0);
      if (isDown && before + 1 >= FAILURES_IN_A_ROW) probeSoon(side);
      if (isDown || before < FAILURES_IN_A_ROW) return;
      timers.get(side)?.();
      timers.delete(side);
      if (isSilent.delete(side)) void wake().catch(() => undefined);
    },
    stop() {
      isStopped = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
