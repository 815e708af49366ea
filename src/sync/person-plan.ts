// From facts and current grants to what has to be done for one person. Reads nothing and changes nothing: reconcile and
// sweep make their plans of changes from the same function.
import { type Decision, decide, type Terms } from '../access/decide.ts';
import { type Difference, diff } from '../access/diff.ts';
import { type Loss, lossesOf, whyNotAt } from '../access/guard.ts';
import { planAt } from '../access/membership.ts';
import type { CurrentGrant, MemberFacts, Membership } from '../access/model.ts';
import { ownerOf, type Person, type PersonTerms, tokenHolderOf } from '../access/persons.ts';
import { standingProblem } from '../access/standing.ts';
import type { LockUserPatch } from '../locks/lock-system.ts';
import type { Marks, OwnedLocks } from '../locks/owned.ts';

type UserChange =
  | { kind: 'register'; owner: Membership; email: string }
  | { kind: 'update'; owner: Membership; patch: LockUserPatch }
  | null;

/** What is kept of a decision until it is applied: there may be thousands of plans. `grants`: of one that changes nothing none. */
type Decided = Pick<Decision, 'grants' | 'uncertain' | 'blocked'>;

export type PersonPlan = {
  person: Person;
  members: readonly MemberFacts[];
  decision: Decided;
  /** Grants of ours that the lock user has. */
  current: readonly CurrentGrant[];
  difference: Difference;
  losses: Loss[];
  userChange: UserChange;
  /** Whose the lock user's check-in token should be; null: nobody's. */
  tokenHolder: string | null;
  problems: { membershipId: string; kind: string; sentence: string }[];
  restsOnAbsence: boolean;
};

export type PlanTerms = Terms & {
  marks: Marks;
  adjust: OwnedLocks['adjust'];
  persons: Pick<PersonTerms, 'reading' | 'calendar' | 'now'>;
  /** Has one of the person's memberships a check-in of these days that spent a pass? */
  spentByCheckIn: boolean;
  /** Is something that the person's access rests on only missing from a list, and not asked for singly? */
  restsOnAbsence: boolean;
};

/** `held`: locks where a person decides first. */
export function planPerson(
  person: Person,
  members: readonly MemberFacts[],
  current: readonly CurrentGrant[],
  terms: PlanTerms,
  held: ReadonlySet<string> = new Set(),
): PersonPlan {
  const decision = decide(members, person.email, terms);
  // A lock that the lock system's list lacks is no evidence either: what is there stays.
  const listed = new Set(terms.locks.map(({ id }) => id));
  for (const { lockId } of current) {
    if (!listed.has(lockId) && !decision.blocked)
      decision.uncertain.set(lockId, 'the lock is not in the list of locks');
  }
  const grants = decision.grants.map((grant) => {
    const { from, until } = terms.adjust({ from: grant.from, until: grant.until, note: '' });
    return { ...grant, from, until };
  });
  const over = person.memberships.length === 0;
  const difference = diff(grants, current, {
    now: terms.now,
    keep: new Set([...decision.uncertain.keys(), ...held]),
    whyNot: (lockId) => whyNotAt(decision, lockId),
  });
  const losses = person.lockUser
    ? lossesOf(person.lockUser.id, current, decision, {
        now: terms.now,
        spentByCheckIn: terms.spentByCheckIn && !over,
        restsOnAbsence: terms.restsOnAbsence,
      })
    : [];
  const { userChange, problems } = planUser(person, terms);
  return {
    person,
    members,
    decision: {
      grants: changesNothing(difference) ? [] : decision.grants,
      uncertain: decision.uncertain,
      blocked: decision.blocked,
    },
    current,
    difference,
    losses,
    userChange,
    tokenHolder: tokenHolderOf(person, terms.persons)?.id ?? null,
    problems: [...problems, ...planProblems(person, terms), ...grantProblems(person, current, terms)],
    restsOnAbsence: terms.restsOnAbsence,
  };
}

const changesNothing = ({ adds, removals, clear }: Difference): boolean =>
  adds.length === 0 && removals.length === 0 && clear.length === 0;

function planUser(person: Person, terms: PlanTerms): { userChange: UserChange; problems: PersonPlan['problems'] } {
  const { lockUser } = person;
  if (!lockUser) {
    const owner = ownerOf(person, undefined);
    return {
      userChange: owner && person.email ? { kind: 'register', owner, email: person.email } : null,
      problems: [],
    };
  }
  const markedFor = terms.marks.membershipOfUserMark(lockUser.externalId);
  const owner = ownerOf(person, markedFor);
  if (!owner) return { userChange: null, problems: [] };
  const isOther = owner.email !== null && owner.email.toLowerCase() !== lockUser.email.toLowerCase();
  const isBarred = isOther && terms.policy.neverTouch.has(owner.email?.toLowerCase() ?? '');
  const email = isOther && !isBarred ? (owner.email ?? undefined) : undefined;
  if (person.origin === 'adopted') {
    const problem = {
      membershipId: owner.id,
      kind: 'email-differs',
      sentence: 'has another email address on Cobot than the lock user, who was there before us and is left as it is',
    };
    return { userChange: null, problems: email === undefined ? [] : [problem] };
  }
  const patch: LockUserPatch = {
    ...(email === undefined ? {} : { email }),
    ...(owner.name !== '' && owner.name !== lockUser.name ? { name: owner.name } : {}),
    ...(markedFor === owner.id ? {} : { externalId: terms.marks.userMark(owner.id) }),
  };
  const barred = {
    membershipId: owner.id,
    kind: 'email-differs',
    sentence: 'has an email address on Cobot that is on never_touch; the lock user keeps its old one',
  };
  return {
    userChange: Object.keys(patch).length === 0 ? null : { kind: 'update', owner, patch },
    problems: isBarred ? [barred] : [],
  };
}

function grantProblems(person: Person, current: readonly CurrentGrant[], terms: PlanTerms): PersonPlan['problems'] {
  const membershipId = person.memberships[0]?.id ?? person.ended[0]?.id ?? '';
  return current.flatMap((grant) => {
    const problem = standingProblem(grant, terms);
    return problem ? [{ membershipId, ...problem }] : [];
  });
}

function planProblems(person: Person, { policy, calendar, now }: PlanTerms): PersonPlan['problems'] {
  const namesPlans = policy.rules.some(({ plans }) => plans !== 'all');
  return person.memberships
    .filter((each) => namesPlans && planAt(each, calendar, now).offerId === null)
    .map((each) => ({
      membershipId: each.id,
      kind: 'plan-without-parent',
      sentence: `has a plan "${each.plan.name}" that comes from no plan on offer: rules that name plans cannot know it`,
    }));
}
