// Runs one scenario against the real decision and says in words what came out differently. No differences: it holds.
import { type Calendar, createCalendar } from '../../src/access/calendar.ts';
import { type Decision, decide } from '../../src/access/decide.ts';
import { whyNotAt } from '../../src/access/guard.ts';
import type { Instant, Known, MemberFacts, PassSpan, PlanCopy, TimePass, Window } from '../../src/access/model.ts';
import { groupPersons } from '../../src/access/persons.ts';
import type { Policy } from '../../src/access/policy.ts';
import { parsePolicy, resolvePolicy } from '../../src/access/policy-load.ts';
import type {
  ExpectedLocks,
  MemberSpelled,
  PassHoursSpelled,
  PlanSpelled,
  Scenario,
  Table,
} from './scenario-schema.ts';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const idOf = (kind: string, name: string) => `${kind}-${name.toLowerCase().replaceAll(' ', '-')}`;

type World = {
  table: Table;
  policy: Policy;
  zone: string;
  calendar: Calendar;
  now: Instant;
  locks: { id: string; name: string }[];
};

/** What came out differently; throws where the scenario itself makes no sense. */
export function judge(table: Table, scenario: Scenario): string[] {
  const world = worldOf(table, scenario);
  const { policy, calendar, now } = world;
  const facts = scenario.members.map((member, index) => factsOf(member, index, world));
  if (scenario.expect !== undefined) {
    const decision = decide(facts, facts[0]?.membership.email ?? null, world);
    return differences(scenario.expect, decision, world);
  }
  const users = (scenario['lock users'] ?? []).map(({ id, email }) => ({ id, email, name: null, externalId: null }));
  const made = new Set(scenario['lock users']?.filter((each) => each.made).map(({ id }) => id));
  const links = scenario.members.flatMap(({ linked }, index) =>
    linked === undefined
      ? []
      : [[facts[index]?.membership.id ?? '', { lockUserId: linked, origin: 'made' as const }] as const],
  );
  const { persons, problems } = groupPersons(
    facts.map(({ membership }) => membership),
    {
      links: new Map(links),
      users,
      isOurs: ({ id }) => made.has(id),
      neverTouch: policy.neverTouch,
      reading: policy.cancellationDate,
      calendar,
      now,
    },
  );
  const expected = scenario['expect persons'] ?? [];
  const ids = (memberships: readonly { id: string }[]) => memberships.map(({ id }) => id).join(', ') || 'nobody';
  const found = persons.map((person) => {
    const spelled = `${ids(person.memberships)} (ended: ${ids(person.ended)})`;
    const wanted = expected.find(
      (each) => spelled === `${each.members.join(', ') || 'nobody'} (ended: ${each.ended.join(', ') || 'nobody'})`,
    );
    if (!wanted) return [`a person of ${spelled}, whom nobody expected`];
    const members = facts.filter(({ membership }) =>
      [...person.memberships, ...person.ended].some(({ id }) => id === membership.id),
    );
    return [
      ...differ(`lock user of ${spelled}`, wanted['lock user'], person.lockUser?.id ?? 'new'),
      ...(wanted.origin === undefined ? [] : differ(`origin of ${spelled}`, wanted.origin, person.origin)),
      ...differences(wanted.locks, decide(members, person.email, world), world).map((each) => `${spelled}: ${each}`),
    ];
  });
  const shown = Object.fromEntries(problems.map(({ membershipId, sentence }) => [membershipId, sentence]));
  return [
    ...found.flat(),
    ...(persons.length === expected.length ? [] : [`${expected.length} persons expected, ${persons.length} found`]),
    ...differ('problems', JSON.stringify(sorted(scenario.problems)), JSON.stringify(sorted(shown))),
  ];
}

const sorted = (record: Record<string, string>) => Object.entries(record).toSorted();
const differ = (what: string, expected: string, found: string | null) =>
  expected === found ? [] : [`${what}: expected ${expected}, found ${found}`];

