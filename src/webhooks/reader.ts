// What each kind of webhook makes of its bytes: something to store, or a refusal with the answer that fits.
import type { Opening } from '../access/model.ts';
import type { ErrorAnswer } from '../lib/answer.ts';
import type { JobRequest } from '../queue/queue.ts';
import type { Delivery } from '../store/store.ts';

type Arrived = {
  event: string;
  raw: Buffer;
  contentType: string;
  headers: Record<string, string | undefined>;
  now: number;
};

export type ReadWebhook =
  | {
      ok: true;
      delivery: Pick<Delivery, 'source' | 'event' | 'body' | 'understood' | 'subject'>;
      opening?: Opening;
      jobs: readonly JobRequest[];
    }
  | { ok: false; answer: ErrorAnswer };

export type Reader = {
  /** Asked before the body is read. */
  takesType(contentType: string): boolean;
  read(arrived: Arrived): ReadWebhook;
};
