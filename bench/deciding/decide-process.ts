// Deciding alone, in a process of its own so that its memory is its own: facts of a whole space in, plans of changes out,
// by the functions that sweep and reconcile call. Half of the members may come at any time; others have hours, need a day
// pass, or have booked a room.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createCalendar } from '../../src/access/calendar.ts';
import type { CurrentGrant, Lock, LockUser, MemberFacts } from '../../src/access/model.ts';
import { groupPersons, type Person } from '../../src/access/persons.ts';
import type { Policy } from '../../src/access/policy.ts';
import { marks } from '../../src/locks/owned.ts';
import { type PersonPlan, type PlanTerms, planPerson } from '../../src/sync/person-plan.ts';
import {
  bookingOf,
  bookingRuleOf,
  factsOf,
  HOUR,
  known,
  limitedPlan,
  NOW,
  passOf,
  planCopy,
  policyOf,
  ruleOf,
} from '../../test/support/facts.ts';
import { answerParent } from '../support/child.ts';

export type Decided = { members: number; locks: number; cpuMs: number; changes: number };
export type Memory = { beforeMb: number; factsMb: number; mostMb: number };

type Input = { facts: Map<string, MemberFacts>; users: LockUser[]; grants: Map<string, CurrentGrant[]> };

const [members = 0, doors = 0] = process.argv.slice(2).map(Number);
const mb = (bytes: number) => bytes / 2 ** 20;
const beforeMb = mb(process.memoryUsage.rss());

const locks: Lock[] = Array.from({ length: doors }, (_, index) => ({ id: `lock-${index}`, name: `Door ${index}` }));
const lockIds = locks.map(({ id }) => id);
const policy: Policy = policyOf([
  ruleOf({ name: 'Everywhere', plans: ['plan-full'] }),
  ruleOf({
    name: 'In working hours',
    plans: ['plan-part'],
    locks: lockIds.slice(0, Math.ceil(doors / 2)),
    hours: [{ weekdays: [1, 2, 3, 4, 5], from: 480, until: 1200 }],
  }),
  ruleOf({ name: 'With a day pass', plans: ['plan-day'] }),
  bookingRuleOf({}, { locks: lockIds.slice(-1) }),
]);
const calendar = createCalendar('Europe/Berlin');
const ownMarks = marks('co-up');
const terms: PlanTerms = {
  policy,
  locks,
  calendar,
  now: NOW,
  marks: ownMarks,
  adjust: (grant) => grant,
  persons: { reading: policy.cancellationDate, calendar, now: NOW },
  spentByCheckIn: false,
  restsOnAbsence: false,
};

function factsAt(index: number): MemberFacts {
  const id = `m${index}`;
  const membership = { id, name: `Member ${index}`, email: `member.${index}@example.com` };
  const kind = index % 10;
  if (kind < 5) return factsOf(membership);
  if (kind < 7) return factsOf({ ...membership, plan: planCopy({ name: 'Part Time', offerId: 'plan-part' }) });
  const pass = passOf({ id: `p${index}`, membershipId: id });
  const booking = bookingOf(NOW + HOUR, NOW + 2 * HOUR, { id: `b${index}`, membershipId: id });
  const limited = { ...membership, plan: limitedPlan() };
  return factsOf(limited, kind < 9 ? { passes: known([pass]) } : { bookings: known([booking]) });
}

function build(): Input {
  const facts = new Map<string, MemberFacts>();
  const users: LockUser[] = [];
  for (let index = 0; index < members; index += 1) {
    const member = factsAt(index);
    const { id, name, email } = member.membership;
    facts.set(id, member);
    users.push({ id: `u${index}`, email: email ?? '', name, externalId: ownMarks.userMark(id) });
  }
  const input: Input = { facts, users, grants: new Map() };
  // What is there already is what is due: deciding it again finds nothing to do.
  for (const { person, decision } of plan(input)) {
    const lockUserId = person.lockUser?.id ?? '';
    const had = decision.grants.map(({ lockId, from, until, membershipId, reason }, index) => ({
      id: `${lockUserId}-${index}`,
      lockUserId,
      lockId,
      from,
      until,
      note: ownMarks.noteOf(membershipId, reason),
    }));
    input.grants.set(lockUserId, had);
  }
  return input;
}

/** As a sweep does it. */
function plan({ facts, users, grants }: Input): PersonPlan[] {
  const links = new Map(
    [...facts.keys()].map((id, index) => [id, { lockUserId: users[index]?.id ?? '', origin: 'made' as const }]),
  );
  const { persons } = groupPersons(
    [...facts.values()].map(({ membership }) => membership),
    { ...terms.persons, links, users, isOurs: () => true, neverTouch: policy.neverTouch },
  );
  const factsFor = ({ memberships, ended }: Person) =>
    [...memberships, ...ended].flatMap(({ id }) => facts.get(id) ?? []);
  return persons.map((person) =>
    planPerson(person, factsFor(person), grants.get(person.lockUser?.id ?? '') ?? [], terms),
  );
}

const input = build();
const factsMb = mb(process.memoryUsage.rss());

const methods = {
  decide(): Decided {
    const before = process.cpuUsage();
    const plans = plan(input);
    const { user, system } = process.cpuUsage(before);
    const changes = plans.reduce((sum, { difference }) => sum + difference.adds.length + difference.removals.length, 0);
    return { members, locks: doors, cpuMs: (user + system) / 1000, changes };
  },
  /** `mostMb`: at any time so far. */
  memory: (): Memory => ({ beforeMb, factsMb, mostMb: process.resourceUsage().maxRSS / 1024 }),
  async profile(file: string): Promise<void> {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    plan(input);
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
  },
};
export type DecideMethods = typeof methods;

answerParent(methods);
