// The same as reconcile for the whole space, from a handful of bulk reads: repairs whatever webhooks missed. What a list
// lacks is no evidence: below the brake it is asked for singly, above it a person decides first.
import type { MemberFacts } from '../access/model.ts';
import { groupPersons, type Person } from '../access/persons.ts';
import { describeError, isTriedForEver, TransientError, UpstreamError } from '../lib/errors.ts';
import { applyPhase, type ChangeLine, type Doing, hasWork, type Phase, phases, preview } from './apply.ts';
import { brake } from './brake.ts';
import { evidenceOf, type Found, keepProblems, linkJobs } from './finish.ts';
import { deleteLongGone, foreignAccess } from './long-gone.ts';
import { readSingly } from './member-reader.ts';
import type { SyncParts } from './parts.ts';
import { type PersonPlan, planPerson } from './person-plan.ts';
import { spentByCheckIn } from './reconcile.ts';
import { readEverything, type Snapshot } from './snapshot.ts';

export type SweepReport = {
  /** What was done or, in a preview, would be done. */
  changes: ChangeLine[];
  problems: Found[];
  /** Lines that wait for a person. */
  held: number;
  memberships: number;
  /** By membership: for whoever shows the changes. */
  names: Map<string, string>;
};

/** How many persons are worked on at the same time. */
const WIDTH = 8;
/** So many persons whose step failed are looked at again one by one; more than that, and the sweep is repeated. */
const FEW = 5;

export async function sweep(
  cause: string,
  parts: SyncParts,
  options: {
    dryRun: boolean;
    onProgress?: (words: string) => void /** Of the space, found elsewhere. */;
    problems?: readonly Found[];
  },
): Promise<SweepReport> {
  const { store, queue } = parts;
  const progress = options.onProgress ?? (() => undefined);
  const sequence = await queue.sequence();
  const waiting = await queue.list({ name: 'reconcile', state: 'waiting' });
  const stamp = parts.touched.stamp();
  progress('reading Cobot and the lock system');
  const snapshot = await readEverything(parts);
  const { now } = snapshot;

  progress(`deciding for ${snapshot.memberships.size} memberships`);
  const first = await planEverybody(snapshot, parts);
  const braking = await brake(first.plans, parts, { now, dryRun: true });
  const confirmed = await confirmAbsences(first.plans, braking.held, snapshot, parts, progress);
  const { plans, problems } = confirmed.changed ? await planEverybody(snapshot, parts) : first;
  const served = plans.filter(({ person }) => !isUnknown(person, snapshot));
  const { held } = await brake(served, parts, { now, dryRun: options.dryRun });
  const final = served.map((plan) => {
    const locks = plan.person.lockUser ? held.get(plan.person.lockUser.id) : undefined;
    return locks ? withHeld(plan, locks, snapshot, parts) : plan;
  });

  const found: Found[] = [
    ...problems,
    ...final.flatMap((plan) => plan.problems.map(({ membershipId, ...rest }) => ({ subject: membershipId, ...rest }))),
    ...snapshot.problems,
    ...(options.problems ?? []),
    ...foreignAccess(snapshot),
  ];
  const report: SweepReport = {
    changes: [],
    problems: found,
    held: [...held.values()].reduce((sum, locks) => sum + locks.size, 0),
    memberships: snapshot.memberships.size,
    names: new Map([...snapshot.memberships.values()].map(({ membership }) => [membership.id, membership.name])),
  };
  if (options.dryRun) {
    report.changes = final.flatMap((plan) =>
      preview(plan, snapshot.lockName, plan.person.lockUser ? snapshot.tokens.get(plan.person.lockUser.id) : undefined),
    );
    return report;
  }

  const failures = await applyEverybody(final, stamp, cause, parts, snapshot, report, progress);
  const managed = final.filter(({ current, decision }) => current.length > 0 || decision.grants.length > 0);
  await store.managed.seen(
    managed.flatMap(({ person }) => person.lockUser?.id ?? []),
    now,
  );
  if (snapshot.tokensRead) await store.tokens.replaceAll(snapshot.tokens);
  await queue.add(linkJobs(final, snapshot.tokens));
  await store.evidence.put(
    final.flatMap((plan) => evidenceOf(plan, snapshot.evidence, now)).map((each) => rememberAbsent(each, snapshot)),
  );
  await keepProblems(['', ...snapshot.memberships.keys()], report.problems, parts, now);
  report.changes.push(...(await deleteLongGone(snapshot, parts, cause)));
  await lookAgain(failures, parts);
  const [unread] = snapshot.errors;
  if (unread !== undefined) throw unread;

  await store.settings.set('last-good-sweep', now);
  parts.counted.sweepDone(now);
  const listed = waiting.filter(
    ({ payload }) =>
      'membershipId' in payload && payload.membershipId !== null && snapshot.memberships.has(payload.membershipId),
  );
  const failed = new Set(
    failures.flatMap(({ plan }) => [...plan.person.memberships, ...plan.person.ended].map(({ id }) => id)),
  );
  await queue.settle(
    listed.filter(({ key }) => !failed.has(key)).map(({ id }) => id),
    sequence,
  );
  parts.log.info(
    {
      cause,
      memberships: report.memberships,
      changes: report.changes.length,
      held: report.held,
      problems: report.problems.length,
    },
    'sweep done',
  );
  return report;
}

