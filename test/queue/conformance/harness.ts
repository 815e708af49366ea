// What the parts of the conformance suite share: the way into an engine, and handlers that take notes.
import { onTestFinished } from 'vitest';
import { TransientError } from '../../../src/lib/errors.ts';
import type { Handlers, Job, JobName, JobRequest, Outcome, Queue } from '../../../src/queue/queue.ts';
import type { Transaction } from '../../../src/store/database.ts';
import { handlersWith } from '../jobs.ts';

export type OpenQueue = {
  queue: Queue;
  now(): number;
  /** Lets time pass for the queue, and whatever becomes due in it happen. */
  passTime(ms: number): Promise<void>;
  transaction(work: (within: Transaction) => Promise<void>): Promise<void>;
  /** Closes it and opens what it left, as a restart does. */
  reopen(): Promise<OpenQueue>;
  close(): Promise<void>;
};

export type Engine = {
  name: string;
  open(): Promise<OpenQueue>;
  /** A process of its own adds these, has the first one running, and is killed with signal 9; then opens what it left. */
  openAfterKill(requests: readonly JobRequest[]): Promise<OpenQueue>;
};

const order: JobName[] = ['check-in', 'cobot-check-in', 'reconcile', 'booking', 'link', 'sweep', 'catch-up'];
export const where = { code: 'test', where: 'GET /test', advice: 'Wait.' };
export const away = (retryAfterMs?: number) =>
  new TransientError('Cobot is away', { ...where, effect: 'none', ...(retryAfterMs ? { retryAfterMs } : {}) });

export const minute = 60_000;

/** Handlers that note every job that starts; `act` is what a reconcile does. */
export function recorded(act: (job: Job<'reconcile'>, signal: AbortSignal) => Promise<Outcome> = async () => 'done') {
  const started: Job<'reconcile'>[] = [];
  const handlers = handlersWith({
    reconcile(job, signal) {
      started.push(job);
      return act(job, signal);
    },
  });
  return { started, handlers };
}

/** A door that jobs wait at until it is opened. */
export function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Opens an engine for one test. */
export async function openFor(engine: Engine): Promise<OpenQueue> {
  const opened = await engine.open();
  onTestFinished(opened.close);
  return opened;
}

export function work(queue: Queue, handlers: Handlers, concurrency = 4): void {
  queue.work(handlers, { concurrency, order });
}
