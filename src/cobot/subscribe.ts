// Carries out what subscriptions.ts planned: make the new one first, then remove what it replaces, so that no event is
// missed in between. One event that fails does not keep the others back.
import { describeError, isTriedForEver } from '../lib/errors.ts';
import type { Cobot, Subscription } from './cobot.ts';
import {
  callbackShown,
  planRepair,
  planSubscriptions,
  type Step,
  type SubscriptionPlan,
  type SubscriptionSettings,
  sameUrl,
} from './subscriptions.ts';

type Api = Pick<Cobot, 'subscriptions' | 'subscribe' | 'unsubscribe'>;

export type SubscriptionRow = {
  event: string;
  state:
    | 'present'
    | 'made'
    | 'repaired'
    | 'replaced'
    | 'removed'
    | 'not offered'
    | 'elsewhere'
    | 'missing'
    | 'inactive'
    | 'outdated'
    | 'failed';
  /** Host and path of the callback; never its key. */
  callback: string;
  id: string | null;
  /** What went wrong, as a sentence. */
  problem?: string;
};

export type SubscriptionReport = {
  rows: SubscriptionRow[];
  /** Those of others, untouched. */
  foreign: { event: string; callbackHost: string }[];
  /** Subscriptions made or removed (dry run: to be made or removed). */
  changes: number;
};

const DONE = { missing: 'made', inactive: 'repaired', outdated: 'replaced' } as const;

/** What is there now, against what is wanted; changes nothing. */
export async function listSubscriptions(cobot: Api, settings: SubscriptionSettings): Promise<SubscriptionReport> {
  const plan = planSubscriptions(await cobot.subscriptions(), settings);
  const rows = [
    ...plan.keep.map((one) => rowOf(one, 'present')),
    ...plan.create.map((step) => stepRow(step, step.why, step.instead[0]?.id ?? null)),
    ...plan.remove.map((one) => rowOf(one, one.active ? 'outdated' : 'inactive')),
    ...plan.elsewhere.map((one) => rowOf(one, 'elsewhere')),
  ];
  return report(plan, rows);
}

/** Registers, repairs, replaces and clears up. Safe to repeat. */
export async function applySubscriptions(
  cobot: Api,
  settings: SubscriptionSettings & { dryRun?: boolean },
): Promise<SubscriptionReport> {
  const plan = planSubscriptions(await cobot.subscriptions(), settings);
  const rows = plan.keep.map((one) => rowOf(one, 'present'));
  if (settings.dryRun === true) {
    rows.push(...plan.create.flatMap((step) => plannedRows(step)), ...plan.remove.map((one) => rowOf(one, 'removed')));
  } else {
    rows.push(...(await carryOut(cobot, plan.create)), ...(await removeAll(cobot, plan.remove)));
  }
  rows.push(...plan.elsewhere.map((one) => rowOf(one, 'elsewhere')));
  return report(plan, rows);
}

/** All of ours go; those of others and of other installations stay. */
export async function removeSubscriptions(
  cobot: Api,
  settings: SubscriptionSettings & { dryRun?: boolean },
): Promise<SubscriptionReport> {
  const plan = planSubscriptions(await cobot.subscriptions(), { ...settings, wantedEvents: [], replace: false });
  const rows =
    settings.dryRun === true ? plan.remove.map((one) => rowOf(one, 'removed')) : await removeAll(cobot, plan.remove);
  return report(plan, [...rows, ...plan.elsewhere.map((one) => rowOf(one, 'elsewhere'))]);
}

/**
 * With every sweep of the running service: makes anew what Cobot has deactivated, and never what was not there.
 * `lost`: events of an earlier repair that came only half through; hand them back in with the next call.
 */
export async function repairInactive(
  cobot: Api,
  settings: SubscriptionSettings,
  lost: readonly string[] = [],
): Promise<{ rows: SubscriptionRow[]; lost: string[] }> {
  const present = await cobot.subscriptions();
  const rows = await carryOut(cobot, planRepair(present, settings, lost));
  const failed = rows.filter((row) => row.state === 'failed').map((row) => row.event);
  return { rows, lost: [...new Set(failed)] };
}

