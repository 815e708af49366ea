// Jobs and handlers for queue tests.
import type { Handlers, JobRequest, Outcome } from '../../src/queue/queue.ts';

export function reconcile(id: string, more: { cause?: string; runAt?: number } = {}): JobRequest {
  const { cause = 'test', ...rest } = more;
  return { name: 'reconcile', key: id, payload: { membershipId: id, cause }, ...rest };
}

export function handlersWith(some: Partial<Handlers> = {}): Handlers {
  const done = async (): Promise<Outcome> => 'done';
  return {
    reconcile: done,
    sweep: done,
    'check-in': done,
    boundary: done,
    booking: done,
    'cobot-check-in': done,
    link: done,
    'catch-up': done,
    'alert-look': done,
    alert: done,
    ...some,
  };
}
