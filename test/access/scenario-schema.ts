// The tables in scenarios/*.yaml as data. Everything is checked while it is read: a word that nobody knows, a lock that
// the file does not name or a time that is not on the clock fails the file, and never passes in silence.
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

const text = z.string().trim().min(1);
const yes = z.enum(['yes', 'no']).transform((word) => word === 'yes');
const texts = z.union([z.array(text), text.transform((one) => [one])]);

const planSpelled = z.strictObject({
  /** What the member's own copy of the plan is called. */
  name: text,
  /** The plan on offer that it comes from; "nothing": none. */
  of: text,
  'changes on': text.optional(),
});
const plan = z.union([text.transform((name) => ({ name, of: name })), planSpelled]);

const span = z.strictObject({ from: text, to: text, days: z.array(text).optional() });
const duration = z.strictObject({ lasts: text, days: z.array(text).optional() });
const pass = z.strictObject({
  name: text.default('Day Pass'),
  bought: text.optional(),
  expires: text.optional(),
  used: text.optional(),
  hours: z.array(z.union([span, duration])).default([]),
  /** Another membership of the team. */
  of: text.optional(),
});
const checkIn = z.strictObject({ from: text, until: text, of: text.optional() });
const booking = z.strictObject({
  id: text.optional(),
  room: text,
  from: text,
  until: text,
  by: z.union([z.literal('nobody'), text]).optional(),
});
const unknown = z.strictObject({ unknown: text });
const orUnknown = <T extends z.ZodType>(item: T) => z.union([z.array(item), unknown]).default([]);

const member = z.strictObject({
  id: text.optional(),
  /** "none": Cobot has no address. */
  email: text.optional(),
  login: text.optional(),
  team: text.optional(),
  confirmed: yes.default(true),
  deleted: yes.default(false),
  starts: text.default('2026-01-01'),
  'canceled to': text.optional(),
  plan,
  'next plan': plan.optional(),
  passes: orUnknown(pass),
  'check-ins': orUnknown(checkIn),
  bookings: orUnknown(booking),
  refused: z.strictObject({ at: text, words: text }).optional(),
  /** The lock user that the relay knows to be this member's. */
  linked: text.optional(),
});

const expectedLock = z
  .strictObject({
    opens: texts.optional(),
    because: texts.optional(),
    shut: texts.optional(),
    unsure: text.optional(),
  })
  .refine((lock) => lock.opens !== undefined || lock.shut !== undefined || lock.unsure !== undefined, {
    message: 'say what is expected: opens, shut or unsure',
  })
  .refine((lock) => (lock.opens === undefined) === (lock.because === undefined), {
    message: 'opens and because belong together',
  })
  .refine((lock) => lock.shut === undefined || (lock.opens === undefined && lock.unsure === undefined), {
    message: 'a lock that is shut neither opens nor is unsure',
  });
const expectedLocks = z.record(text, expectedLock);

const expectedPerson = z.strictObject({
  members: z.array(text),
  ended: z.array(text).default([]),
  /** "new": one is registered. */
  'lock user': text,
  origin: z.enum(['made', 'adopted']).optional(),
  locks: expectedLocks,
});

const scenario = z
  .strictObject({
    name: text,
    now: text,
    zone: text.optional(),
    policy: text.optional(),
    members: z.array(member).min(1),
    'lock users': z.array(z.strictObject({ id: text, email: text, made: yes.default(true) })).optional(),
    expect: expectedLocks.optional(),
    'expect persons': z.array(expectedPerson).optional(),
    problems: z.record(text, text).default({}),
  })
  .refine((each) => (each.expect === undefined) !== (each['expect persons'] === undefined), {
    message: 'either expect or expect persons',
  })
  .refine((each) => (each['expect persons'] === undefined) === (each['lock users'] === undefined), {
    message: 'expect persons and lock users belong together',
  });

const table = z.strictObject({
  zone: text,
  locks: z.array(text).min(1),
  rooms: z.array(text).default([]),
  /** "unlimited", "limited", "limited, new passes every week" or "... every month". */
  plans: z.record(
    text,
    z.enum(['unlimited', 'limited', 'limited, new passes every week', 'limited, new passes every month']),
  ),
  policy: text,
  cases: z.array(scenario).min(1),
});

export type Table = z.output<typeof table>;
export type Scenario = Table['cases'][number];
export type MemberSpelled = Scenario['members'][number];
export type ExpectedLocks = z.output<typeof expectedLocks>;
export type PassHoursSpelled = z.output<typeof span> | z.output<typeof duration>;
export type PlanSpelled = MemberSpelled['plan'];

/** Throws with file, line and the way to the mistake. */
export function readTable(path: string, content = readFileSync(path, 'utf8')): Table {
  const lines = new LineCounter();
  const document = parseDocument(content, { schema: 'failsafe', lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw new Error(`${path}: ${broken.message}`);
  const read = table.safeParse(document.toJS());
  if (read.success) return read.data;
  const mistakes = read.error.issues.map((issue) => {
    const node = document.getIn(issue.path, true);
    const offset = node && typeof node === 'object' && 'range' in node && Array.isArray(node.range) ? node.range[0] : 0;
    return `${path}, line ${lines.linePos(Number(offset)).line}: ${issue.path.join(' > ')}: ${issue.message}`;
  });
  throw new Error(mistakes.join('\n'));
}
