// The policy in words, for somebody who does not read YAML. Says what is in force; decides nothing.
import type { Policy, Rule } from '../access/policy.ts';
import type { WeeklySpan } from '../access/spans.ts';
import { counted } from '../lib/wording.ts';

export type NamesOf = { lock: (id: string) => string; plan: (id: string) => string };

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MINUTE = 60_000;

/** "opens Front door and Studio for everybody but Virtual Office, on Monday to Friday from 08:00 to 20:00". */
export function ruleInWords(rule: Rule, names: NamesOf): string {
  const passes =
    rule.passes === 'required'
      ? 'members of limited plans need a day pass that fits'
      : rule.booking === null
        ? 'no day pass is needed'
        : null;
  return [`opens ${locksOf(rule, names)} for ${whomOf(rule, names)}`, hoursOf(rule), passes]
    .filter((part) => part !== null)
    .join('; ');
}

function locksOf({ locks, booking }: Rule, names: NamesOf): string {
  const own = booking?.resources === 'all' ? ['the lock with the name of what is booked'] : [];
  const named = locks === 'all' ? ['every lock'] : locks.map(names.lock);
  return listed([...own, ...named]);
}

function whomOf({ plans, except, booking }: Rule, names: NamesOf): string {
  const members =
    plans === 'all' ? 'every active member' : `members with the plan ${listed(plans.map(names.plan), 'or')}`;
  const but = except.length === 0 ? '' : ` but not ${listed(except.map(names.plan), 'or')}`;
  if (booking === null) return `${members}${but}`;
  const what =
    booking.resources === 'all'
      ? 'anything'
      : listed(
          booking.resources.map(({ name }) => name),
          'or',
        );
  const around = `from ${lengthOf(booking.before)} before until ${lengthOf(booking.after)} after the booking`;
  return `${members}${but} who booked ${what}, ${around}`;
}

function hoursOf({ hours }: Rule): string | null {
  if (hours === null) return null;
  return `only ${listed(hours.map(spanInWords))}`;
}

function spanInWords({ from, until, weekdays }: WeeklySpan): string {
  const end = until === 0 ? '24:00' : clockOf(until);
  const next = until !== 0 && until <= from ? ' of the next day' : '';
  return `${daysInWords(weekdays)} from ${clockOf(from)} to ${end}${next}`;
}

function daysInWords(weekdays: readonly number[]): string {
  const days = [...new Set(weekdays)].toSorted((one, other) => one - other);
  if (days.length === 0 || days.length === 7) return 'every day';
  const [first = 1, last = 1] = [days[0], days.at(-1)];
  if (days.length > 2 && last - first === days.length - 1) return `${dayName(first)} to ${dayName(last)}`;
  return listed(days.map(dayName));
}

const dayName = (day: number): string => DAYS[day - 1] ?? '';
const clockOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function lengthOf(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  return minutes >= 60 && minutes % 60 === 0 ? counted(minutes / 60, 'hour') : counted(minutes, 'minute');
}

function listed(parts: readonly string[], word = 'and'): string {
  if (parts.length < 2) return parts[0] ?? 'nothing';
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1) ?? ''}`;
}

/** Everything of a policy that is no rule. */
export function besidesInWords({ cancellationDate, neverTouch, blocked, brake }: Policy): string[] {
  const members =
    brake.members === null ? '5 persons (in a small space: half of them)' : counted(brake.members, 'person');
  return [
    cancellationDate === 'last day in'
      ? 'On the day of a cancellation the member still has access.'
      : 'On the day of a cancellation the member has no access any more.',
    `When more than ${members} and more than ${brake.percent} % would lose access within an hour, or more than ${brake.atMost} persons, it waits for you.`,
    ...(neverTouch.size === 0 ? [] : [`Left alone, whatever the rules say: ${[...neverTouch].join(', ')}.`]),
    ...(blocked.size === 0 ? [] : [`Blocked, and so without any access: ${[...blocked].join(', ')}.`]),
  ];
}
