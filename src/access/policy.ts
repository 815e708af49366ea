// The operator's rules: the schema of access.yaml and the form in which the decision uses them. policy-load.ts reads it,
// policy-json.ts makes a JSON Schema of it for editors, which show the descriptions.
import { z } from 'zod';
import type { Resource } from './model.ts';
import type { WeeklySpan } from './spans.ts';

const MINUTE = 60_000;
const LONGEST_LEAD = 24 * 60 * MINUTE;
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** The first three letters of a day, in any case, as a pattern. */
const anyCase = (day: string): string =>
  [...day.slice(0, 3)].map((letter) => `[${letter}${letter.toUpperCase()}]`).join('');

const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  // For editors, as every meta(): an id may look like a number.
  .meta({ type: ['string', 'number'] });
const email = name
  .refine((text) => text.includes('@'), 'must be an email address')
  .transform((text) => text.toLowerCase());

/** "10m", "1h", "1h30m", "90s" or "0". */
const duration = z
  .string()
  .trim()
  .refine((text) => text === '0' || /^(?=.)(\d+h)?(\d+m)?(\d+s)?$/.test(text), {
    message: 'must be a duration such as 10m, 1h or 1h30m',
    abort: true,
  })
  .transform((text) => {
    const part = (unit: string) => Number(new RegExp(`(\\d+)${unit}`).exec(text)?.[1] ?? 0);
    return (part('h') * 60 + part('m')) * MINUTE + part('s') * 1000;
  })
  // Bookings are read from a day before to a day after: a longer one would be seen too late, or forgotten too early.
  .refine((length) => length <= LONGEST_LEAD, 'must not be longer than 24h')
  .meta({
    type: ['string', 'number'],
    maximum: 0,
    minimum: 0,
    pattern: '^\\s*(0|(?=\\d)(\\d+h)?(\\d+m)?(\\d+s)?)\\s*$',
  });

/** "08:00" to "24:00", as minutes of the local day. */
const timeOfDay = z
  .string()
  .trim()
  .refine((text) => /^([01]?\d|2[0-3]):[0-5]\d$|^24:00$/.test(text), {
    message: 'must be a time of day such as "08:00"',
    abort: true,
  })
  .transform((text) => {
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    return hours * 60 + minutes;
  })
  .meta({ pattern: '^\\s*(([01]?\\d|2[0-3]):[0-5]\\d|24:00)\\s*$' });

/** "mon", "Tues" or "wednesday", as 1 = Monday ... 7 = Sunday. */
const weekday = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .transform((text) => (text.length < 3 ? 0 : WEEKDAYS.findIndex((day) => day.startsWith(text)) + 1))
  .refine((day) => day > 0, `must be one of ${WEEKDAYS.map((day) => day.slice(0, 3)).join(', ')}`)
  // The short names to choose from, and whatever else begins like a day.
  .meta({
    anyOf: [{ enum: WEEKDAYS.map((day) => day.slice(0, 3)) }, { pattern: `^(${WEEKDAYS.map(anyCase).join('|')})` }],
  });

const hours = z
  .strictObject({
    days: z.array(weekday).min(1).optional().describe('The days on which it begins: [mon, tue]. Left out: every day.'),
    from: timeOfDay.describe('Local time of the space, in quotes: "08:00".'),
    to: timeOfDay.describe('Up to here; at or before "from" it is on the next day. "24:00" is the end of the day.'),
  })
  .refine(({ from, to }) => from !== to && from < 1440, {
    message: 'from and to must differ, and from must be before 24:00',
    path: ['to'],
  })
  .transform(
    ({ days, from, to }): WeeklySpan => ({
      from,
      until: to === 1440 ? 0 : to,
      weekdays: days ?? [],
    }),
  );

const booking = z
  .strictObject({
    resource: name.optional().describe('One resource, by its name or id on Cobot.'),
    resources: z
      .literal('all')
      .optional()
      .describe('Instead of "resource": every one; each opens the lock that has its name.'),
    before: duration.default(0).describe('Opens so long before a booking begins: 10m, 1h30m. At most 24h.'),
    after: duration.default(0).describe('Stays open so long after a booking ends: 5m. At most 24h.'),
  })
  .refine(({ resource, resources }) => (resource === undefined) !== (resources === undefined), {
    message: 'name one resource, or say resources: all',
  })
  .meta({ oneOf: [{ required: ['resource'] }, { required: ['resources'] }] });

