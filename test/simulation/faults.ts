// What goes wrong, and how it is done to the simulated sides. Each fault stands for a while, or until it gets calm.

import { fieldOf, type Seen } from '../../src/simulators/exchange.ts';
import { type Action, emptied, lacking, type Saboteur } from '../../src/simulators/sabotage.ts';

export const COBOT_TROUBLES = [
  '429',
  '500',
  '503',
  '401',
  '402',
  '403',
  'reset before',
  'reset after',
  'no answer before',
  'no answer after',
  'lands late',
  'cut',
  'truncated',
  'html',
  'empty',
  'lacking',
  'slow',
  'not there',
] as const;
export type Trouble = (typeof COBOT_TROUBLES)[number];

/** Its lists are believed as they are: what they lack is given once more, and never taken away. */
const NOT_AT_LOCKS: readonly Trouble[] = ['402', 'empty', 'lacking', 'not there'];
export const LOCK_TROUBLES: readonly Trouble[] = COBOT_TROUBLES.filter((what) => !NOT_AT_LOCKS.includes(what));

export const WEBHOOK_TROUBLES = ['lost', 'twice', 'late', 'out of order', 'answer lost'] as const;

/** The lists of the whole space: what one of them lacks is no evidence. */
export const COBOT_LISTS = [
  'GET /api/memberships',
  'GET /api/time_passes/unused',
  'GET /api/work_sessions',
  'GET /api/bookings',
] as const;

export type Fault =
  | {
      kind: 'trouble';
      side: 'cobot' | 'locks';
      what: Trouble;
      on: 'all' | 'reads' | 'writes' | 'check-ins' | 'registrations' | (typeof COBOT_LISTS)[number];
      forMs: number;
      share: number;
      /** Only the first so many requests meet it. */
      times?: number;
      /** Of what lands late: how long after it was sent. */
      lateMs?: number;
    }
  | { kind: 'webhooks'; what: (typeof WEBHOOK_TROUBLES)[number]; forMs: number; share: number; times?: number }
  | { kind: 'crash'; in: 'call' | 'commit'; afterSteps: number; when: 'before' | 'after'; downMs: number }
  | { kind: 'restart'; downMs: number }
  | { kind: 'asleep'; ms: number }
  | { kind: 'wrong clock'; by: number; forMs: number }
  | { kind: 'down'; side: 'cobot' | 'locks'; forMs: number };

const KINDS: ReadonlySet<string> = new Set<Fault['kind']>([
  'trouble',
  'webhooks',
  'crash',
  'restart',
  'asleep',
  'wrong clock',
  'down',
]);

export const isFault = <T extends { kind: string }>(happening: T): happening is Extract<T, Fault> =>
  KINDS.has(happening.kind);

/** As it is counted. */
export const crashName = ({ at, when }: { at: 'call' | 'commit'; when: 'before' | 'after' }): string =>
  `crash at a ${at}, ${when} it takes effect`;

const MINUTE = 60_000;
const HTML = '<html><body>We will be back soon.</body></html>';

const actions: Record<Exclude<Trouble, 'lacking' | 'lands late'>, Action> = {
  '429': { kind: 'answer', status: 429, json: {}, headers: { 'retry-after': '45' } },
  '500': { kind: 'answer', status: 500, html: HTML },
  '503': { kind: 'answer', status: 503, json: {}, headers: { 'retry-after': '20' } },
  '401': { kind: 'answer', status: 401, json: {} },
  '402': { kind: 'answer', status: 402, json: {} },
  '403': { kind: 'answer', status: 403, json: {} },
  'reset before': { kind: 'reset', when: 'before' },
  'reset after': { kind: 'reset', when: 'after' },
  'no answer before': { kind: 'hang', when: 'before' },
  'no answer after': { kind: 'hang', when: 'after' },
  cut: { kind: 'cut' },
  truncated: { kind: 'truncate' },
  html: { kind: 'answer', status: 200, html: HTML },
  empty: { kind: 'replace', data: emptied },
  slow: { kind: 'delay', ms: 4000, when: 'before' },
  'not there': { kind: 'answer', status: 404, json: {} },
};

/** `stays`: a membership that no list may lack for the time being, since it has no end. */
export function strike(
  side: { sabotage: Saboteur['sabotage'] },
  fault: Extract<Fault, { kind: 'trouble' }>,
  stays: (membershipId: string) => boolean,
) {
  const { share, times } = fault;
  const limit = times === undefined ? { share } : { share, times };
  return side.sabotage((request) => isMeant(request, fault, stays), actionOf(fault), limit);
}

function actionOf({ what, lateMs = 22_000 }: Extract<Fault, { kind: 'trouble' }>): Action {
  if (what === 'lacking') return lackingSome;
  // Beyond the time-out, and within the half minute after it in which it may still land.
  if (what === 'lands late') return { kind: 'delay', ms: lateMs, when: 'before' };
  return actions[what];
}

/** By its id, so that the same thing is lacking for as long as it lasts. */
const lackingSome: Action = {
  kind: 'replace',
  data: lacking((item) => {
    const id = String(fieldOf(item, 'id'));
    return id.charCodeAt(id.length - 1) % 3 === 0;
  }),
};

function isMeant(
  { method, endpoint, params }: Seen,
  { on, what }: Extract<Fault, { kind: 'trouble' }>,
  stays: (membershipId: string) => boolean,
): boolean {
  // Of one membership that is on the list: two lies about the same thing are more than anybody can see through.
  if (what === 'not there') return endpoint === 'GET /api/memberships/:id' && stays(params['id'] ?? '');
  if (on === 'all') return true;
  if (on === 'reads') return method === 'GET';
  if (on === 'writes') return method !== 'GET';
  if (on === 'registrations') return /^POST .*\/users$/.test(endpoint);
  if (on === 'check-ins') return method === 'POST' && /check_ins|work_sessions/.test(endpoint);
  return endpoint === on;
}

/** It may be seen for so long after its end: waits grow up to five minutes, jittered. */
export const AFTERMATH = 12 * MINUTE;