type Planned = { plans: PersonPlan[]; problems: Found[] };

function termsOf(snapshot: Snapshot, parts: SyncParts) {
  const { policy, locks, calendar, now } = snapshot;
  const persons = { reading: policy.cancellationDate, calendar, now };
  return { policy, locks, calendar, now, marks: parts.marks, adjust: parts.locks.adjust, persons };
}

async function planEverybody(snapshot: Snapshot, parts: SyncParts): Promise<Planned> {
  const terms = termsOf(snapshot, parts);
  const ours = new Set(snapshot.users.filter((user) => user.ours).map(({ id }) => id));
  const { persons, problems } = groupPersons(
    [...snapshot.memberships.values()].map((each) => each.membership),
    {
      ...terms.persons,
      links: snapshot.links,
      users: snapshot.users,
      isOurs: ({ id }) => ours.has(id),
      neverTouch: snapshot.policy.neverTouch,
    },
  );
  const plans: PersonPlan[] = [];
  for (const person of persons) {
    const members = membersOf(person, snapshot);
    const current = person.lockUser
      ? (snapshot.grantsOf.get(person.lockUser.id) ?? []).filter((grant) => grant.ours)
      : [];
    plans.push(
      planPerson(person, members, current, {
        ...terms,
        spentByCheckIn: current.length > 0 && (await spentByCheckIn(person, parts, snapshot)),
        restsOnAbsence: members.some(({ membership }) => snapshot.absent.has(membership.id)),
      }),
    );
  }
  return { plans, problems: problems.map(({ membershipId, ...problem }) => ({ subject: membershipId, ...problem })) };
}

const membersOf = (person: Person, snapshot: Snapshot): MemberFacts[] =>
  [...person.memberships, ...person.ended].flatMap(({ id }) => snapshot.memberships.get(id) ?? []);

/** The same plan, with what a person decides first left as it is. */
function withHeld(plan: PersonPlan, held: ReadonlySet<string>, snapshot: Snapshot, parts: SyncParts): PersonPlan {
  return planPerson(
    plan.person,
    plan.members,
    plan.current,
    { ...termsOf(snapshot, parts), spentByCheckIn: false, restsOnAbsence: plan.restsOnAbsence },
    held,
  );
}

/** Nothing is known of one of its memberships: it keeps what it has. */
const isUnknown = (person: Person, snapshot: Snapshot): boolean =>
  [...person.memberships, ...person.ended].some(({ id }) => snapshot.unknown.has(id));

/** Asks singly for everything that a list lacks and that something would be taken away for. */
async function confirmAbsences(
  plans: readonly PersonPlan[],
  held: ReadonlyMap<string, ReadonlySet<string>>,
  snapshot: Snapshot,
  parts: SyncParts,
  progress: (words: string) => void,
): Promise<{ changed: boolean }> {
  const doubtful = plans.filter(({ person, restsOnAbsence, difference }) => {
    const locks = held.get(person.lockUser?.id ?? '');
    return restsOnAbsence && difference.removals.some(({ grant }) => !locks?.has(grant.lockId));
  });
  const ids = [...new Set(doubtful.flatMap(({ members }) => members.map(({ membership }) => membership.id)))].filter(
    (id) => snapshot.absent.has(id),
  );
  if (ids.length > 0) progress(`asking singly for ${ids.length} memberships`);
  await inParallel(ids, async (id) => {
    try {
      const { facts, errors } = await readSingly(id, parts, snapshot, snapshot.bookings);
      snapshot.memberships.set(id, facts);
      snapshot.errors.push(...errors);
      snapshot.absent.delete(id);
      snapshot.confirmed.add(id);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      snapshot.errors.push(error);
      snapshot.unknown.add(id);
    }
  });
  return { changed: ids.length > 0 };
}

