// The worker by itself, on a clock that is put back.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { JobRow } from '../../src/queue/job-table.ts';
import type { JobName } from '../../src/queue/queue.ts';
import { type Round, startWorker } from '../../src/queue/worker.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { handlersWith } from './jobs.ts';

const MINUTE = 60_000;

const row: JobRow = {
  ...{ space: 'north', id: '1', name: 'reconcile', key: 'm1', payload: '{"membershipId":"m1","cause":"test"}' },
  ...{ state: 'running', run_at: 0, attempts: 1, refusals: 0, last_error: null, transient: 0, requested_at: 0 },
  sequence: 1,
};

it('a clock that is put back ends a rest, which would last for as long as it was put back', async () => {
  const clock = createVirtualClock();
  let putBack = 0;
  const now = () => clock.now() - putBack;
  const lookedAt: (readonly JobName[])[] = [];
  const round = async ({ names }: Round) => {
    lookedAt.push(names);
    return { rows: lookedAt.length === 1 ? [row] : [], lookAt: new Map<JobName, number>() };
  };
  const handlers = handlersWith({ reconcile: async () => ({ again: now() + MINUTE, rest: now() + MINUTE }) });
  const nothing = () => undefined;
  const worker = startWorker(
    {
      round,
      clock: { ...clock, now },
      random: () => 0.5,
      onJob: nothing,
      log: { error: nothing },
      doubt: nothing,
      changed: nothing,
    },
    handlers,
    { concurrency: 2, order: ['reconcile'] },
  );
  const rounds = async (count: number) => {
    while (lookedAt.length < count) await turn();
  };

  worker.nudge(['reconcile']);
  await rounds(2);
  const resting = worker.resting();
  putBack = 60 * MINUTE;
  worker.nudge(['reconcile']);
  await rounds(3);
  await worker.stop(0);

  expect(resting).toEqual(['reconcile']);
  expect(lookedAt[1]).not.toContain('reconcile');
  expect(lookedAt[2]).toContain('reconcile');
});
