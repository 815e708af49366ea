// Looking at one membership again, whatever happened: facts -> decide -> current -> diff -> guard -> apply -> audit, for
// the person that it belongs to. An event only says that it is time to; there is no path per event.
import type { Calendar } from '../access/calendar.ts';
import { mayNeedPasses } from '../access/membership.ts';
import type { Instant, MemberFacts, Membership } from '../access/model.ts';
import { groupPersons, type Person } from '../access/persons.ts';
import { describeError, isTriedForEver, RefusedError } from '../lib/errors.ts';
import type { OwnedGrant, OwnedUser } from '../locks/owned.ts';
import { applyPhase, hasWork, phases } from './apply.ts';
import { brake } from './brake.ts';
import { evidenceOf, type Found, keepProblems, linkJobs } from './finish.ts';
import { linksFrom } from './identify.ts';
import { type ReaderTerms, readSingly, teamMates } from './member-reader.ts';
import type { PolicyInForce, SyncParts } from './parts.ts';
import { isPending, lookAgainSoon, PENDING } from './pending.ts';
import { personKeys } from './person-keys.ts';
import { type PersonPlan, planPerson } from './person-plan.ts';

const DAY = 86_400_000;

/** Throws what kept it from being done; what could be decided without it is done all the same. */
export async function reconcile(membershipId: string, cause: string, parts: SyncParts): Promise<void> {
  const { calendar } = await parts.space();
  const now = parts.clock.now();
  for (;;) {
    const inForce = await parts.policy();
    const terms: ReaderTerms = { policy: inForce.policy, calendar, now };
    const stamp = await parts.swept.stamp();
    const reading = await readSingly(membershipId, parts, terms);
    const link = await parts.store.links.of(membershipId);
    const known = personKeys(link?.lockUserId, [reading.facts.membership.email]);
    const held = known.length > 0 ? known : [`membership:${membershipId}`];
    const errors = await parts.oneAtATime(held, () =>
      reconcilePerson(reading.facts, cause, parts, { inForce, calendar, now, stamp, held }),
    );
    if (errors === 'outdated') continue;
    const [first] = [...reading.errors, ...errors];
    if (first !== undefined) throw first;
    return;
  }
}

type Terms = {
  inForce: PolicyInForce;
  calendar: Calendar;
  now: Instant;
  stamp: number;
  /** The keys under which the person is worked on already. */
  held: readonly string[];
  /** When the facts were read, where that was not now. */
  readAt?: Instant;
};

/** 'outdated': a sweep with newer facts has been at this person since the facts were read, or the policy has changed. */
export async function reconcilePerson(
  facts: MemberFacts,
  cause: string,
  parts: SyncParts,
  terms: Terms,
): Promise<unknown[] | 'outdated'> {
  const { membership } = facts;
  const user = await lockUserOf(membership, parts, terms);
  const isOutdated = (keys: readonly string[]) => parts.swept.since(terms.stamp, keys);
  if (await isOutdated(personKeys(undefined, [membership.email]))) return 'outdated';
  if (!user) return settle(facts, undefined, [], cause, parts, terms);
  // A lock user found by email may be at work under its own key. Or be the one that was just said to be gone: whoever
  // asks for a key that they hold would wait for ever.
  const keys = personKeys(user.id, []);
  const others = keys.filter((key) => !terms.held.includes(key));
  return parts.oneAtATime(others, async () => {
    if (await isOutdated(keys)) return 'outdated';
    const grants = await parts.locks.grants({ lockUserId: user.id });
    return settle(facts, user, grants, cause, parts, terms);
  });
}

/** The lock user that the membership is linked to, else the one under its email. */
async function lockUserOf(
  membership: Membership,
  { store, locks }: SyncParts,
  terms: Terms,
): Promise<OwnedUser | undefined> {
  const link = await store.links.of(membership.id);
  if (link) {
    const user = await locks.user(link.lockUserId);
    if (user) return user;
    // Somebody removed it in the lock system: a new one is made, if one is due.
    await store.links.removeLockUser(link.lockUserId);
  }
  const { email } = membership;
  return email === null || terms.inForce.policy.neverTouch.has(email.toLowerCase())
    ? undefined
    : locks.userByEmail(email);
}

