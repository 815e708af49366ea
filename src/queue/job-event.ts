// What became of one try of a job: for logs and metrics, told once it is durable.
import type { Instant } from '../access/model.ts';
import type { Ending } from './job-table.ts';

export type JobEvent = {
  id: string;
  name: string;
  key: string;
  /** 1 at the first try. */
  attempt: number;
  requestedAt: Instant;
  /** How long this try took, in milliseconds. */
  took: number;
} & (
  | { outcome: 'done' }
  /** Waits for `runAt`, without having failed. */
  | { outcome: 'again'; runAt: Instant }
  /** Failed, and is tried again at `runAt`. */
  | { outcome: 'retried'; runAt: Instant; error: unknown }
  /** Failed for the last time: waits for a person. */
  | { outcome: 'dead'; error: unknown }
  /** Stopped with the service: waits for its next start. */
  | { outcome: 'handed back' }
);

export function toJobEvent(ending: Ending, took: number): JobEvent {
  const { id, name, key, attempts, requested_at } = ending.row;
  const job = { id, name, key, attempt: attempts, requestedAt: requested_at, took };
  switch (ending.outcome) {
    case 'done':
    case 'handed back':
      return { ...job, outcome: ending.outcome };
    case 'again':
      return { ...job, outcome: 'again', runAt: ending.runAt };
    case 'failed':
      return ending.after.next === 'dead'
        ? { ...job, outcome: 'dead', error: ending.error }
        : { ...job, outcome: 'retried', runAt: ending.after.runAt, error: ending.error };
  }
}