function differences(expected: ExpectedLocks, decision: Decision, world: World): string[] {
  const { table, calendar } = world;
  const unnamed = table.locks.filter((lock) => expected[lock] === undefined);
  const unheard = Object.keys(expected).filter((lock) => !table.locks.includes(lock));
  if (unnamed.length > 0) throw new Error(`nothing is expected at ${unnamed.join(', ')}`);
  if (unheard.length > 0) throw new Error(`the table has no lock ${unheard.join(', ')}`);
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const lockId = idOf('lock', name);
    const grants = decision.grants.filter((each) => each.lockId === lockId);
    const windows = (wanted.opens ?? []).map((each) => writeWindow(readWindow(each, calendar.zone), calendar.zone));
    const because = wanted.because?.length === 1 ? windows.map(() => wanted.because?.[0]) : (wanted.because ?? []);
    return [
      ...differ(`${name} opens`, spell(windows), spell(grants.map((each) => writeWindow(each, calendar.zone)))),
      ...differ(`${name} opens because`, spell(because), spell(grants.map(({ reason }) => reason))),
      ...differ(`${name} is unsure`, wanted.unsure ?? 'no', decision.uncertain.get(lockId) ?? 'no'),
      ...(wanted.shut === undefined
        ? []
        : differ(`${name} is shut`, wanted.shut.toSorted().join('; '), whyNotAt(decision, lockId))),
    ];
  });
}

const spell = (items: readonly (string | undefined)[]) => (items.length === 0 ? 'never' : items.join(' | '));

function worldOf(table: Table, scenario: Scenario): World {
  const zone = scenario.zone ?? table.zone;
  const locks = table.locks.map((name) => ({ id: idOf('lock', name), name }));
  const parsed = parsePolicy(scenario.policy ?? table.policy);
  if (!parsed.ok) throw new Error(`policy: ${parsed.mistakes.map(({ message }) => message).join('; ')}`);
  const resolved = resolvePolicy(parsed.draft, {
    plans: Object.keys(table.plans).map((name) => ({ id: idOf('plan', name), name })),
    resources: table.rooms.map((name) => ({ id: idOf('room', name), name })),
    locks,
  });
  if (resolved.state !== 'resolved') throw new Error(`policy: ${JSON.stringify(resolved)}`);
  const now = readTime(scenario.now, zone);
  return { table, policy: resolved.policy, zone, calendar: createCalendar(zone), now, locks };
}

function factsOf(member: MemberSpelled, index: number, world: World): MemberFacts {
  const { table, zone, calendar } = world;
  const id = member.id ?? `m${index + 1}`;
  const time = (text: string) => readTime(text, zone);
  const list = <S, T>(spelled: S[] | { unknown: string }, one: (item: S, index: number) => T): Known<T[]> =>
    Array.isArray(spelled) ? { known: true, value: spelled.map(one) } : { known: false, why: spelled.unknown };
  const email = member.email ?? `${id}@example.com`;
  return {
    membership: {
      id,
      name: id,
      email: email === 'none' ? null : email,
      userId: member.login ?? null,
      teamId: member.team ?? null,
      confirmed: member.confirmed,
      startsOn: readDate(member.starts),
      canceledTo: member['canceled to'] === undefined ? null : readDate(member['canceled to']),
      plan: planOf(member.plan, table),
      upcomingPlan: member['next plan'] === undefined ? null : planOf(member['next plan'], table),
      ...(member.deleted ? { deleted: true } : {}),
    },
    passes: list(
      member.passes,
      (pass, at): TimePass => ({
        id: `${id}-p${at + 1}`,
        membershipId: pass.of ?? id,
        name: pass.name,
        createdAt: pass.bought === undefined ? null : time(pass.bought),
        expiresAt: pass.expires === undefined ? null : time(pass.expires),
        usedAt: pass.used === undefined ? null : time(pass.used),
        spans: pass.hours.map(spanOf),
      }),
    ),
    checkIns: list(member['check-ins'], (checkIn, at) => ({
      id: `${id}-c${at + 1}`,
      membershipId: checkIn.of ?? id,
      from: time(checkIn.from),
      until: time(checkIn.until),
      passId: null,
    })),
    bookings: list(member.bookings, (booking, at) => {
      if (!table.rooms.includes(booking.room)) throw new Error(`the table has no room ${booking.room}`);
      return {
        id: booking.id ?? `b${at + 1}`,
        resourceId: idOf('room', booking.room),
        membershipId: booking.by === 'nobody' ? null : (booking.by ?? id),
        from: time(booking.from),
        until: time(booking.until),
      };
    }),
    refusal:
      member.refused === undefined
        ? null
        : {
            at: time(member.refused.at),
            until: calendar.cobotDayOf(time(member.refused.at)).until,
            words: member.refused.words,
          },
  };
}

