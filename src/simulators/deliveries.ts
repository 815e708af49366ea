// Webhooks that go out: posts, retries after growing intervals by the clock it was handed, and gives up in the end.
// Knows neither Cobot nor locks. Redirects are not followed, and a redirect is no success.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../lib/clock.ts';
import type { InProcess } from './carrier.ts';

/** `status` null: no answer at all, and why. */
type Attempt = { at: number; status: number | null; error: string | null };

export type Delivery = {
  id: string;
  event: string;
  to: string;
  /** What it says, before any spelling. */
  body: unknown;
  attempts: Attempt[];
  state: 'posting' | 'waiting' | 'delivered' | 'given up' | 'stopped';
};

export type Post = { headers: Record<string, string>; text: string };

type Order = {
  id: string;
  event: string;
  to: string;
  body: unknown;
  /** Made anew for every attempt. */
  post(): Post;
  /** Asked before every attempt. */
  goesOn?(): boolean;
  /** After an answer that is no success; 'stop' = no retries. */
  failed?(attempt: Attempt): 'stop' | 'retry';
  gaveUp?(): void;
};

export type Deliveries = {
  /** All, oldest first. */
  all: Delivery[];
  /** Resolves when the first attempt is over. */
  deliver(order: Order): Promise<Delivery>;
  close(): void;
};

export function createDeliveries(options: {
  clock: Clock;
  retryMs: number[];
  timeoutMs: number;
  inProcess?: InProcess | undefined;
}): Deliveries {
  const { clock, retryMs, timeoutMs, inProcess } = options;
  const send = inProcess ? withinProcess(inProcess) : overSocket;
  const all: Delivery[] = [];
  const closing = new AbortController();
  const waiting = new Set<() => void>();

  async function attempt(delivery: Delivery, order: Order): Promise<void> {
    if (closing.signal.aborted || order.goesOn?.() === false) {
      delivery.state = 'stopped';
      return;
    }
    delivery.state = 'posting';
    const made = await post(send, order.to, order.post(), { clock, timeoutMs, closing: closing.signal });
    delivery.attempts.push(made);
    if (made.status !== null && made.status >= 200 && made.status < 300) delivery.state = 'delivered';
    else if (order.failed?.(made) === 'stop') delivery.state = 'stopped';
    else retry(delivery, order);
  }

  function retry(delivery: Delivery, order: Order): void {
    const pause = retryMs[delivery.attempts.length - 1];
    if (pause === undefined) {
      delivery.state = 'given up';
      order.gaveUp?.();
      return;
    }
    delivery.state = 'waiting';
    const cancel = clock.after(pause, () => {
      waiting.delete(cancel);
      void attempt(delivery, order);
    });
    waiting.add(cancel);
  }

  return {
    all,
    async deliver(order) {
      const { id, event, to, body } = order;
      const delivery: Delivery = { id, event, to, body, attempts: [], state: 'posting' };
      all.push(delivery);
      await attempt(delivery, order);
      return delivery;
    },
    close() {
      closing.abort();
      for (const cancel of waiting) cancel();
      for (const delivery of all) if (delivery.state === 'waiting') delivery.state = 'stopped';
    },
  };
}

/** Resolves with the status of the answer; rejects where there is none. */
type Send = (to: string, post: Post, signal: AbortSignal) => Promise<number | null>;

/** Never rejects: that nobody answered is what happened. */
async function post(
  send: Send,
  to: string,
  what: Post,
  { clock, timeoutMs, closing }: { clock: Clock; timeoutMs: number; closing: AbortSignal },
): Promise<Attempt> {
  const at = clock.now();
  const late = new AbortController();
  const cancel = clock.after(timeoutMs, () => late.abort());
  try {
    return { at, status: await send(to, what, AbortSignal.any([closing, late.signal])), error: null };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { at, status: null, error: late.signal.aborted ? 'no answer in time' : words };
  } finally {
    cancel();
  }
}

/** A connection each, as from a sender far away. */
const overSocket: Send = (to, { headers, text }, signal) =>
  new Promise((resolve, reject) => {
    const body = Buffer.from(text);
    const request = to.startsWith('https:') ? httpsRequest : httpRequest;
    const sent = request(to, {
      method: 'POST',
      agent: false,
      signal,
      headers: { ...headers, 'content-length': body.length },
    });
    sent.on('response', (response) => {
      response.on('error', () => undefined).resume();
      resolve(response.statusCode ?? null);
    });
    sent.on('error', reject);
    sent.end(body);
  });

const withinProcess =
  (inProcess: InProcess): Send =>
  async (url, { headers, text }, signal) =>
    (await inProcess.send({ method: 'POST', url, headers, text, signal })).status;
