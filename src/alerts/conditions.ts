// Reads what a person has to be told of, out of what the relay knows at this moment. Pure; numbers rather than names,
// except where it is about somebody. Never an email address: alerts go to places that are not the relay's.
import type { Instant } from '../access/model.ts';
import { counted } from '../lib/wording.ts';
import type { Condition } from './alert.ts';

const HOUR = 3_600_000;

export type Situation = {
  /** null: none yet. */
  lastGoodSweep: Instant | null;
  /** When this store was made. */
  madeAt: Instant;
  /** Of the space, as the last sweep found them. */
  problems: readonly { kind: string; sentence: string; since: Instant }[];
  /** Sides that do not let the relay in. */
  refusedBy: readonly { side: string; since: Instant; sentence: string }[];
  held: readonly { lockUserId: string; heldAt: Instant }[];
  dead: readonly { name: string; requestedAt: Instant; lastError: string | null }[];
  /** Check-ins that Cobot refused and whose day is not over. */
  refused: readonly { membershipId: string; name: string | null; at: Instant; words: string }[];
};

export function conditionsOf(situation: Situation, now: Instant): Condition[] {
  return [
    ...tokens(situation),
    ...sweep(situation, now),
    ...webhooks(situation),
    ...hold(situation),
    ...jobs(situation),
    ...refusals(situation),
  ];
}

function tokens({ refusedBy }: Situation): Condition[] {
  return refusedBy.map(({ side, since, sentence }) => ({
    key: `token:${side}`,
    kind: 'token',
    since,
    sentence: `${sentence}. Until then access stays as it is`,
    who: null,
  }));
}

function sweep({ lastGoodSweep, madeAt, problems }: Situation, now: Instant): Condition[] {
  const since = lastGoodSweep ?? madeAt;
  if (now - since <= HOUR) return [];
  const why = problems.find(({ kind }) => kind === 'sweep')?.sentence;
  const sentence = `No sweep of the whole space has got through for ${hours(now - since)}${why ? `: ${why}` : ''}`;
  return [{ key: 'sweep', kind: 'sweep', since, sentence, who: null }];
}

const hours = (ms: number) => {
  const count = Math.floor(ms / HOUR);
  return count === 1 ? 'an hour' : `${count} hours`;
};

function webhooks({ problems }: Situation): Condition[] {
  return problems
    .filter(({ kind }) => kind === 'webhooks')
    .slice(0, 1)
    .map(({ sentence, since }) => ({
      key: 'webhooks',
      kind: 'webhooks',
      since,
      sentence: `Webhooks from Cobot do not come: ${sentence}. Until then the sweep finds what changes`,
      who: null,
    }));
}

function hold({ held }: Situation): Condition[] {
  if (held.length === 0) return [];
  const persons = new Set(held.map(({ lockUserId }) => lockUserId)).size;
  const sentence = `The brake holds ${counted(held.length, 'loss', 'losses')} of ${counted(persons, 'person')}: they keep their access until somebody decides ("relay holds")`;
  const since = Math.min(...held.map(({ heldAt }) => heldAt));
  return [{ key: 'hold', kind: 'hold', since, sentence, who: null }];
}

function jobs({ dead }: Situation): Condition[] {
  if (dead.length === 0) return [];
  const names = [...new Set(dead.map(({ name }) => name))].join(', ');
  const why = dead.find(({ lastError }) => lastError !== null)?.lastError;
  const sentence = `${counted(dead.length, 'job')} dead (${names})${why ? `, one of them by: ${why}` : ''}. "relay jobs" says more`;
  return [{ key: 'jobs', kind: 'jobs', since: Math.min(...dead.map((job) => job.requestedAt)), sentence, who: null }];
}

function refusals({ refused }: Situation): Condition[] {
  return refused.map(({ membershipId, name, at, words }) => {
    const who = name?.trim() || `membership ${membershipId}`;
    const sentence = `${who} was refused at check-in: ${words}`;
    return { key: `refused:${membershipId}`, kind: 'refused', since: at, sentence, who };
  });
}
