// What a person is told of, and how each kind behaves: may it wait until the morning, is there something to say once it
// is over, and what it is called where several come together.
import type { Instant } from '../access/model.ts';

export const KINDS = {
  token: { isUrgent: true, recovers: true, many: 'other sides do not let the relay in' },
  sweep: { isUrgent: true, recovers: true, many: 'sweeps are late' },
  webhooks: { isUrgent: false, recovers: true, many: 'kinds of webhooks do not come' },
  hold: { isUrgent: false, recovers: true, many: 'holds wait' },
  jobs: { isUrgent: false, recovers: true, many: 'kinds of jobs are dead' },
  refused: { isUrgent: false, recovers: false, many: 'members were refused at check-in' },
} as const;
export type Kind = keyof typeof KINDS;

/** Something that is the case now. The key says what is the same thing; the sentence may change meanwhile. */
export type Condition = {
  key: string;
  kind: Kind;
  since: Instant;
  sentence: string;
  /** Of whom, for a line that names many; null where it is about nobody. */
  who: string | null;
};

/** A condition that was met, until it is over and that has been told. */
export type Alert = Condition & {
  /** When it was told last; null: not yet. */
  toldAt: Instant | null;
  /** Since when it is no longer so; null: it is so now. */
  goneSince: Instant | null;
};
