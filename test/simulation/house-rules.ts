// The operator's rules of a simulated space: as plain data for the oracle, and as the text of access.yaml for the relay.
import { stringify } from 'yaml';

export type Hours = { days?: number[]; from: number; to: number };

export type HouseRule = {
  name: string;
  locks: 'all' | readonly string[];
  plans: 'all' | readonly string[];
  except?: readonly string[];
  passes?: 'required' | 'ignore';
  hours?: readonly Hours[];
  booking?: { resource: string; before: number; after: number };
};

export type HouseRules = {
  rules: readonly HouseRule[];
  cancellation: 'last day in' | 'first day out';
  blocked: readonly string[];
  brake: { members: number; percent: number } | null;
};

export const NEVER_TOUCHED = 'cleaner@example.com';

const DAYS = ['', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const time = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const onDays = ({ days, from, to }: Hours) => ({
  ...(days ? { days: days.map((day) => DAYS[day]) } : {}),
  from: time(from),
  to: time(to),
});
const around = ({ resource, before, after }: NonNullable<HouseRule['booking']>) => ({
  ...(resource === 'all' ? { resources: 'all' } : { resource }),
  before: `${before}m`,
  after: `${after}m`,
});

function ruleAsData({ name, locks, plans, except, passes, hours, booking }: HouseRule) {
  const members = booking && plans === 'all' ? {} : plans === 'all' ? { members: 'all' } : { plans };
  return {
    name,
    locks: locks === 'all' ? ['all'] : locks,
    ...members,
    ...(except ? { except } : {}),
    ...(passes ? { passes } : {}),
    ...(booking ? { booking: around(booking) } : {}),
    ...(hours ? { hours: hours.map(onDays) } : {}),
  };
}

export function asYaml({ rules, cancellation, blocked, brake }: HouseRules): string {
  return stringify({
    version: 1,
    rules: rules.map(ruleAsData),
    cancellation_date: cancellation,
    never_touch: [NEVER_TOUCHED],
    ...(blocked.length > 0 ? { blocked } : {}),
    ...(brake ? { brake } : {}),
  });
}
