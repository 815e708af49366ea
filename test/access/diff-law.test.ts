import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/access/decide.ts';
import { type Difference, diff, effective } from '../../src/access/diff.ts';
import type { CurrentGrant, DesiredGrant, Instant } from '../../src/access/model.ts';
import { contains } from '../../src/access/windows.ts';
import { HOUR } from '../support/facts.ts';
import { holdsAlways, jumbled } from '../support/laws.ts';
import { wild, wildGrants } from './wild.ts';

const whyNot = () => 'no rule gives this lock';

/** What a person should have and has, and the locks at which nothing may be taken away. */
const situation = wild({ allKnown: false }).chain(({ members, terms }) => {
  const desired = decide(members, null, terms).grants;
  const fitting = desired.map((grant, index) => ({ ...grant, id: `d${index}`, lockUserId: 'u1', note: null }));
  return fc.record({
    now: fc.constant(terms.now),
    desired: fc.constant(desired),
    current: fc.tuple(wildGrants(terms.now), fc.subarray(fitting)).map(([wildly, fit]) => [...wildly, ...fit]),
    keep: fc.subarray(['front', 'studio', 'cellar']).map((locks) => new Set(locks)),
  });
});

/** The lock system after these changes. */
function applied(current: readonly CurrentGrant[], { adds, removals, clear }: Difference): CurrentGrant[] {
  const gone = new Set([...removals.map(({ grant }) => grant.id), ...clear.map(({ id }) => id)]);
  return [...current.filter(({ id }) => !gone.has(id)), ...adds.map((grant, index) => made(grant, index))];
}
const made = ({ lockId, from, until }: DesiredGrant, index: number): CurrentGrant => ({
  id: `new${index}`,
  lockUserId: 'u1',
  lockId,
  from,
  until,
  note: null,
});

const opens = (grants: readonly CurrentGrant[] | readonly DesiredGrant[], lockId: string, at: Instant, now: Instant) =>
  grants.some((grant) => grant.lockId === lockId && contains(effective(grant, now), at));

describe('the difference', () => {
  it('is empty once it has been applied', () => {
    holdsAlways(
      fc.property(situation, ({ desired, current, keep, now }) => {
        const terms = { now, keep, whyNot };

        const after = applied(current, diff(desired, current, terms));

        expect(diff(desired, after, terms)).toEqual({ adds: [], removals: [], clear: [] });
      }),
    );
  });

  it('takes to exactly what is desired, where nothing has to be kept', () => {
    holdsAlways(
      fc.property(situation, ({ desired, current, now }) => {
        const after = applied(current, diff(desired, current, { now, keep: new Set(), whyNot }));
        const spell = (grants: readonly (CurrentGrant | DesiredGrant)[]) =>
          grants.map((grant) => JSON.stringify([grant.lockId, effective(grant, now).from, grant.until])).toSorted();

        expect(spell(after)).toEqual(spell(desired));
      }),
    );
  });

  it('takes away nothing but what it was given, and nothing twice', () => {
    holdsAlways(
      fc.property(situation, ({ desired, current, keep, now }) => {
        const { removals, clear } = diff(desired, current, { now, keep, whyNot });
        const out = [...removals.map(({ grant }) => grant), ...clear];

        for (const grant of out) expect(current).toContain(grant);
        expect(new Set(out.map(({ id }) => id)).size).toBe(out.length);
      }),
    );
  });

  it('adds nothing but what is desired', () => {
    holdsAlways(
      fc.property(situation, ({ desired, current, keep, now }) => {
        for (const grant of diff(desired, current, { now, keep, whyNot }).adds) expect(desired).toContain(grant);
      }),
    );
  });

  it('does not change with the order and the doubling of the list of grants', () => {
    holdsAlways(
      fc.property(
        situation.chain((each) => fc.tuple(fc.constant(each), jumbled(each.current))),
        ([{ desired, current, keep, now }, again]) => {
          const terms = { now, keep, whyNot };

          expect(diff(desired, again, terms)).toEqual(diff(desired, current, terms));
        },
      ),
    );
  });

  it('takes nothing away where a fact is unknown or a person decides', () => {
    holdsAlways(
      fc.property(situation, ({ desired, current, keep, now }) => {
        const { removals } = diff(desired, current, { now, keep, whyNot });

        expect(removals.filter(({ grant }) => keep.has(grant.lockId))).toEqual([]);
      }),
    );
  });

  it('clears only what is over, and takes away only what is not', () => {
    holdsAlways(
      fc.property(situation, ({ desired, current, keep, now }) => {
        const { removals, clear } = diff(desired, current, { now, keep, whyNot });

        for (const { until } of clear) expect(until ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(now);
        for (const { grant } of removals) expect(grant.until ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
      }),
    );
  });

  it('gives every removal a sentence', () => {
    holdsAlways(
      fc.property(situation, ({ desired, current, keep, now }) => {
        for (const { sentence } of diff(desired, current, { now, keep, whyNot }).removals) {
          expect(sentence).not.toBe('');
        }
      }),
    );
  });
});

describe('doing it, call by call', () => {
  // As sync/apply.ts does: what opens soon and what replaces something, removals, the rest, what is over.
  const calls = ({ adds, removals, clear }: Difference, now: Instant) => {
    const isFirst = ({ from, lockId }: DesiredGrant) =>
      from === null || from <= now + HOUR || removals.some(({ grant }) => grant.lockId === lockId);
    const give = (grant: DesiredGrant, index: number) => (grants: CurrentGrant[]) => [...grants, made(grant, index)];
    const take =
      ({ id }: CurrentGrant) =>
      (grants: CurrentGrant[]) =>
        grants.filter((each) => each.id !== id);
    const numbered = adds.map((grant, index) => ({ grant, call: give(grant, index) }));
    return [
      ...numbered.filter(({ grant }) => isFirst(grant)).map(({ call }) => call),
      ...removals.map(({ grant }) => take(grant)),
      ...numbered.filter(({ grant }) => !isFirst(grant)).map(({ call }) => call),
      ...clear.map(take),
    ];
  };

  it('leaves no moment in which somebody entitled who could open is locked out, not even between two calls', () => {
    holdsAlways(
      fc.property(
        situation,
        fc.array(fc.integer({ min: 0, max: 96 }), { minLength: 3 }),
        ({ desired, current, keep, now }, hours) => {
          const difference = diff(desired, current, { now, keep, whyNot });
          const edges = [...desired, ...current].flatMap(({ from, until }) => [from ?? now, until ?? now]);
          const moments = [now, ...edges, ...hours.map((each) => now + each * HOUR)].filter((at) => at >= now);
          const locks = [...new Set(current.map(({ lockId }) => lockId))];
          const dear = locks.flatMap((lockId) =>
            moments
              .filter((at) => opens(current, lockId, at, now))
              .filter((at) => opens(desired, lockId, at, now) || keep.has(lockId))
              .map((at) => ({ lockId, at })),
          );

          let grants = [...current];
          for (const call of calls(difference, now)) {
            grants = call(grants);

            for (const { lockId, at } of dear) expect(opens(grants, lockId, at, now)).toBe(true);
          }
        },
      ),
      400,
    );
  });
});