async function carryOut(cobot: Api, steps: Step[]): Promise<SubscriptionRow[]> {
  const rows: SubscriptionRow[] = [];
  let givenUp: string | undefined;
  for (const step of steps) {
    // With Cobot down or the token refused, every further event would only wait for the same answer.
    if (givenUp !== undefined) {
      rows.push({ ...stepRow(step, 'failed', null), problem: givenUp });
      continue;
    }
    try {
      rows.push(...(await carryOutOne(cobot, step)));
    } catch (error) {
      rows.push({ ...stepRow(step, 'failed', null), problem: describeError(error) });
      if (isTriedForEver(error)) givenUp = describeError(error);
    }
  }
  return rows;
}

async function carryOutOne(cobot: Api, step: Step): Promise<SubscriptionRow[]> {
  const made = await make(cobot, step);
  // What there is goes on delivering, if it does.
  if (made === 'not offered') return [stepRow(step, 'not offered', null)];
  if (made === undefined) {
    const problem =
      'Cobot says that it exists and does not show it: perhaps it was made with another token. Remove it with that one.';
    return [{ ...stepRow(step, 'failed', null), problem }];
  }
  const old = step.instead.filter((one) => one.id !== made.id);
  const failures = (await removeAll(cobot, old)).filter((row) => row.state === 'failed');
  return [stepRow(step, DONE[step.why], made.id), ...failures];
}

/** An active subscription for the step; undefined: Cobot refuses a double of one that it does not show. */
async function make(cobot: Api, step: Step): Promise<Subscription | 'not offered' | undefined> {
  const wanted = { event: step.event, callbackUrl: step.callbackUrl };
  const first = await cobot.subscribe(wanted);
  if (first === 'not offered') return first;
  if (first !== 'exists' && first.active) return first;

  // 409, or the deactivated one handed back: it has to go before there can be another.
  const twins = (await cobot.subscriptions()).filter(
    (one) => one.event === step.event && sameUrl(one.callbackUrl, step.callbackUrl),
  );
  const active = twins.find((one) => one.active);
  if (active) return active;
  if (twins.length === 0) return undefined;
  for (const twin of twins) await cobot.unsubscribe(twin.id);
  const second = await cobot.subscribe(wanted);
  return second === 'exists' ? undefined : second;
}

async function removeAll(cobot: Api, subscriptions: Subscription[]): Promise<SubscriptionRow[]> {
  const rows: SubscriptionRow[] = [];
  let givenUp: string | undefined;
  for (const one of subscriptions) {
    if (givenUp !== undefined) {
      rows.push({ ...rowOf(one, 'failed'), problem: givenUp });
      continue;
    }
    try {
      await cobot.unsubscribe(one.id);
      rows.push(rowOf(one, 'removed'));
    } catch (error) {
      rows.push({ ...rowOf(one, 'failed'), problem: describeError(error) });
      if (isTriedForEver(error)) givenUp = describeError(error);
    }
  }
  return rows;
}

function plannedRows(step: Step): SubscriptionRow[] {
  return [stepRow(step, DONE[step.why], step.instead[0]?.id ?? null)];
}

function rowOf(one: Subscription, state: SubscriptionRow['state']): SubscriptionRow {
  return { event: one.event, state, callback: callbackShown(one), id: one.id };
}

function stepRow(step: Step, state: SubscriptionRow['state'], id: string | null): SubscriptionRow {
  return { event: step.event, state, callback: callbackShown(step), id };
}

const CHANGED = new Set<SubscriptionRow['state']>(['made', 'repaired', 'replaced', 'removed']);

function report(plan: SubscriptionPlan, rows: SubscriptionRow[]): SubscriptionReport {
  const foreign = plan.foreign.map((one) => ({ event: one.event, callbackHost: callbackShown(one, 'host') }));
  return { rows, foreign, changes: rows.filter((row) => CHANGED.has(row.state)).length };
}
