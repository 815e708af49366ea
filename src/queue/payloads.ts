// A stored job as the job that it was: name and payload are checked when they come back from the database.
import { z } from 'zod';
import type { Job, JobName, JobPayloads } from './queue.ts';

const cause = z.string();

const payloads: { [N in JobName]: z.ZodType<JobPayloads[N]> } = {
  reconcile: z.object({ membershipId: z.string(), cause }),
  sweep: z.object({ cause, burst: z.literal(true).exactOptional() }),
  'check-in': z.object({ lockUserId: z.string() }),
  boundary: z.record(z.string(), z.never()),
  booking: z.object({ bookingId: z.string(), membershipId: z.string().nullable(), cause }),
  'cobot-check-in': z.object({ checkInId: z.string(), cause }),
  link: z.object({ lockUserId: z.string() }),
  'catch-up': z.object({ cause }),
  'alert-look': z.record(z.string(), z.never()),
  alert: z.object({ channel: z.string(), at: z.number(), title: z.string(), text: z.string() }),
};

export const jobNames = Object.keys(payloads).filter(isJobName);

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(payloads, name);
}

/** Throws where this version knows no such job. */
export function readJob(row: {
  id: string;
  name: string;
  key: string;
  payload: string;
  attempts: number;
  requested_at: number;
  sequence: number;
}): Job {
  const { id, name, key, sequence } = row;
  if (!isJobName(name)) throw new Error(`Job ${id} has a name that this version does not know: ${name}`);
  const payload = payloads[name].safeParse(JSON.parse(row.payload));
  if (!payload.success) throw new Error(`Job ${id} (${name}) has a payload that this version does not understand`);
  return { id, name, key, payload: payload.data, attempt: row.attempts, requestedAt: row.requested_at, sequence };
}