function planOf(spelled: PlanSpelled, { plans }: Table): PlanCopy {
  const changes = 'changes on' in spelled ? spelled['changes on'] : undefined;
  const kind = plans[spelled.of];
  if (kind === undefined && spelled.of !== 'nothing') throw new Error(`the table has no plan ${spelled.of}`);
  return {
    name: spelled.name,
    offerId: kind === undefined ? null : idOf('plan', spelled.of),
    changesOn: changes === undefined ? null : readDate(changes),
    limited: kind !== undefined && kind !== 'unlimited',
    renewsPasses: kind?.endsWith('week') ? ['week'] : kind?.endsWith('month') ? ['month'] : [],
  };
}

function spanOf(span: PassHoursSpelled): PassSpan {
  const weekdays = (span.days ?? []).map((day) => {
    if (!WEEKDAYS.includes(day)) throw new Error(`there is no weekday ${day}`);
    return WEEKDAYS.indexOf(day) + 1;
  });
  if ('lasts' in span) {
    const match = /^(\d+)h$/.exec(span.lasts);
    if (!match) throw new Error(`"${span.lasts}" is no length such as 4h`);
    return { kind: 'duration', minutes: Number(match[1]) * 60, weekdays };
  }
  return { kind: 'hours', from: minutesOf(span.from), to: minutesOf(span.to), weekdays };
}

function minutesOf(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) throw new Error(`"${text}" is no time of day such as 08:00`);
  return Number(match[1]) * 60 + Number(match[2]);
}

function readDate(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new Error(`"${text}" is no date such as 2026-11-24`);
  return Temporal.PlainDate.from(text).toString();
}

/** "2026-11-24 10:00"; in the hour that comes twice with its offset: "2026-10-25 02:30 +01:00". */
function readTime(text: string, timeZone: string): Instant {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)(?: ([+-]\d\d:\d\d))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is no time such as "2026-11-24 10:00"`);
  const [, date, clock, offset] = match;
  if (offset !== undefined) {
    return Temporal.ZonedDateTime.from(`${date}T${clock}${offset}[${timeZone}]`, { offset: 'reject' })
      .epochMilliseconds;
  }
  const plain = Temporal.PlainDateTime.from(`${date}T${clock}`);
  try {
    return plain.toZonedDateTime(timeZone, { disambiguation: 'reject' }).epochMilliseconds;
  } catch {
    throw new Error(`"${text}" is not, or twice, on the clock of ${timeZone}: write the offset behind it`);
  }
}

function writeTime(at: Instant, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const plain = zoned.toPlainDateTime();
  const pick = (disambiguation: 'earlier' | 'later') => plain.toZonedDateTime(timeZone, { disambiguation });
  const isTwice = !pick('earlier').equals(pick('later'));
  const words = plain.toString({ smallestUnit: zoned.second === 0 ? 'minute' : 'second' }).replace('T', ' ');
  return isTwice ? `${words} ${zoned.offset}` : words;
}

/** "always", "from ...", "until ...", "... to ..."; the end of a window on the same day may leave out its date. */
function readWindow(text: string, zone: string): Window {
  if (text === 'always') return { from: null, until: null };
  const [, from] = /^from (.+)$/.exec(text) ?? [];
  if (from !== undefined) return { from: readTime(from, zone), until: null };
  const [, until] = /^until (.+)$/.exec(text) ?? [];
  if (until !== undefined) return { from: null, until: readTime(until, zone) };
  const [start = '', end, more] = text.split(' to ');
  if (end === undefined || more !== undefined) throw new Error(`"${text}" is no window`);
  const full = /^\d\d:\d\d/.test(end) ? `${start.slice(0, 10)} ${end}` : end;
  const window = { from: readTime(start, zone), until: readTime(full, zone) };
  if (window.from >= window.until) throw new Error(`"${text}" ends before it begins`);
  return window;
}

function writeWindow({ from, until }: Window, zone: string): string {
  if (from === null) return until === null ? 'always' : `until ${writeTime(until, zone)}`;
  const start = writeTime(from, zone);
  return until === null ? `from ${start}` : `${start} to ${writeTime(until, zone)}`;
}
