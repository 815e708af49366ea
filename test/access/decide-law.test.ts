import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, decide, entitledAt } from '../../src/access/decide.ts';
import { diff } from '../../src/access/diff.ts';
import { whyNotAt } from '../../src/access/guard.ts';
import { lifeOf } from '../../src/access/membership.ts';
import type { Instant, MemberFacts } from '../../src/access/model.ts';
import { contains, join, toInterval } from '../../src/access/windows.ts';
import { HOUR, policyOf, SECOND, unknown } from '../support/facts.ts';
import { holdsAlways, jumbled } from '../support/laws.ts';
import { mayOpen } from './point-by-point.ts';
import { type Wild, wild } from './wild.ts';

const decided = ({ members, terms }: Wild) => decide(members, 'm1@example.com', terms);
const spell = (items: readonly object[]) => [...new Set(items.map((each) => JSON.stringify(each)))].toSorted();
const isOpen = ({ grants }: Decision, lockId: string, at: Instant) =>
  grants.some((grant) => grant.lockId === lockId && contains(toInterval(grant), at));

/** The facts, and the same in another order and in part twice. */
const twice = wild({ allKnown: false }).chain((world) => {
  const list = <T>(facts: { known: true; value: T[] } | { known: false; why: string }) =>
    facts.known ? jumbled(facts.value).map((value) => ({ known: true as const, value })) : fc.constant(facts);
  const member = (facts: MemberFacts) =>
    fc.record({
      membership: fc.constant(facts.membership),
      passes: list(facts.passes),
      checkIns: list(facts.checkIns),
      bookings: list(facts.bookings),
      refusal: fc.constant(facts.refusal),
    });
  return fc.record({
    world: fc.constant(world),
    again: fc.record({
      members: fc.tuple(...world.members.map(member)).chain((members) => jumbled(members)),
      terms: fc.record({
        locks: jumbled(world.terms.locks),
        policy: jumbled(world.terms.policy.rules).map((rules) => ({ ...world.terms.policy, rules })),
        calendar: fc.constant(world.terms.calendar),
        now: fc.constant(world.terms.now),
      }),
    }),
  });
});

describe('the decision, whatever the facts', () => {
  it("opens exactly when the design's table does, at every moment of the next 72 hours", () => {
    holdsAlways(
      fc.property(
        wild({ allKnown: false }),
        fc.array(fc.integer({ min: 0, max: 72 * 3600 - 1 }), { minLength: 5, maxLength: 20 }),
        (world, offsets) => {
          const { now } = world.terms;
          const decision = decided(world);
          const edges = decision.grants.flatMap(({ from, until }) => [from, until].flatMap((edge) => edge ?? []));
          const moments = [
            ...offsets.map((offset) => now + offset * SECOND),
            ...edges.flatMap((edge) => [edge - SECOND, edge]),
          ].filter((at) => at >= now && at < now + 72 * HOUR);

          for (const { id } of world.terms.locks) {
            for (const at of moments) {
              expect(isOpen(decision, id, at), `${id} at ${new Date(at).toISOString()}`).toBe(
                mayOpen(world.members, id, at, world.terms),
              );
            }
          }
        },
      ),
      600,
    );
  });

  it('does not change with the order and the doubling of what it is given', () => {
    holdsAlways(
      fc.property(twice, ({ world, again }) => {
        const [one, other] = [decided(world), decided(again)];

        expect(spell(other.grants)).toEqual(spell(one.grants));
        expect(other.grants).toHaveLength(one.grants.length);
        expect(spell(other.entitlements)).toEqual(spell(one.entitlements));
        expect(spell(other.denials)).toEqual(spell(one.denials));
        expect([...other.uncertain.keys()].toSorted()).toEqual([...one.uncertain.keys()].toSorted());
        expect([...other.withoutPass].toSorted()).toEqual([...one.withoutPass].toSorted());
      }),
    );
  });

  it('gives the fewest windows: sorted, apart from each other, none over, each with a reason', () => {
    holdsAlways(
      fc.property(wild({ allKnown: false }), (world) => {
        const { grants, entitlements } = decided(world);

        for (const { id } of world.terms.locks) {
          const here = grants.filter(({ lockId }) => lockId === id).map(toInterval);

          expect(here).toEqual(join(entitlements.filter(({ lockId }) => lockId === id)));
          for (const { until } of here) expect(until).toBeGreaterThan(world.terms.now);
        }
        for (const { reason } of grants) expect(reason).not.toBe('');
      }),
    );
  });

  it('says for every lock that it opens, that it is unsure, or why not', () => {
    holdsAlways(
      fc.property(wild({ allKnown: false }), (world) => {
        const decision = decided(world);

        for (const { id } of world.terms.locks) {
          const opens = decision.grants.some(({ lockId }) => lockId === id);
          const denied = decision.denials.some(({ lockId }) => lockId === id);
          const isNamed = world.terms.policy.rules.some(
            ({ locks, booking }) =>
              locks === 'all' || locks.includes(id) || [...(booking?.lockOf.values() ?? [])].includes(id),
          );

          if (opens || decision.uncertain.has(id)) expect(denied).toBe(false);
          else expect(denied).toBe(isNamed);
          expect(whyNotAt(decision, id)).not.toBe('');
        }
      }),
    );
  });

  it('gives nothing that outlives a membership', () => {
    holdsAlways(
      fc.property(wild({ allKnown: false }), ({ members, terms }) => {
        const lives = members.map(({ membership }) => ({
          id: membership.id,
          life: lifeOf(membership, terms.policy.cancellationDate, terms.calendar),
        }));

        for (const { membershipId, from, until } of decide(members, null, terms).entitlements) {
          const life = lives.find(({ id }) => id === membershipId)?.life;

          expect(from).toBeGreaterThanOrEqual(life?.from ?? Number.NaN);
          expect(until).toBeLessThanOrEqual(life?.until ?? Number.NaN);
        }
      }),
    );
  });

  it('gives nothing that outlives a booking, a check-in or a pass', () => {
    holdsAlways(
      fc.property(wild({ allKnown: true }), ({ members, terms }) => {
        const { entitlements } = decide(members, null, terms);
        const last = (ends: number[]) => Math.max(Number.NEGATIVE_INFINITY, ...ends);

        for (const { membershipId, basis, until } of entitlements) {
          const facts = members.find(({ membership }) => membership.id === membershipId);
          if (!facts?.passes.known || !facts.checkIns.known || !facts.bookings.known) throw new Error('all is known');
          const lag = last(terms.policy.rules.map(({ booking }) => booking?.after ?? 0));
          const ends = {
            plan: Number.POSITIVE_INFINITY,
            booking: last(facts.bookings.value.map((each) => each.until)) + lag,
            'check-in': last(facts.checkIns.value.map((each) => each.until)),
            pass: last(facts.passes.value.map(({ expiresAt }) => (expiresAt ?? Number.POSITIVE_INFINITY) + 72 * HOUR)),
          };

          expect(until).toBeLessThanOrEqual(ends[basis]);
        }
      }),
    );
  });

  it('charges nobody for an unlimited plan, and nobody where no pass is required', () => {
    holdsAlways(
      fc.property(wild({ allKnown: false }), ({ members, terms }) => {
        const free = members.map((facts) => {
          const { plan, upcomingPlan } = facts.membership;
          const unlimited = { ...plan, limited: false };
          return {
            ...facts,
            membership: { ...facts.membership, plan: unlimited, upcomingPlan: upcomingPlan && unlimited },
          };
        });
        const rules = terms.policy.rules.map((rule) => ({ ...rule, passes: 'ignore' as const }));

        expect(decide(free, null, terms).entitlements.filter(({ charged }) => charged)).toEqual([]);
        expect(
          decide(members, null, { ...terms, policy: policyOf(rules) }).entitlements.filter(({ charged }) => charged),
        ).toEqual([]);
      }),
    );
  });

  it('finds at a moment what opens the lock then, and nothing else', () => {
    holdsAlways(
      fc.property(wild({ allKnown: false }), fc.integer({ min: 0, max: 72 }), (world, hours) => {
        const decision = decided(world);
        const at = world.terms.now + hours * HOUR;

        for (const { id } of world.terms.locks) {
          expect(entitledAt(decision, id, at).length > 0).toBe(isOpen(decision, id, at));
        }
        expect(entitledAt(decision, null, at).length > 0).toBe(
          world.terms.locks.some(({ id }) => isOpen(decision, id, at)),
        );
      }),
    );
  });
});

