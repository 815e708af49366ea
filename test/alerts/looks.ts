// Looks at a world that changes, one minute after another, as the service makes them: what was told, in order.
import { advance, type News } from '../../src/alerts/advance.ts';
import type { Alert, Condition, Kind } from '../../src/alerts/alert.ts';

export const MINUTE = 60_000;

export type Told = { at: number; what: News['what']; key: string; kind: Kind; isQuiet: boolean };

export const condition = (kind: Kind, key: string = kind, since = 0): Condition => ({
  key,
  kind,
  since,
  sentence: `${key} is so`,
  who: null,
});

export type Minute = { present: readonly Condition[]; isQuiet: boolean };

/** What is kept in between goes through JSON, as through a restart. */
export function lookThrough(minutes: readonly Minute[]): { told: Told[]; messages: News[][]; alerts: Alert[] } {
  const told: Told[] = [];
  const messages: News[][] = [];
  let alerts: Alert[] = [];
  for (const [minute, { present, isQuiet }] of minutes.entries()) {
    const now = minute * MINUTE;
    const next = advance(alerts, present, { now, isQuiet });
    alerts = JSON.parse(JSON.stringify(next.alerts));
    if (next.news.length > 0) messages.push(next.news);
    for (const { what, alert } of next.news) told.push({ at: now, what, key: alert.key, kind: alert.kind, isQuiet });
  }
  return { told, messages, alerts };
}

export const minutes = (count: number, present: readonly Condition[], isQuiet = false): Minute[] =>
  Array.from({ length: count }, () => ({ present, isQuiet }));
