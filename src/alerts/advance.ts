// From what is the case now and what was told, to what is to be told now. Pure: the same alert is told once until it is
// over, then that is; what may wait waits for the end of the quiet hours; what comes in numbers comes together.
//
//            not told yet                       told
//   is so    told, as soon as it may be         told again after a day
//   over     for five minutes: told as past     for five minutes: told to be over, where there is something to say
import type { Instant } from '../access/model.ts';
import { type Alert, type Condition, KINDS, type Kind } from './alert.ts';

const MINUTE = 60_000;
/** What comes and goes is one alert, not many. */
const SETTLED_AFTER = 5 * MINUTE;
const REMIND_AFTER = 24 * 60 * MINUTE;
/** What comes one by one is gathered for so long after the last message about its kind. */
const GATHERED_FOR = 15 * MINUTE;

export type News = { what: 'new' | 'still' | 'over' | 'past'; alert: Alert };

export function advance(
  alerts: readonly Alert[],
  conditions: readonly Condition[],
  { now, isQuiet }: { now: Instant; isQuiet: boolean },
): { alerts: Alert[]; news: News[] } {
  const before = new Map(alerts.map((alert) => [alert.key, alert]));
  const present = new Set(conditions.map(({ key }) => key));
  const current = [
    ...conditions.map((condition) => ({
      ...condition,
      since: before.get(condition.key)?.since ?? condition.since,
      toldAt: before.get(condition.key)?.toldAt ?? null,
      goneSince: null,
    })),
    ...alerts.filter(({ key }) => !present.has(key)).map((alert) => ({ ...alert, goneSince: alert.goneSince ?? now })),
  ];
  const isGathering = (kind: Kind) =>
    alerts.some((alert) => alert.kind === kind && alert.toldAt !== null && now - alert.toldAt < GATHERED_FOR);

  const news: News[] = [];
  const kept: Alert[] = [];
  for (const alert of current) {
    const what = whatToTell(alert, now);
    const { isUrgent } = KINDS[alert.kind];
    const waits = (isQuiet && !isUrgent) || (what === 'new' && isGathering(alert.kind));
    if (what === null || (waits && what !== 'nothing')) {
      kept.push(alert);
      continue;
    }
    const told = { ...alert, toldAt: now };
    if (what !== 'nothing') news.push({ what, alert: told });
    if (alert.goneSince === null) kept.push(told);
  }
  return { alerts: kept, news };
}

/** null: nothing now. 'nothing': it is over, and nobody has to hear of that. */
function whatToTell({ kind, toldAt, goneSince }: Alert, now: Instant): News['what'] | 'nothing' | null {
  if (goneSince === null) {
    if (toldAt === null) return 'new';
    return now - toldAt >= REMIND_AFTER && KINDS[kind].recovers ? 'still' : null;
  }
  if (now - goneSince < SETTLED_AFTER) return null;
  if (toldAt === null) return 'past';
  return KINDS[kind].recovers ? 'over' : 'nothing';
}
