// Sends the webhooks of a crash run as Cobot and the lock system would, but never a second time: what is lost stays lost.
// Keeps the book of what was acknowledged and what was not.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/simulators/chance.ts';
import type { CobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import type { SmartLockEvent } from '../../src/simulators/smartlock/account.ts';
import type { SmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import type { Planned, Plans } from './script.ts';

/** 'no answer': refused, cut off, or nothing in time. Whether it was stored is then not known. */
export type Sent = Planned & {
  at: number;
  answer: number | 'no answer';
  /** What the answer said about coming again. */
  retryAfter: string | null;
  ms: number;
  opening: SmartLockEvent | null;
};

const PATIENCE = 15_000;

export type Sender = {
  sent: readonly Sent[];
  /** Spread over so many milliseconds; resolves when each has its answer. */
  send(events: readonly Planned[], spreadMs: number): Promise<void>;
};

export function createSender({
  cobot,
  locks,
  plans,
  random,
  target,
  key,
  yesterday,
}: {
  cobot: CobotSimulator;
  locks: SmartLockSimulator;
  plans: Plans;
  random: Random;
  /** Where the relay, or the balancer before it, listens. */
  target: string;
  key: string;
  yesterday: string;
}): Sender {
  const sent: Sent[] = [];

  async function tell(path: string, body: unknown): Promise<Pick<Sent, 'answer' | 'retryAfter'>> {
    return await post(`${target}${path}?key=${key}`, JSON.stringify(body));
  }

  /** First it happens in the space, then it is told. */
  async function happen({ kind, member }: Planned): Promise<Pick<Sent, 'answer' | 'retryAfter' | 'opening'>> {
    switch (kind) {
      case 'confirmation':
        return { ...(await tell('/membership_confirmation', cobot.confirm(member))), opening: null };
      case 'cancellation':
        return {
          ...(await tell('/cobot/membership_cancellation_date_reached', cobot.cancel(member, yesterday))),
          opening: null,
        };
      case 'plan change': {
        cobot.changePlan(member, member.plan.name === plans.fullTime.name ? plans.partTime : plans.fullTime);
        return { ...(await tell('/cobot/changed_membership_plan', cobot.body(member))), opening: null };
      }
      case 'opening':
        return await openDoor(member);
    }
  }

  async function openDoor({ email }: Planned['member']): Promise<Pick<Sent, 'answer' | 'retryAfter' | 'opening'>> {
    const user = locks.userByEmail(email ?? '');
    const [lock] = locks.locks.values();
    if (!user || !lock) throw new Error(`${email} or the door is not in the lock system.`);
    const { event, delivery } = await locks.openLock(user, lock, { deliverTo: `${target}/lock_open?key=${key}` });
    return { answer: delivery?.attempts.at(-1)?.status ?? 'no answer', retryAfter: null, opening: event };
  }

  return {
    sent,
    async send(events, spreadMs) {
      await Promise.all(
        events.map(async (event) => {
          await sleep(random() * spreadMs);
          const at = Date.now();
          sent.push({ ...event, at, ...(await happen(event)), ms: Date.now() - at });
        }),
      );
    },
  };
}

/** A connection each, as from a sender far away. */
function post(url: string, text: string): Promise<Pick<Sent, 'answer' | 'retryAfter'>> {
  return new Promise((resolve) => {
    const nothing = () => resolve({ answer: 'no answer', retryAfter: null });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const signal = AbortSignal.timeout(PATIENCE);
    const sending = request(url, { method: 'POST', agent: false, headers, signal });
    sending.on('error', nothing);
    sending.on('response', (response) => {
      response.on('error', nothing).resume();
      resolve({ answer: response.statusCode ?? 'no answer', retryAfter: response.headers['retry-after'] ?? null });
    });
    sending.end(text);
  });
}
