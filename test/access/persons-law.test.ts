import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standingOf } from '../../src/access/membership.ts';
import type { LockUser, Membership } from '../../src/access/model.ts';
import { groupPersons, type PersonTerms, tokenHolderOf } from '../../src/access/persons.ts';
import { berlin, membershipOf, NOW } from '../support/facts.ts';
import { holdsAlways, jumbled } from '../support/laws.ts';

const email = fc.constantFrom('ada@example.com', 'ADA@example.com', 'bob@example.com', 'info@example.com');
const USERS = ['u1', 'u2', 'u3'];
const community = fc
  .record({
    memberships: fc.array(
      fc.record({
        email: fc.option(email, { nil: null, freq: 6 }),
        userId: fc.constantFrom(null, 'x', 'y'),
        confirmed: fc.constantFrom(true, true, true, false),
        startsOn: fc.constantFrom(null, '2026-01-01', '2026-02-01', '2026-12-24'),
        canceledTo: fc.constantFrom(null, null, '2026-10-31', '2027-01-31'),
        linked: fc.option(fc.constantFrom(...USERS, 'gone'), { nil: undefined }),
      }),
      { maxLength: 6 },
    ),
    emails: fc.array(email, { maxLength: 3 }),
    made: fc.subarray(USERS),
    neverTouch: fc.subarray(['bob@example.com', 'info@example.com']),
  })
  .map(({ memberships, emails, made, neverTouch }) => {
    const all = memberships.map(({ linked: _, ...each }, index) => membershipOf({ ...each, id: `m${index}` }));
    const terms: PersonTerms = {
      links: new Map(
        memberships.flatMap(({ linked }, index) =>
          linked === undefined ? [] : [[`m${index}`, { lockUserId: linked, origin: 'made' as const }] as const],
        ),
      ),
      users: emails.map(
        (each, index): LockUser => ({ id: `u${index + 1}`, email: each, name: null, externalId: null }),
      ),
      isOurs: ({ id }) => made.includes(id),
      neverTouch: new Set(neverTouch),
      reading: 'last day in',
      calendar: berlin,
      now: NOW,
    };
    return { memberships: all, terms };
  });

const lives = (membership: Membership) =>
  ['current', 'coming'].includes(standingOf(membership, 'last day in', berlin, NOW));

describe('persons', () => {
  it('do not change with the order and the doubling of the lists', () => {
    holdsAlways(
      fc.property(
        community.chain((each) => fc.tuple(fc.constant(each), jumbled(each.memberships), jumbled(each.terms.users))),
        ([{ memberships, terms }, again, users]) => {
          expect(groupPersons(again, { ...terms, users })).toEqual(groupPersons(memberships, terms));
        },
      ),
    );
  });

  it('every living membership is in one person or has one problem', () => {
    holdsAlways(
      fc.property(community, ({ memberships, terms }) => {
        const { persons, problems } = groupPersons(memberships, terms);
        const told = [
          ...persons.flatMap((person) => person.memberships.map(({ id }) => id)),
          ...problems.map(({ membershipId }) => membershipId),
        ];

        expect(told.toSorted()).toEqual(
          memberships
            .filter(lives)
            .map(({ id }) => id)
            .toSorted(),
        );
      }),
    );
  });

  it('no two of them share a lock user, nor the email of one that is to be made', () => {
    holdsAlways(
      fc.property(community, ({ memberships, terms }) => {
        const { persons } = groupPersons(memberships, terms);
        const keys = persons.map(({ lockUser, email: each }) => lockUser?.id ?? each?.toLowerCase());

        expect(new Set(keys).size).toBe(keys.length);
        for (const person of persons.filter(({ lockUser }) => lockUser === null)) {
          expect(terms.users.map((user) => user.email.toLowerCase())).not.toContain(person.email?.toLowerCase());
        }
      }),
    );
  });

  it('a link to a lock user that is there counts, whatever the emails', () => {
    holdsAlways(
      fc.property(community, ({ memberships, terms }) => {
        const { persons } = groupPersons(memberships, terms);

        for (const person of persons) {
          for (const { id } of [...person.memberships, ...person.ended]) {
            const linked = terms.links.get(id)?.lockUserId;
            const isThere = terms.users.some((user) => user.id === linked);

            if (isThere) expect(person.lockUser?.id).toBe(linked);
          }
        }
      }),
    );
  });

  it('whoever joined by email has no other login than the rest', () => {
    holdsAlways(
      fc.property(community, ({ memberships, terms }) => {
        const { persons } = groupPersons(memberships, terms);
        const isLinked = ({ id }: Membership) =>
          terms.users.some((user) => user.id === terms.links.get(id)?.lockUserId);

        for (const person of persons) {
          for (const joined of person.memberships.filter((each) => !isLinked(each))) {
            const others = person.memberships.flatMap(({ userId }) => userId ?? []);

            if (joined.userId !== null) expect(new Set([...others, joined.userId]).size).toBe(1);
            expect(joined.email?.toLowerCase()).toBe(person.email?.toLowerCase());
          }
        }
      }),
    );
  });

  it('nobody under an email of never_touch is among them', () => {
    holdsAlways(
      fc.property(community, ({ memberships, terms }) => {
        for (const person of groupPersons(memberships, terms).persons) {
          expect(terms.neverTouch.has(person.email?.toLowerCase() ?? '')).toBe(false);
          expect(terms.neverTouch.has(person.lockUser?.email.toLowerCase() ?? '')).toBe(false);
        }
      }),
    );
  });

  it('the check-in token belongs to a current one, and of several to the one that began first', () => {
    holdsAlways(
      fc.property(community, ({ memberships, terms }) => {
        for (const person of groupPersons(memberships, terms).persons) {
          const current = person.memberships.filter(
            (each) => standingOf(each, 'last day in', berlin, NOW) === 'current',
          );
          const holder = tokenHolderOf(person, terms);

          expect(holder === undefined).toBe(person.memberships.length === 0);
          if (current.length > 0) {
            expect(current).toContain(holder);
            for (const { startsOn } of current) expect((holder?.startsOn ?? '') <= (startsOn ?? '')).toBe(true);
          }
        }
      }),
    );
  });
});