const rule = z
  .strictObject({
    name: name.describe('What the rule is called; it is shown as the reason.'),
    locks: z
      .array(name)
      .min(1)
      .optional()
      .describe('The locks that it opens, by name or id in the lock system. [all] = every lock.'),
    members: z.literal('all').optional().describe('all: every active member. Instead of "plans".'),
    plans: z
      .array(name)
      .min(1)
      .optional()
      .describe('Only members with one of these plans, by name or id of the plan on offer on Cobot.'),
    except: z.array(name).min(1).optional().describe('Plans that this rule leaves out.'),
    passes: z
      .enum(['required', 'ignore'])
      .optional()
      .describe(
        'Do members of limited plans need a day pass that can be used now? Left out: required; ignore in a booking rule.',
      ),
    hours: z.array(hours).min(1).optional().describe('Only at these times. Left out: at any time.'),
    booking: booking
      .optional()
      .describe('Only for who has booked, around the time of the booking, which is paid by itself.'),
  })
  .refine((each) => each.locks !== undefined || each.booking?.resources === 'all', {
    message: 'name the locks that it opens; [all] = every lock',
    path: ['locks'],
  })
  .refine((each) => !(each.members !== undefined && each.plans !== undefined), {
    message: 'either members: all or plans, not both',
    path: ['plans'],
  })
  .refine((each) => each.members !== undefined || each.plans !== undefined || each.booking !== undefined, {
    message: 'say whose rule it is: members: all, plans: [...] or booking: {...}',
  })
  .meta({
    allOf: [
      { anyOf: [{ required: ['members'] }, { required: ['plans'] }, { required: ['booking'] }] },
      {
        anyOf: [
          { required: ['locks'] },
          { required: ['booking'], properties: { booking: { required: ['resources'] } } },
        ],
      },
    ],
    not: { required: ['members', 'plans'] },
  });

/** Text in digits; an empty one is no 0. */
const digits = (raw: unknown) =>
  typeof raw === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(raw) ? Number(raw) : Number.NaN;
const NUMBER = 'must be a number, 0 or more';
const count = z.preprocess(digits, z.number(NUMBER).int('must be a whole number').min(0, NUMBER));
const brake = z.strictObject({
  members: count
    .optional()
    .describe('So many persons may lose access within an hour. Left out: 5, in a small space half of who has access.'),
  percent: z
    .preprocess(digits, z.number(NUMBER).min(0, NUMBER).max(100, 'must not be above 100'))
    .default(10)
    .describe('And so many percent of all who have access through the relay: held is what is above both. Default: 10.'),
  at_most: count
    .default(50)
    .describe('Never more than so many persons within an hour, whatever the percentage. Default: 50.'),
});

/** The schema of access.yaml; every scalar of the file arrives as text. */
export const policySchema = z.strictObject({
  version: z.preprocess(digits, z.literal(1, 'must be 1')).describe('The version of this format: 1.'),
  rules: z
    .array(rule)
    .min(1, 'needs at least one rule')
    .describe("A person's access is everything that any rule gives."),
  cancellation_date: z
    .enum(['last day in', 'first day out'])
    .default('last day in')
    .describe('Is the day of a cancellation the last one with access, or the first one without?'),
  never_touch: z
    .array(email)
    .default([])
    .describe('Email addresses of lock users that the relay leaves alone, even if a member has the address.'),
  blocked: z
    .array(email)
    .default([])
    .describe('Email addresses that get nothing: at once, whatever the rules and the brake say.'),
  brake: brake.prefault({}).describe('More losses of access than this within an hour wait for a person.'),
});
export type PolicyDraft = z.output<typeof policySchema>;
export type RuleDraft = PolicyDraft['rules'][number];

export type Brake = {
  /** null: 5, but in a small space half of the managed persons. */
  members: number | null;
  percent: number;
  atMost: number;
};

/** A rule with its names resolved to ids. */
export type Rule = {
  name: string;
  locks: 'all' | readonly string[];
  /** Ids of plans on offer. */
  plans: 'all' | readonly string[];
  except: readonly string[];
  passes: 'required' | 'ignore';
  hours: readonly WeeklySpan[] | null;
  booking: {
    resources: 'all' | readonly Resource[];
    /** Milliseconds of lead and lag. */
    before: number;
    after: number;
    /** resources: all opens the lock of the resource's name. */
    lockOf: ReadonlyMap<string, string>;
  } | null;
};

export type Policy = {
  rules: readonly Rule[];
  cancellationDate: 'last day in' | 'first day out';
  /** Emails in lower case. */
  neverTouch: ReadonlySet<string>;
  blocked: ReadonlySet<string>;
  brake: Brake;
};

/** Without a file: every active member may open every lock, and limited plans need a pass. */
export const defaultPolicy: Policy = {
  rules: [
    {
      name: 'Every active member may open every lock',
      locks: 'all',
      plans: 'all',
      except: [],
      passes: 'required',
      hours: null,
      booking: null,
    },
  ],
  cancellationDate: 'last day in',
  neverTouch: new Set(),
  blocked: new Set(),
  brake: { members: null, percent: 10, atMost: 50 },
};

/** Which kinds of facts the policy makes access depend on, beside memberships. */
export function factsNeeded(policy: Policy): { passes: boolean; bookings: boolean } {
  return {
    passes: policy.rules.some((each) => each.passes === 'required'),
    bookings: policy.rules.some((each) => each.booking !== null),
  };
}