describe('what could not be read', () => {
  const blind = fc.record({ passes: fc.boolean(), checkIns: fc.boolean(), bookings: fc.boolean() });
  const hide = (members: readonly MemberFacts[], lost: { passes: boolean; checkIns: boolean; bookings: boolean }) =>
    members.map((facts) => ({
      ...facts,
      ...(lost.passes ? { passes: unknown() } : {}),
      ...(lost.checkIns ? { checkIns: unknown() } : {}),
      ...(lost.bookings ? { bookings: unknown() } : {}),
    }));

  it('changes nothing: what the facts had given stays, and nothing is added', () => {
    holdsAlways(
      fc.property(wild({ allKnown: true }), blind, ({ members, terms }, lost) => {
        const { grants } = decide(members, null, terms);
        const current = grants.map((grant, index) => ({ ...grant, id: `g${index}`, lockUserId: 'u1', note: null }));

        const decision = decide(hide(members, lost), null, terms);
        const keep = new Set(decision.uncertain.keys());

        expect(diff(decision.grants, current, { now: terms.now, keep, whyNot: () => '' })).toEqual({
          adds: [],
          removals: [],
          clear: [],
        });
      }),
      600,
    );
  });

  it('opens nothing that the facts would not open', () => {
    holdsAlways(
      fc.property(wild({ allKnown: true }), blind, ({ members, terms }, lost) => {
        const full = decide(members, null, terms);
        const part = decide(hide(members, lost), null, terms);

        for (const { lockId, from, until } of part.grants) {
          const whole = full.grants.filter((each) => each.lockId === lockId).map(toInterval);
          const { from: start, until: end } = toInterval({ from, until });

          expect(whole.some((each) => each.from <= start && end <= each.until)).toBe(true);
        }
      }),
    );
  });
});

describe('a blocked person', () => {
  it('has nothing and is not unsure, whatever the facts', () => {
    holdsAlways(
      fc.property(wild({ allKnown: false }), fc.boolean(), ({ members, terms }, byLockUser) => {
        const blocked = new Set(byLockUser ? ['theirs@example.com'] : ['m1@example.com', 'm2@example.com']);
        const { cancellationDate } = terms.policy;
        const lives = members.map(({ membership: { canceledTo: _, ...membership }, ...facts }) => ({
          ...facts,
          membership: { ...membership, canceledTo: null },
        }));

        const decision = decide(lives, 'THEIRS@example.com', {
          ...terms,
          policy: policyOf(terms.policy.rules, { cancellationDate, blocked }),
        });

        expect(decision).toMatchObject({ entitlements: [], grants: [], uncertain: new Map(), blocked: true });
        expect(decision.denials.map(({ sentence }) => sentence)).toEqual(
          terms.locks.map(() => 'blocked by the operator'),
        );
      }),
    );
  });
});
