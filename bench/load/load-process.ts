// The load generator, a process of its own: closed loop (each connection sends again as soon as it is answered) and open
// loop (at a fixed rate, whatever the answers do).
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from '../support/child.ts';
import { percentile } from '../support/statistics.ts';
import { type Connection, openConnection, postRequest } from './connection.ts';

/** `{id}` in path or body becomes the next of `ids`, or a new one each time where there are none. */
export type Post = { port: number; path: string; body: string; ids?: readonly string[] };

export type ClosedLoad = {
  /** Answered with 2xx. */
  acknowledged: number;
  perSecond: number;
  p50: number;
  p99: number;
  /** Everything else, by status; 0: no answer. */
  others: Record<string, number>;
  /** Of one core, that the generator used; near 1 it measures itself. */
  busy: number;
};

export type OpenLoad = {
  /** One for each id, in their order. `at`: milliseconds since 1970 when it was sent; `status` 0: no answer. */
  sent: { at: number; status: number; ms: number }[];
  busy: number;
  /** How late the generator itself was, at p99. */
  lateP99: number;
};

const isGood = (status: number): boolean => status >= 200 && status < 300;
const nowMs = (): number => performance.timeOrigin + performance.now();

let made = 0;
/** As Cobot's ids: 32 hexadecimal digits. */
function newId(): string {
  made += 1;
  return `${process.pid.toString(16).padStart(8, '0')}${made.toString(16).padStart(24, '0')}`;
}

function requestOf({ port, path, body }: Post, id: string): Buffer {
  return postRequest(path.replaceAll('{id}', id), port, body.replaceAll('{id}', id));
}

function cpuShare(): () => number {
  const [before, began] = [process.cpuUsage(), performance.now()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / Math.max(1, performance.now() - began);
  };
}

async function closedLoop(post: Post, connections: number, ms: number): Promise<ClosedLoad> {
  const until = performance.now() + ms;
  const times: number[] = [];
  const others: Record<string, number> = {};
  const share = cpuShare();
  const began = performance.now();
  const ids = post.ids?.values();

  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = openConnection(post.port);
      while (performance.now() < until) {
        const id = ids ? ids.next().value : newId();
        if (id === undefined) break;
        const request = requestOf(post, id);
        const sentAt = performance.now();
        const status = await connection.send(request);
        if (isGood(status)) times.push(performance.now() - sentAt);
        else {
          others[status] = (others[status] ?? 0) + 1;
          if (status === 0) await sleep(10);
        }
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return {
    acknowledged: times.length,
    perSecond: times.length / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    others,
    busy: share(),
  };
}

const PATIENCE = 35_000;

/** `startAt`: milliseconds since 1970 when the first one is due. */
async function openLoop(post: Post, perSecond: number, startAt: number): Promise<OpenLoad> {
  const pool: Connection[] = [];
  const late: number[] = [];
  const share = cpuShare();
  const answers: Promise<OpenLoad['sent'][number]>[] = [];

  const idle = (): Connection => {
    const free = pool.find(({ isBusy }) => !isBusy);
    if (free) return free;
    const opened = openConnection(post.port);
    pool.push(opened);
    return opened;
  };
  // The answers hold nothing up here, so the time counts from when a request went out; `lateP99` tells on the generator.
  const send = async (id: string) => {
    const at = nowMs();
    const connection = idle();
    const patience = setTimeout(() => connection.close(), PATIENCE);
    const status = await connection.send(requestOf(post, id));
    clearTimeout(patience);
    return { at, status, ms: nowMs() - at };
  };

  for (const [index, id] of (post.ids ?? []).entries()) {
    const at = startAt + (index * 1000) / perSecond;
    const early = at - nowMs();
    if (early > 0) await sleep(early);
    late.push(Math.max(0, nowMs() - at));
    answers.push(send(id));
  }
  const busy = share();
  const sent = await Promise.all(answers);
  for (const connection of pool) connection.close();
  return { sent, busy, lateP99: percentile(late, 0.99) };
}

const methods = { closedLoop, openLoop };
export type LoadMethods = typeof methods;

answerParent(methods);
