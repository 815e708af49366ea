// Which memberships are one person: those, current or coming, that share one lock user (design section 1). Pure.
import type { Calendar } from './calendar.ts';
import { byBeginning, type CancellationReading, standingOf } from './membership.ts';
import type { Instant, LockUser, Membership } from './model.ts';

export type LinkedTo = { lockUserId: string; origin: 'made' | 'adopted' };

export type Person = {
  /** null: there is no lock user yet; one is registered under `email`. */
  lockUser: LockUser | null;
  origin: 'made' | 'adopted' | null;
  /** Current or coming, who began first first. Empty: all of them have ended. */
  memberships: Membership[];
  /** Linked to this lock user, and over. */
  ended: Membership[];
  /** The lock user's, or the one that it will get. */
  email: string | null;
};

export type PersonProblem = {
  membershipId: string;
  kind: 'no-email' | 'email-taken' | 'never-touch';
  sentence: string;
};

export const NO_EMAIL = 'has no email address on Cobot, so no lock user can be made';
const EMAIL_TAKEN =
  'shares its email address with another person who has the lock user; nothing is given until it is free';
export const NEVER_TOUCH = 'has an email address that is on never_touch, so nothing is given';

export type PersonTerms = {
  /** By membership id. */
  links: ReadonlyMap<string, LinkedTo>;
  users: readonly LockUser[];
  /** Is the lock user one that the relay made? */
  isOurs: (user: LockUser) => boolean;
  neverTouch: ReadonlySet<string>;
  reading: CancellationReading;
  calendar: Calendar;
  now: Instant;
};

/**
 * Groups memberships into persons. A link counts before an email. A membership without a link finds a lock user by email
 * and joins those who have it where `user.id` is equal, or absent on a side; where nobody current or coming has it, it
 * takes it over; else it is another person and gets nothing until the lock user is free.
 */
export function groupPersons(
  memberships: readonly Membership[],
  terms: PersonTerms,
): { persons: Person[]; problems: PersonProblem[] } {
  const { links, users, isOurs, neverTouch, reading, calendar, now } = terms;
  const byId = new Map(users.map((user) => [user.id, user]));
  // Should two have one email but for its capitals: ours, then the first by id, whatever the order of the list.
  const byEmail = new Map(
    users
      .toSorted((a, b) => Number(isOurs(a)) - Number(isOurs(b)) || b.id.localeCompare(a.id))
      .map((user) => [user.email.toLowerCase(), user]),
  );
  const standing = (each: Membership) => standingOf(each, reading, calendar, now);
  const lives = (each: Membership) => standing(each) === 'current' || standing(each) === 'coming';
  const persons = new Map<string, Person>();
  const problems: PersonProblem[] = [];

  const personOf = (user: LockUser): Person => {
    const known = persons.get(user.id);
    if (known) return known;
    const person: Person = {
      lockUser: user,
      origin: isOurs(user) ? 'made' : 'adopted',
      memberships: [],
      ended: [],
      email: user.email,
    };
    persons.set(user.id, person);
    return person;
  };

  const sorted = [...new Map(memberships.map((each) => [each.id, each])).values()].toSorted(byBeginning);
  const unlinked: Membership[] = [];
  for (const membership of sorted) {
    const user = byId.get(links.get(membership.id)?.lockUserId ?? '');
    if (user) (lives(membership) ? personOf(user).memberships : personOf(user).ended).push(membership);
    else if (lives(membership)) unlinked.push(membership);
  }

  for (const membership of unlinked) {
    const email = membership.email?.toLowerCase();
    if (email === undefined) {
      problems.push({ membershipId: membership.id, kind: 'no-email', sentence: NO_EMAIL });
      continue;
    }
    const user = byEmail.get(email);
    const person = user ? personOf(user) : personOfNew(persons, email, membership.email);
    if (person.memberships.every((each) => mayBeOnePerson(each, membership))) person.memberships.push(membership);
    else problems.push({ membershipId: membership.id, kind: 'email-taken', sentence: EMAIL_TAKEN });
  }
  const touchable: Person[] = [];
  for (const person of persons.values()) {
    person.memberships.sort(byBeginning);
    if (person.email === null || !neverTouch.has(person.email.toLowerCase())) touchable.push(person);
    else
      problems.push(
        ...person.memberships.map(({ id }) => ({
          membershipId: id,
          kind: 'never-touch' as const,
          sentence: NEVER_TOUCH,
        })),
      );
  }
  return { persons: touchable, problems };
}

/** A person who has no lock user yet. */
function personOfNew(persons: Map<string, Person>, key: string, email: string | null): Person {
  const known = persons.get(`new:${key}`);
  if (known) return known;
  const person: Person = { lockUser: null, origin: null, memberships: [], ended: [], email };
  persons.set(`new:${key}`, person);
  return person;
}

const mayBeOnePerson = (a: Membership, b: Membership): boolean =>
  a.userId === null || b.userId === null || a.userId === b.userId;

/** Whose name, email and mark the lock user carries: the membership that it is marked for, else who began first. */
export function ownerOf(person: Person, markedFor: string | undefined): Membership | undefined {
  return person.memberships.find(({ id }) => id === markedFor) ?? person.memberships[0];
}

/** The membership that the lock user's check-in token belongs to: of several current ones the one that began first. */
export function tokenHolderOf(
  person: Person,
  terms: Pick<PersonTerms, 'reading' | 'calendar' | 'now'>,
): Membership | undefined {
  const current = person.memberships.find(
    (each) => standingOf(each, terms.reading, terms.calendar, terms.now) === 'current',
  );
  return current ?? person.memberships[0];
}
