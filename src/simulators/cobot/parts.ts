// What the routes of Cobot's v1 are made of, and what they share.

import type { Answer, Seen } from '../exchange.ts';
import { ok, type Refusals } from './answers.ts';
import type { CobotSpace, Member } from './space.ts';
import type { CobotViews, View } from './views.ts';
import type { CobotWebhooks } from './webhooks.ts';

export type Parts = {
  space: CobotSpace;
  views: CobotViews;
  webhooks: CobotWebhooks;
  refusals: Refusals;
  token: string;
  scopes: string[];
  /** Requests a window for GET /api/memberships. */
  membershipList: number;
};

export function withMember(
  space: CobotSpace,
  refusals: Refusals,
  { params }: Seen,
  answer: (member: Member) => Answer,
): Answer {
  const member = space.members.get(params['id'] ?? '');
  return member ? answer(member) : refusals.notFound();
}

export function found<T>(thing: T | undefined, refusals: Refusals, view: (thing: T) => View): Answer {
  return thing === undefined ? refusals.notFound() : ok(view(thing));
}
