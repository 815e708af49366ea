// What happens by the clock: the sweep after the start, every few minutes and after a change of the policy file;
// catching up on openings every hour; throwing away what is old once a day.
import { unwatchFile, watchFile } from 'node:fs';
import { describeError } from '../lib/errors.ts';
import type { SyncParts } from './parts.ts';
import type { PolicyKeeper } from './policy-keeper.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WATCH_EVERY = 2000;

export type Schedule = { start(): Promise<void>; stop(): void };

export function createSchedule(
  { store, queue, clock, log }: Pick<SyncParts, 'store' | 'queue' | 'clock' | 'log'>,
  { policy, sweepMinutes, auditDays }: { policy: PolicyKeeper; sweepMinutes: number; auditDays: number },
): Schedule {
  const cancels = new Set<() => void>();

  function every(ms: number, work: () => Promise<void>): void {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      every(ms, work);
      work().catch((error: unknown) => log.error({ error }, 'a timer failed'));
    });
    cancels.add(cancel);
  }

  const sweep = (cause: string) => queue.add([{ name: 'sweep', key: 'space', payload: { cause } }]);
  const catchUp = (cause: string) => queue.add([{ name: 'catch-up', key: 'space', payload: { cause } }]);

  async function forget(): Promise<void> {
    const now = clock.now();
    const before = now - auditDays * DAY;
    await store.audit.prune(before);
    await store.inbox.prune(before);
    // The lock system keeps its events for 30 days: what is thrown away earlier would come in again.
    await store.openings.prune(Math.min(before, now - 40 * DAY));
    await store.checkIns.prune(now - 40 * DAY);
    await store.losses.prune(now - DAY);
  }

  async function policyChanged(): Promise<void> {
    try {
      if ((await policy.refresh()) === 'in force' && policy.mistakes().length === 0) await sweep('policy changed');
    } catch (error) {
      log.warn({ error: describeError(error) }, 'the policy file changed; its names are resolved with the next sweep');
      await sweep('policy changed');
    }
  }

  return {
    async start() {
      await catchUp('start');
      await sweep('start');
      every(sweepMinutes * MINUTE, () => sweep('interval'));
      every(HOUR, () => catchUp('interval'));
      every(DAY, forget);
      watchFile(policy.path, { interval: WATCH_EVERY, persistent: false }, (now, before) => {
        if (now.mtimeMs === before.mtimeMs && now.size === before.size) return;
        void policyChanged();
      });
    },
    stop() {
      unwatchFile(policy.path);
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
