// A sweep with what belongs to it: names of the policy that are read anew, webhooks and lock systems that are looked after,
// and what became of it for people. One at a time.
import type { SubscriptionCare } from '../cobot/subscription-care.ts';
import { describeError } from '../lib/errors.ts';
import type { OwnedLocks } from '../locks/owned.ts';
import type { SyncOptions } from '../operator/parts.ts';
import { boundariesBeforeSweep } from './boundary.ts';
import type { Found } from './finish.ts';
import { careForLocks } from './lock-care.ts';
import type { SyncParts } from './parts.ts';
import type { PolicyKeeper } from './policy-keeper.ts';
import { type SweepReport, sweep } from './sweep.ts';

const HOUR = 3_600_000;
/** What a sweep for a burst does not look at: it stands as the last whole sweep found it. */
const OF_WHOLE_SWEEPS: ReadonlySet<string> = new Set([
  'webhooks',
  'webhooks-unwatched',
  'webhooks-unknown',
  'lock-system',
  'tokens-unread',
]);

/** `readOnly`: locks that take no change, for a dry run. */
export function createSweeping(
  parts: SyncParts,
  {
    policy,
    readOnly,
    subscriptionCare,
  }: { policy: PolicyKeeper; readOnly: () => OwnedLocks; subscriptionCare: SubscriptionCare },
): (options: SyncOptions) => Promise<SweepReport> {
  const { store, locks, clock } = parts;
  let policyReadAt = Number.NEGATIVE_INFINITY;

  async function preview(options: SyncOptions): Promise<SweepReport> {
    const { policy: other } = options;
    const dry = { ...parts, locks: readOnly() };
    if (!other) return sweep(options.cause, dry, { ...options, problems: policy.problems() });
    // Also where none is in force yet; what is wrong with that one is no matter of this one.
    const asked = async () => ({ policy: other, locks: await locks.locks() });
    return sweep(options.cause, { ...dry, policy: asked }, options);
  }

  /** Of webhooks and locks. */
  async function care(): Promise<Found[]> {
    const webhooks = (await subscriptionCare()).map((found) => ({ subject: '', ...found }));
    return [...webhooks, ...(await careForLocks(parts))];
  }

  async function foundBefore(): Promise<Found[]> {
    return (await store.problems.all()).filter(({ subject, kind }) => subject === '' && OF_WHOLE_SWEEPS.has(kind));
  }

  /** A burst may have taken the place of a sweep that was due, so the burst alone does not decide. */
  async function isWhole({ burst }: SyncOptions): Promise<boolean> {
    const wholeAt = await store.settings.get('last-whole-sweep');
    return burst !== true || wholeAt === undefined || wholeAt < clock.now() - HOUR;
  }

  return (options) =>
    parts.oneAtATime(['sweep'], async () => {
      const boundaries = options.dryRun ? [] : await boundariesBeforeSweep(parts);
      if (clock.now() > policyReadAt + HOUR || policy.isBehind()) {
        await policy.refresh();
        policyReadAt = clock.now();
      }
      if (options.dryRun) return preview(options);
      const whole = await isWhole(options);
      const beside = whole ? await care() : await foundBefore();
      const problems = [...beside, ...policy.problems(), ...boundaries];
      try {
        const report = await sweep(options.cause, parts, { ...options, problems, membersAlone: !whole });
        if (whole) await store.settings.set('last-whole-sweep', clock.now());
        return report;
      } catch (error) {
        const sentence = `the last sweep did not get through: ${describeError(error)}`;
        await store.problems.replace('', [...problems, { kind: 'sweep', sentence }], clock.now());
        throw error;
      }
    });
}
