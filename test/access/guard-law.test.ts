import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/access/decide.ts';
import { brakeFor, lossesOf } from '../../src/access/guard.ts';
import { contains, toInterval } from '../../src/access/windows.ts';
import { HOUR, MINUTE } from '../support/facts.ts';
import { holdsAlways, jumbled } from '../support/laws.ts';
import { wild, wildGrants } from './wild.ts';

const PEOPLE = Array.from({ length: 70 }, (_, index) => `u${index}`);
const people = fc.subarray(PEOPLE);
const brake = fc.record({
  members: fc.option(fc.integer({ min: 0, max: 12 }), { nil: null }),
  percent: fc.integer({ min: 0, max: 100 }),
  atMost: fc.integer({ min: 0, max: 60 }),
});
const standard = { members: null, percent: 10, atMost: 50 };
const crowd = fc.record({
  brake,
  managed: fc.integer({ min: 0, max: 400 }),
  recent: people.map((each) => new Set(each)),
});

describe('the brake', () => {
  it('lets nothing through for more that it holds for fewer', () => {
    holdsAlways(
      fc.property(crowd, people, people, (terms, losers, more) => {
        fc.pre(brakeFor(losers, terms).holds);

        expect(brakeFor([...losers, ...more], terms).holds).toBe(true);
        expect(brakeFor(losers, { ...terms, recent: new Set([...terms.recent, ...more]) }).holds).toBe(true);
      }),
    );
  });

  it('comes to the same whether losses come one by one or at once', () => {
    holdsAlways(
      fc.property(crowd, people, (terms, losers) => {
        fc.pre(losers.length > 0);
        const recent = new Set(terms.recent);
        let last = brakeFor([], terms);
        for (const loser of losers) {
          last = brakeFor([loser], { ...terms, recent });
          recent.add(loser);
        }

        expect(last).toEqual(brakeFor(losers, terms));
      }),
    );
  });

  it('comes to the same in two portions', () => {
    holdsAlways(
      fc.property(crowd, people, people, (terms, some, others) => {
        fc.pre(others.length > 0);

        const second = brakeFor(others, { ...terms, recent: new Set([...terms.recent, ...some]) });

        expect(second).toEqual(brakeFor([...some, ...others], terms));
      }),
    );
  });

  it('counts a person once, in whatever order', () => {
    holdsAlways(
      fc.property(
        crowd,
        people.chain((each) => fc.tuple(fc.constant(each), jumbled(each))),
        (terms, [losers, again]) => {
          expect(brakeFor(again, terms)).toEqual(brakeFor(losers, terms));
        },
      ),
    );
  });

  it('holds nothing where nobody loses, whatever was in the last hour', () => {
    holdsAlways(
      fc.property(crowd, (terms) => {
        expect(brakeFor([], terms).holds).toBe(false);
      }),
    );
  });

  it('as it is by default never holds a single loss', () => {
    holdsAlways(
      fc.property(fc.integer({ min: 0, max: 1000 }), (managed) => {
        expect(brakeFor(['u1'], { brake: standard, managed, recent: new Set() }).holds).toBe(false);
      }),
    );
  });

  it('as it is by default holds nothing in a larger space that it lets through in a smaller one', () => {
    holdsAlways(
      fc.property(people, fc.nat(300), fc.nat(300), (losers, managed, more) => {
        fc.pre(!brakeFor(losers, { brake: standard, managed, recent: new Set() }).holds);

        expect(brakeFor(losers, { brake: standard, managed: managed + more, recent: new Set() }).holds).toBe(false);
      }),
    );
  });

  it('holds whatever is more than at_most', () => {
    holdsAlways(
      fc.property(crowd, people, (terms, losers) => {
        fc.pre(losers.length > terms.brake.atMost);

        expect(brakeFor(losers, terms).holds).toBe(true);
      }),
    );
  });
});

describe('a loss', () => {
  const calm = { spentByCheckIn: false, restsOnAbsence: false };
  const situation = wild({ allKnown: false }).chain((world) =>
    fc.record({ world: fc.constant(world), current: wildGrants(world.terms.now) }),
  );

  it('is more than half of the minutes of the next 72 hours, counted out', () => {
    holdsAlways(
      fc.property(situation, ({ world: { members, terms }, current }) => {
        // The grants of this law begin and end on minutes, but for those of passes and check-ins.
        const { now } = terms;
        const decision = decide(members, null, terms);
        const exact = [...decision.grants, ...current].every(({ from, until }) =>
          [from, until].every((edge) => edge === null || (edge - now) % MINUTE === 0 || edge > now + 72 * HOUR),
        );
        fc.pre(exact);
        const minutes = Array.from({ length: 72 * 60 }, (_, minute) => now + minute * MINUTE);
        const count = (
          grants: readonly { lockId: string; from: number | null; until: number | null }[],
          lock: string,
        ) => {
          const here = grants.filter(({ lockId }) => lockId === lock).map(toInterval);
          return minutes.filter((at) => here.some((each) => contains(each, at))).length;
        };
        const losing = ['cellar', 'front', 'room-a', 'studio'].filter((lock) => {
          const before = count(current, lock);
          return before > 0 && count(decision.grants, lock) < before / 2 && !decision.uncertain.has(lock);
        });

        const losses = lossesOf('u1', current, decision, { now, ...calm });

        expect(losses.map(({ lockId }) => lockId)).toEqual(losing);
      }),
      80,
    );
  });

  it('does not depend on the order and the doubling of the grants', () => {
    holdsAlways(
      fc.property(
        situation.chain((each) => fc.tuple(fc.constant(each), jumbled(each.current))),
        ([{ world, current }, again]) => {
          const decision = decide(world.members, null, world.terms);
          const terms = { now: world.terms.now, ...calm };

          expect(lossesOf('u1', again, decision, terms)).toEqual(lossesOf('u1', current, decision, terms));
        },
      ),
    );
  });

  it('there is none where a fact is unknown, and none where everything stays', () => {
    holdsAlways(
      fc.property(situation, ({ world: { members, terms }, current }) => {
        const decision = decide(members, null, terms);
        const same = decision.grants.map((grant, index) => ({
          ...grant,
          id: `g${index}`,
          lockUserId: 'u1',
          note: null,
        }));
        const losses = lossesOf('u1', current, decision, { now: terms.now, ...calm });

        expect(losses.filter(({ lockId }) => decision.uncertain.has(lockId))).toEqual([]);
        expect(lossesOf('u1', same, decision, { now: terms.now, ...calm })).toEqual([]);
      }),
    );
  });

  it('a check-in that spent a pass makes no loss where there was none', () => {
    holdsAlways(
      fc.property(situation, ({ world: { members, terms }, current }) => {
        const decision = decide(members, null, terms);
        const all = lossesOf('u1', current, decision, { now: terms.now, ...calm });
        const some = lossesOf('u1', current, decision, { now: terms.now, ...calm, spentByCheckIn: true });

        for (const loss of some) expect(all).toContainEqual(loss);
      }),
    );
  });
});
