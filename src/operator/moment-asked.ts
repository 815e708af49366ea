// The moment that a question is about, and how far an answer about another moment than now can be trusted.
import type { Calendar } from '../access/calendar.ts';
import type { Instant } from '../access/model.ts';
import { isoTime } from '../lib/wording.ts';
import { reachOfFacts } from '../sync/why.ts';
import { momentOf } from './moments.ts';
import type { OperatorApp } from './parts.ts';

export async function momentAsked(text: string | null, { parts }: Pick<OperatorApp, 'parts'>) {
  const { calendar } = await parts.space();
  const now = parts.clock.now();
  const at = text === null ? undefined : momentOf(text, calendar.zone, now);
  const answer = {
    zone: calendar.zone,
    at: isoTime(at ?? now),
    note: at === undefined ? null : noteOn(at, now, calendar),
  };
  return { at, answer };
}

function noteOn(at: Instant, now: Instant, calendar: Calendar): string | null {
  const { from, until } = reachOfFacts(calendar, now);
  const known = `bookings, passes and check-ins are known from ${calendar.show(from)} to ${calendar.show(until)}`;
  if (at < from || at >= until)
    return `${known}; beyond that this is only what memberships, plans and hours say now, and the lock system is not asked`;
  if (at < now - 60_000) return `judged by the facts and rules of now; ${known}, and a pass used since is not seen`;
  return null;
}
