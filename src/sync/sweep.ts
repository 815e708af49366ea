// The same as reconcile for the whole space, from a handful of bulk reads: repairs whatever webhooks missed. What a list
// lacks is no evidence: below the brake it is asked for singly, above it a person decides first.
import type { Loss } from '../access/guard.ts';
import type { MemberFacts, Membership } from '../access/model.ts';
import { groupPersons, type Person } from '../access/persons.ts';
import { UpstreamError } from '../lib/errors.ts';
import { inLanes } from '../lib/lanes.ts';
import { preview } from './apply.ts';
import { applyEverybody, lookAgain } from './apply-all.ts';
import { brake } from './brake.ts';
import { type ChangeLine, type Doing, subjectOf } from './doing.ts';
import { evidenceOf, type Found, keepProblems, linkJobs, rememberAbsent } from './finish.ts';
import { deleteLongGone, foreignAccess } from './long-gone.ts';
import { readSingly } from './member-reader.ts';
import type { SyncParts } from './parts.ts';
import { lookAgainSoon } from './pending.ts';
import { type PersonPlan, planPerson } from './person-plan.ts';
import { spentByCheckIn } from './reconcile.ts';
import { readEverything, type Snapshot } from './snapshot.ts';

export type SweepReport = {
  /** What was done or, in a preview, would be done. */
  changes: ChangeLine[];
  problems: Found[];
  /** Lines that wait for a person. */
  held: number;
  /** Those lines. */
  heldLines: (Loss & { membershipId: string })[];
  /** Persons whose changes failed on the way; they are looked at again. */
  unfinished: number;
  /** In a preview: what kept it from being whole. Applying throws the first of them in the end. */
  unread: readonly unknown[];
  memberships: number;
  /** Those that reconciles asked for before it began are done for: of the list, and nothing failed. Empty in a preview. */
  done: ReadonlySet<string>;
  /** By membership: for whoever shows the changes. */
  names: Map<string, string>;
};

/** How many persons are worked on at the same time. */
const WIDTH = 8;

export async function sweep(
  cause: string,
  parts: SyncParts,
  options: {
    dryRun: boolean;
    /** As in snapshot.ts. */
    membersAlone?: boolean;
    onProgress?: (words: string) => void /** Of the space, found elsewhere. */;
    problems?: readonly Found[];
  },
): Promise<SweepReport> {
  const { store, queue } = parts;
  const progress = options.onProgress ?? (() => undefined);
  const sequence = await queue.sequence();
  const waiting = await queue.list({ name: 'reconcile', state: 'waiting' });
  const stamp = await parts.touched.stamp();
  progress('reading Cobot and the lock system');
  const snapshot = await readEverything(parts, { membersAlone: options.membersAlone ?? false });
  const { now } = snapshot;
  if (!options.dryRun) await store.checkIns.put(snapshot.checkIns);

  progress(`deciding for ${snapshot.memberships.size} memberships`);
  const first = await planEverybody(snapshot, parts);
  const braking = await brake(first.plans, parts, { now, dryRun: true });
  const confirmed = await confirmAbsences(first.plans, braking.held, snapshot, parts, progress);
  const { plans, problems } = confirmed.changed ? await planEverybody(snapshot, parts) : first;
  const served = plans.filter(({ person }) => !isUnknown(person, snapshot));
  const { held } = await brake(served, parts, {
    now,
    dryRun: options.dryRun,
    isThere: ({ lockUserId, lockId }) =>
      snapshot.grantsOf.get(lockUserId)?.some((grant) => grant.ours && grant.lockId === lockId) === true,
  });
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
    heldLines: final.flatMap((plan) =>
      plan.losses
        .filter(({ lockUserId, lockId }) => held.get(lockUserId)?.has(lockId))
        .map((loss) => ({ ...loss, membershipId: subjectOf(plan) })),
    ),
    unfinished: 0,
    unread: snapshot.errors,
    memberships: snapshot.memberships.size,
    done: new Set(),
    names: new Map([...snapshot.memberships.values()].map(({ membership }) => [membership.id, membership.name])),
  };
  if (options.dryRun) {
    report.changes = final.flatMap((plan) =>
      preview(
        plan,
        wordingOf(snapshot),
        plan.person.lockUser ? snapshot.tokens.get(plan.person.lockUser.id) : undefined,
      ),
    );
    return report;
  }

  const doings = final.map(
    (plan): Doing => ({
      plan,
      parts,
      now,
      cause,
      wording: wordingOf(snapshot),
      links: snapshot.stored,
      progress: { spent: new Set(), isPending: false },
    }),
  );
  const failures = await applyEverybody(doings, report, { stamp, progress });
  report.unfinished = failures.length;
  const managed = final.filter(({ current, decision }) => current.length > 0 || decision.grants.length > 0);
  await store.managed.seen(
    managed.flatMap(({ person }) => person.lockUser?.id ?? []),
    now,
  );
  if (snapshot.tokensRead) await store.tokens.replaceAll(snapshot.tokens);
  const given = doings
    .filter(({ progress }) => progress.isPending)
    .map(({ plan }) => lookAgainSoon(subjectOf(plan), now));
  await store.evidence.put(
    final.flatMap((plan) => evidenceOf(plan, snapshot.evidence, now)).map((each) => rememberAbsent(each, snapshot)),
  );
  await keepProblems(['', ...snapshot.memberships.keys(), ...snapshot.links.keys()], report.problems, parts, now);
  // They look at what is known by now.
  await queue.add([...linkJobs(final, snapshot.tokens), ...given]);
  report.changes.push(...(await deleteLongGone(snapshot, parts, cause)));
  await lookAgain(failures, parts);
  const [unread] = snapshot.errors;
  if (unread !== undefined) throw unread;

  await store.settings.set('last-good-sweep', now);
  parts.counted.sweepDone(now);
  const failed = new Set(
    failures.flatMap(({ plan }) => [...plan.person.memberships, ...plan.person.ended].map(({ id }) => id)),
  );
  report.done = new Set([...snapshot.memberships.keys()].filter((id) => !failed.has(id)));
  await queue.settle(
    waiting.filter(({ key }) => report.done.has(key)).map(({ id }) => id),
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

const wordingOf = ({ lockName, calendar, now }: Snapshot) => ({ lockName, show: calendar.show, now });

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
        spentByCheckIn:
          current.length > 0 &&
          (await spentByCheckIn(person, parts, {
            ...terms,
            seen: (id) => snapshot.memberships.get(id)?.checkIns,
            matesOf: async (membership) => matesOf(membership, snapshot),
          })),
        restsOnAbsence: members.some(({ membership }) => snapshot.absent.has(membership.id)),
      }),
    );
  }
  return { plans, problems: problems.map(({ membershipId, ...problem }) => ({ subject: membershipId, ...problem })) };
}

const matesOf = ({ id, teamId }: Membership, { memberships }: Snapshot): string[] =>
  teamId === null
    ? []
    : [...memberships.values()].flatMap(({ membership }) =>
        membership.teamId === teamId && membership.id !== id ? [membership.id] : [],
      );

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
  await inLanes(WIDTH, ids, async (id) => {
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