async function settle(
  facts: MemberFacts,
  user: OwnedUser | undefined,
  grants: readonly OwnedGrant[],
  cause: string,
  parts: SyncParts,
  terms: Terms,
): Promise<unknown[] | 'outdated'> {
  const { store, marks, queue } = parts;
  const { inForce, calendar, now } = terms;
  const { membership } = facts;
  const stored = user ? await store.links.ofLockUser(user.id) : [];
  const token = user ? await store.tokens.of(user.id) : undefined;
  const signs = {
    stored,
    users: user ? [user] : [],
    grants,
    tokens: new Map(user && token !== undefined ? [[user.id, token]] : []),
  };
  const links = linksFrom(signs, marks);
  const others = [...links.keys()].filter(
    (id) => id !== membership.id && (stored.find((each) => each.membershipId === id)?.endedAt ?? null) === null,
  );
  const readings = await Promise.all(
    others.map((id) => readSingly(id, parts, { policy: inForce.policy, calendar, now })),
  );
  const known = new Map([facts, ...readings.map((each) => each.facts)].map((each) => [each.membership.id, each]));
  const personTerms = { reading: inForce.policy.cancellationDate, calendar, now };
  const { persons, problems } = groupPersons(
    [...known.values()].map((each) => each.membership),
    {
      ...personTerms,
      links,
      users: signs.users,
      isOurs: (each) => each.id === user?.id && user.ours,
      neverTouch: inForce.policy.neverTouch,
    },
  );
  const found: Found[] = problems.map(({ membershipId, ...problem }) => ({ subject: membershipId, ...problem }));
  const person = persons.find((each) => [...each.memberships, ...each.ended].some(({ id }) => id === membership.id));
  const errors = readings.flatMap((each) => each.errors);
  if (!person) {
    await keepProblems([membership.id], found, parts, now);
    return errors;
  }

  const members = [...person.memberships, ...person.ended].flatMap(({ id }) => known.get(id) ?? []);
  const current = grants.filter((grant) => grant.ours);
  const planTerms = {
    policy: inForce.policy,
    locks: inForce.locks,
    calendar,
    now,
    marks,
    adjust: parts.locks.adjust,
    persons: personTerms,
    spentByCheckIn: await spentByCheckIn(person, parts, {
      calendar,
      now,
      seen: (id) => known.get(id)?.checkIns,
      matesOf: (each) => teamMates(each, store),
    }),
    restsOnAbsence: false,
  };
  const first = planPerson(person, members, current, planTerms);
  const { held } = await brake([first], parts, { now, dryRun: false });
  const plan = person.lockUser ? planPerson(person, members, current, planTerms, held.get(person.lockUser.id)) : first;

  const names = new Map(inForce.locks.map((lock) => [lock.id, lock.name]));
  const doing = {
    plan,
    parts,
    now,
    cause,
    wording: { lockName: (id: string) => names.get(id) ?? id, show: calendar.show, now },
    links: new Map(stored.map((each) => [each.membershipId, each])),
    progress: { spent: new Set<string>(), isPending: false },
  };
  try {
    for (const phase of phases) {
      if (!hasWork(doing, phase)) continue;
      const applied = await applyPhase(doing, phase);
      found.push(...applied.problems.map(({ membershipId, ...problem }) => ({ subject: membershipId, ...problem })));
    }
  } catch (error) {
    if (isTriedForEver(error)) throw error;
    found.push({
      subject: membership.id,
      kind: 'refused',
      sentence: `could not be given access: ${describeError(error)}`,
    });
    await keepProblems([membership.id], found, parts, now);
    if (error instanceof RefusedError)
      parts.log.warn({ membership: membership.id, error: describeError(error) }, 'the lock system refused a change');
    throw error;
  }
  const lockUserId = plan.person.lockUser?.id;
  if (lockUserId !== undefined) {
    if (plan.decision.grants.length > 0 || current.length > 0) await store.managed.seen([lockUserId], now);
  }
  if (!(await standsDone(membership, lockUserId, inForce, parts))) return 'outdated';
  await keepEvidence(plan, parts, terms.readAt ?? now, cause);
  found.push(...plan.problems.map(({ membershipId, ...problem }) => ({ subject: membershipId, ...problem })));
  await keepProblems(
    members.map((each) => each.membership.id),
    found,
    parts,
    now,
  );
  const isToLookAgain = cause !== PENDING && isPending(doing);
  await queue.add([...linkJobs([plan], signs.tokens), ...(isToLookAgain ? [lookAgainSoon(membership.id, now)] : [])]);
  if (cause === PENDING && isPending(doing))
    parts.log.warn({ membership: membership.id, lockUser: lockUserId }, 'what was given is still not in effect');
  return errors;
}