type Failure = { plan: PersonPlan; error: unknown };

/** One phase after another over everybody: what opens within the hour, removals, the rest by its start, leisure. */
async function applyEverybody(
  plans: readonly PersonPlan[],
  stamp: number,
  cause: string,
  parts: SyncParts,
  snapshot: Snapshot,
  report: SweepReport,
  progress: (words: string) => void,
): Promise<Failure[]> {
  const failures = new Map<PersonPlan, Failure>();
  const doings = plans.map(
    (plan): Doing => ({ plan, parts, now: snapshot.now, cause, lockName: snapshot.lockName, links: snapshot.stored }),
  );
  for (const phase of phases) {
    const due = doings
      .filter((doing) => hasWork(doing, phase))
      .toSorted((a, b) => startOf(a.plan, phase) - startOf(b.plan, phase));
    if (due.length > 0) progress(`applying to ${due.length} persons: ${phase}`);
    await inParallel(due, async (doing) => {
      const { plan } = doing;
      if (failures.has(plan)) return;
      try {
        const keys = keysOf(plan);
        await parts.oneAtATime(keys, async () => {
          // Somebody newer was at this person meanwhile: what was read here is old.
          if (keys.some((key) => parts.touched.since(stamp, key))) return;
          const { lines, problems } = await applyPhase(doing, phase);
          report.changes.push(...lines);
          report.problems.push(
            ...problems.map(({ membershipId, ...problem }) => ({ subject: membershipId, ...problem })),
          );
        });
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        failures.set(plan, { plan, error });
        report.problems.push({
          subject: plan.person.memberships[0]?.id ?? plan.person.ended[0]?.id ?? '',
          kind: 'refused',
          sentence: `could not be given access: ${describeError(error)}`,
        });
      }
    });
  }
  return [...failures.values()];
}

const startOf = (plan: PersonPlan, phase: Phase): number =>
  phase === 'later' ? Math.min(...plan.difference.adds.map(({ from }) => from ?? 0)) : 0;

function keysOf({ person }: PersonPlan): string[] {
  const emails = person.memberships.flatMap(({ email }) => (email === null ? [] : [`email:${email.toLowerCase()}`]));
  return person.lockUser ? [`user:${person.lockUser.id}`] : emails;
}

/** Few failures are looked at again one by one; many mean that the lock system is down, and the sweep is repeated. */
async function lookAgain(failures: readonly Failure[], { queue, log }: SyncParts): Promise<void> {
  const again = failures.filter(({ error }) => isTriedForEver(error));
  for (const { error } of failures.slice(0, FEW))
    log.warn({ error: describeError(error) }, 'a change failed in the sweep');
  if (again.length > FEW)
    throw (
      again[0]?.error ??
      new TransientError('changes failed', {
        code: 'sweep_failed',
        where: 'sweep',
        advice: 'it is repeated',
        effect: 'none',
      })
    );
  const ids = again.flatMap(({ plan }) =>
    [...plan.person.memberships, ...plan.person.ended].slice(0, 1).map(({ id }) => id),
  );
  await queue.add(
    ids.map((id) => ({ name: 'reconcile', key: id, payload: { membershipId: id, cause: 'sweep, again' } })),
  );
}

/** A thing that the list lacks and that nobody asked for singly is still remembered. */
function rememberAbsent(
  evidence: ReturnType<typeof evidenceOf>[number],
  { evidence: before, confirmed, now }: Snapshot,
): typeof evidence {
  const old = before.get(evidence.membership.id);
  if (!old || confirmed.has(evidence.membership.id)) return evidence;
  const keep = <T extends { id: string }>(fresh: T[], remembered: T[], lives: (thing: T) => boolean): T[] => {
    const ids = new Set(fresh.map(({ id }) => id));
    return [...fresh, ...remembered.filter((each) => !ids.has(each.id) && lives(each))];
  };
  return {
    ...evidence,
    passes: keep(
      evidence.passes,
      old.passes,
      ({ usedAt, expiresAt }) => usedAt === null && (expiresAt === null || expiresAt > now),
    ),
    checkIns: keep(evidence.checkIns, old.checkIns, ({ until }) => until > now),
    bookings: keep(evidence.bookings, old.bookings, ({ until }) => until > now),
  };
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, left.length) }, lane));
}
