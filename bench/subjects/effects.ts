// Sends confirmations at a fixed rate, each a moment after Cobot knows of it, and waits until the doors open.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadMethods, OpenLoad } from '../load/load-process.ts';
import type { Child } from '../support/child.ts';
import type { Upstreams } from '../upstreams/upstreams.ts';
import type { Effect } from '../upstreams/upstreams-process.ts';
import { confirmationBody, paths } from './subjects.ts';

export type Told = {
  id: string;
  status: number;
  /** Until the answer. */
  ackMs: number;
  /** From sending until the last call that changed something at the lock system; null: the door does not open. */
  lagMs: number | null;
  /** Milliseconds since 1970. */
  sentAt: number;
  /** Calls to the lock system for it. */
  calls: number;
};

export type Sending = {
  told: Told[];
  load: Omit<OpenLoad, 'sent'>;
  /** Milliseconds since 1970: when every acknowledged one had its door open, or patience was over. */
  settledAt: number;
};

export type Plan = {
  count: number;
  perSecond: number;
  /** How long doors may take after the last one was sent. */
  patienceMs: number;
  /** What else happens while they are sent; begins with the first. */
  meanwhile?: () => Promise<void>;
};

/** So that everybody is ready when the first one is due. */
const HEAD_START = 200;
const LOOK_EVERY = 250;

type Target = { load: Child<LoadMethods>; upstreams: Upstreams; port: number };

/**
 * What runs for months is warm: its code is compiled after some dozens of events, not after four. And what counts as a
 * burst is forgotten after five seconds.
 */
export async function warmUp(target: Target, { pauseMs = 5500, patienceMs = 20_000 } = {}): Promise<void> {
  await sendConfirmations(target, { count: 60, perSecond: 20, patienceMs });
  await sleep(pauseMs);
}

export async function sendConfirmations(
  { load, upstreams, port }: Target,
  { count, perSecond, patienceMs, meanwhile = async () => undefined }: Plan,
): Promise<Sending> {
  const ids = await upstreams.ask('addMembers', count, { confirmed: false });
  const startAt = performance.timeOrigin + performance.now() + HEAD_START;
  await upstreams.ask('confirmAt', ids, perSecond, startAt);
  const body = confirmationBody(upstreams.env['COBOT_URL'] ?? '');
  const post = { port, path: paths.confirmation, body, ids };
  const [{ sent, ...rest }] = await Promise.all([
    load.ask('openLoop', post, perSecond, startAt),
    sleep(HEAD_START).then(meanwhile),
  ]);

  const began = performance.now();
  const acknowledged = ids.filter((_, index) => sent[index]?.status === 204);
  const isOpen = async () => (await upstreams.ask('openers', acknowledged)).every((open) => open);
  while (!(await isOpen()) && performance.now() - began < patienceMs) await sleep(LOOK_EVERY);
  const settledAt = performance.timeOrigin + performance.now();

  const effects = await upstreams.ask('effects', ids);
  return {
    told: ids.flatMap((id, index) => toldOf(id, sent[index], effects[index] ?? null) ?? []),
    load: rest,
    settledAt,
  };
}

function toldOf(id: string, sent: OpenLoad['sent'][number] | undefined, effect: Effect | null): Told | null {
  if (!sent) return null;
  const { status, ms, at } = sent;
  // A sweep may be quicker than the webhook, which comes a moment after its cause.
  const lagMs = effect ? Math.max(0, effect.at - at) : null;
  return { id, status, ackMs: ms, lagMs, sentAt: at, calls: effect?.calls ?? 0 };
}

export const lagsOf = (told: readonly Told[]): number[] => told.flatMap(({ lagMs }) => (lagMs === null ? [] : [lagMs]));