/** Leaves the marks for sweeps; false where the policy has changed: the sweep that follows would leave the person so. */
async function standsDone(
  { email }: Membership,
  lockUserId: string | undefined,
  inForce: PolicyInForce,
  parts: SyncParts,
): Promise<boolean> {
  if ((await parts.policy()).policy !== inForce.policy) return false;
  await parts.touched.touch(personKeys(lockUserId, [email]));
  return true;
}

/** Has one of the person's memberships, or of its team, a check-in of these days that spent a pass that is gone? */
export async function spentByCheckIn(
  person: Person,
  { store }: SyncParts,
  terms: {
    calendar: Calendar;
    now: Instant;
    /** Check-ins that were just read, by membership. */
    seen: (membershipId: string) => MemberFacts['checkIns'] | undefined;
    /** Passes are shared in a team. */
    matesOf: (membership: Membership) => Promise<readonly string[]>;
  },
): Promise<boolean> {
  const { calendar, now, seen, matesOf } = terms;
  for (const membership of person.memberships) {
    if (!mayNeedPasses(membership, calendar, now)) continue;
    for (const id of [membership.id, ...(await matesOf(membership))]) {
      const read = seen(id);
      const stored = await store.checkIns.between(id, now - 2 * DAY, now + DAY);
      // One without a pass, from a plan without limits, says nothing about where passes went.
      if ([...(read?.known === true ? read.value : []), ...stored].some(({ passId }) => passId !== null)) return true;
    }
  }
  return false;
}

/** Passes are shared in a team: where they changed, its other members are looked at too. */
async function keepEvidence(
  plan: PersonPlan,
  { store, queue }: SyncParts,
  readAt: Instant,
  cause: string,
): Promise<void> {
  const ids = plan.members.map(({ membership }) => membership.id);
  const before = new Map<string, NonNullable<Awaited<ReturnType<typeof store.evidence.of>>>>();
  for (const id of ids) {
    const old = await store.evidence.of(id);
    if (old) before.set(id, old);
  }
  await store.evidence.put(evidenceOf(plan, before, readAt));
  await store.checkIns.put(plan.members.flatMap(({ checkIns }) => (checkIns.known ? checkIns.value : [])));
  if (cause === 'team') return;
  for (const { membership, passes } of plan.members) {
    const old = before.get(membership.id);
    if (membership.teamId === null || !old || !passes.known) continue;
    const ids = (list: readonly { id: string; membershipId: string }[]) =>
      list
        .filter((each) => each.membershipId === membership.id)
        .map(({ id }) => id)
        .toSorted()
        .join();
    if (ids(old.passes) === ids(passes.value)) continue;
    const all = await store.evidence.all();
    const mates = [...all.values()].filter(
      (each) => each.membership.teamId === membership.teamId && each.membership.id !== membership.id,
    );
    await queue.add(
      mates.map(({ membership: { id } }) => ({
        name: 'reconcile' as const,
        key: id,
        payload: { membershipId: id, cause: 'team' },
      })),
    );
  }
}
