// What happens by the clock: the sweep after the start, every few minutes and after a change of the policy file;
// catching up on openings every hour; throwing away what is old once a day. Several processes do each of it once.
import { describeError } from '../lib/errors.ts';
import type { Files } from '../lib/files.ts';
import type { SyncParts } from './parts.ts';
import type { PolicyKeeper } from './policy-keeper.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A process that was killed is taken for alive for ten seconds. */
const ARE_THERE_OTHERS = 12 * SECOND;

export type Schedule = { start(): Promise<void>; stop(): void };

export function createSchedule(
  { store, queue, clock, log, together }: Pick<SyncParts, 'store' | 'queue' | 'clock' | 'log' | 'together'>,
  {
    policy,
    files,
    sweepMinutes,
    auditDays,
  }: { policy: PolicyKeeper; files: Pick<Files, 'watch'>; sweepMinutes: number; auditDays: number },
): Schedule {
  const cancels = new Set<() => void>();

  function after(ms: number, work: () => Promise<void>): void {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      work().catch((error: unknown) => log.error({ error }, 'a timer failed'));
    });
    cancels.add(cancel);
  }

  /** Looked at every minute, so that what one process leaves undone another does soon. */
  function every(ms: number, name: string, work: () => Promise<void>): void {
    after(MINUTE, async () => {
      every(ms, name, work);
      // Timers may be a little early.
      if (await together.isDue(name, ms - SECOND)) await work();
    });
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
    await store.refusedCalls.prune(now - DAY);
  }

  const textInForce = async () => (await store.settings.get('policy'))?.text;

  async function policyChanged(): Promise<void> {
    const [before, mistakes] = [await textInForce(), policy.mistakes().length];
    try {
      const isInForce = (await policy.refresh()) === 'in force' && policy.mistakes().length === 0;
      // Of several processes with the same new file, the first has asked for the sweep.
      if (isInForce && (mistakes > 0 || (await textInForce()) !== before)) await sweep('policy changed');
    } catch (error) {
      log.warn({ error: describeError(error) }, 'the policy file changed; its names are resolved with the next sweep');
      await sweep('policy changed');
    }
  }

  /** From now on it is counted when these are due again. */
  async function begin(): Promise<void> {
    await together.isDue('catch-up', 0);
    await catchUp('start');
    await together.isDue('sweep', 0);
    await sweep('start');
  }

  /** What another process swept a moment ago need not be swept again: with every start of several, that would be a storm. */
  async function beginUnlessOthersAreAtWork(): Promise<boolean> {
    const sweptAt = await store.settings.get('last-good-sweep');
    const isGood = sweptAt !== undefined && sweptAt > clock.now() - sweepMinutes * MINUTE;
    if (isGood && (await together.others()) > 0) return false;
    await begin();
    return true;
  }

  return {
    async start() {
      if (!(await beginUnlessOthersAreAtWork())) {
        // The other may be the one in whose place this one was started.
        after(ARE_THERE_OTHERS, async () => void (await beginUnlessOthersAreAtWork()));
      }
      await together.isDue('forget', DAY);
      every(sweepMinutes * MINUTE, 'sweep', () => sweep('interval'));
      every(HOUR, 'catch-up', () => catchUp('interval'));
      every(DAY, 'forget', forget);
      cancels.add(files.watch(policy.path, () => void policyChanged()));
    },
    stop() {
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}
