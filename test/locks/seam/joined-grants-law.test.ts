import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partId, writeKey } from '../../../src/locks/seam/grant-key.ts';
import {
  cutNote,
  doorsOf,
  generationsOf,
  joinNotes,
  planMove,
  planRemoval,
  reportParts,
  type Seen,
} from '../../../src/locks/seam/joined-grants.ts';
import { holdsAlways } from '../../support/laws.ts';

const NOW = 1_000_000_000;
const LINEAGE = 'relay:co-up:user1:0123456789ab';
const doorNames = ['a', 'b', 'c', 'd'];

const grant = (more: Partial<Seen>): Seen => ({
  id: 'g',
  key: null,
  lockUserId: 'user1',
  from: null,
  until: null,
  createdAt: NOW,
  name: 'relay:co-up m1 plan',
  methodIds: [],
  requested: 1,
  hasSpaces: false,
  isGoing: false,
  isShort: false,
  errors: [],
  hints: [],
  doors: [],
  ...more,
});

const someDoors = fc.subarray(doorNames, { minLength: 1 });
/** Any mess that lost answers may have left of one lineage. */
const generations = fc
  .array(fc.record({ doors: someDoors, isGoing: fc.boolean(), isOver: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .map((all) =>
    all.map(({ doors, isGoing, isOver }, index) =>
      grant({ id: `g${index}`, key: writeKey(LINEAGE, index + 1), doors, isGoing, until: isOver ? NOW - 1 : null }),
    ),
  );
const foreign = fc
  .array(someDoors)
  .map((all) => all.map((doors, index) => grant({ id: `theirs${index}`, key: 'theirs', doors })));
const world = fc.record({ ours: generations, theirs: foreign, asked: fc.subarray(doorNames) });

const inEffect = () => undefined;
const running = (seen: readonly Seen[]) => seen.filter(({ isGoing, until }) => !isGoing && until === null);
const opening = (seen: readonly Seen[]) => doorsOf(running(seen));

describe('taking back some doors of a joined grant', () => {
  /** What is there after each step, the first being what was there. */
  function steps(seen: Seen[], asked: string[]): Seen[][] {
    const plan = planRemoval(generationsOf(LINEAGE, seen), new Set(asked), NOW);
    const states = [seen];
    const last = () => states.at(-1) ?? [];
    if (plan.make) {
      const { generation, doors, like } = plan.make;
      states.push([...last(), { ...like, id: 'new', key: writeKey(LINEAGE, generation), doors }]);
    }
    for (const { id } of plan.remove) states.push(last().filter((each) => each.id !== id));
    return states;
  }

  it('shuts nobody out of what stays, at no step in between', () => {
    holdsAlways(
      fc.property(world, ({ ours, theirs, asked }) => {
        const kept = opening(ours).difference(new Set(asked));

        for (const state of steps([...ours, ...theirs], asked)) {
          expect(kept.isSubsetOf(opening(generationsOf(LINEAGE, state)))).toBe(true);
        }
      }),
    );
  });

  it('leaves none of what was asked for, and nothing beside it is lost from the report', () => {
    holdsAlways(
      fc.property(world, ({ ours, theirs, asked }) => {
        const after = steps([...ours, ...theirs], asked).at(-1) ?? [];

        const left = doorsOf(generationsOf(LINEAGE, after));
        expect(left.isDisjointFrom(new Set(asked))).toBe(true);
        expect(opening(ours).difference(new Set(asked)).isSubsetOf(left)).toBe(true);
      }),
    );
  });

  it('touches nothing of others', () => {
    holdsAlways(
      fc.property(world, ({ ours, theirs, asked }) => {
        const after = steps([...ours, ...theirs], asked).at(-1) ?? [];

        expect(after.filter(({ id }) => id.startsWith('theirs'))).toEqual(theirs);
      }),
    );
  });

  it('keeps the ids of what stays', () => {
    holdsAlways(
      fc.property(world, ({ ours, asked }) => {
        const idsOf = (seen: Seen[]) => new Set(reportParts(running(seen), inEffect).map(({ id }) => id));
        const gone = new Set(asked.map((door) => `${LINEAGE}/${door}`));

        expect(idsOf(steps(ours, asked).at(-1) ?? [])).toEqual(idsOf(ours).difference(gone));
      }),
    );
  });

  it('does nothing more when it is done again', () => {
    holdsAlways(
      fc.property(world, ({ ours, asked }) => {
        const after = steps(ours, asked).at(-1) ?? [];

        expect(steps(after, asked)).toHaveLength(1);
      }),
    );
  });

  it('counts generations up, past those that are being deleted', () => {
    holdsAlways(
      fc.property(world, ({ ours, asked }) => {
        const { make } = planRemoval(generationsOf(LINEAGE, ours), new Set(asked), NOW);

        if (make) expect(make.generation).toBe(ours.length + 1);
      }),
    );
  });
});

describe('reporting joined grants', () => {
  it('names every door that opens exactly once in a lineage, in any order of reading', () => {
    holdsAlways(
      fc.property(world, fc.boolean(), ({ ours, theirs }, reversed) => {
        const seen = [...ours, ...theirs];
        const parts = reportParts(reversed ? seen.toReversed() : seen, inEffect);

        const expected = new Set([
          ...[...doorsOf(ours)].map((door) => `${LINEAGE}/${door}`),
          ...theirs.flatMap(({ id, doors }) => doors.map((door) => `${id}/${door}`)),
        ]);
        expect(parts.map(({ id }) => id).toSorted()).toEqual([...expected].toSorted());
      }),
    );
  });

  it('hides no time at which an entrance opens', () => {
    const [older, newer] = [
      grant({ id: 'g1', key: writeKey(LINEAGE, 1) }),
      grant({ id: 'g2', key: writeKey(LINEAGE, 2) }),
    ];
    const seen = [
      { ...older, doors: ['a'], from: 10, until: 50 },
      { ...newer, doors: ['a'], from: 20, until: 90 },
    ];

    expect(reportParts(seen, inEffect)).toMatchObject([{ id: `${LINEAGE}/a`, from: 10, until: 90 }]);
    expect(reportParts([...seen, { ...newer, id: 'g3', doors: ['a'] }], inEffect)).toMatchObject([
      { from: null, until: null },
    ]);
  });

  it('is in effect where one of two generations is', () => {
    const seen = [
      grant({ id: 'g1', key: writeKey(LINEAGE, 1), doors: ['a'] }),
      grant({ id: 'g2', key: writeKey(LINEAGE, 2), doors: ['a', 'b'] }),
    ];
    const parts = reportParts(seen, ({ id }) => (id === 'g2' ? { state: 'pending', words: null } : undefined));

    expect(parts.map(({ lockId, standing }) => [lockId, standing?.state])).toEqual([
      ['a', undefined],
      ['b', 'pending'],
    ]);
  });

  it('takes a key that names somebody else for no key of ours', () => {
    const stranger = { id: 'g1', key: writeKey(LINEAGE, 1), lockUserId: 'user2' };

    expect(partId(stranger, 'a')).toBe('g1/a');
    expect(partId({ ...stranger, lockUserId: 'user1' }, 'a')).toBe(`${LINEAGE}/a`);
    expect(partId({ ...stranger, key: 'jane:1' }, 'a')).toBe('g1/a');
  });
});

describe('moving a joined grant', () => {
  it('only ever takes along doors that were asked to move', () => {
    holdsAlways(
      fc.property(world, ({ ours, asked }) => {
        const plan = planMove(generationsOf(LINEAGE, ours), new Set(asked));

        if (plan !== 'cannot') expect(doorsOf(ours).isSubsetOf(new Set(asked))).toBe(true);
      }),
    );
  });

  it('is done where all of the doors are asked for, and there is one generation', () => {
    const only = grant({ id: 'g1', key: writeKey(LINEAGE, 1), doors: ['a', 'b'] });
    const second = { ...only, id: 'g2', key: writeKey(LINEAGE, 2) };

    expect(planMove([only], new Set(['a', 'b']))).toBe(only);
    expect(planMove([only], new Set(['a']))).toBe('cannot');
    expect(planMove([second, only], new Set(['a', 'b']))).toBe('cannot');
    expect(planMove([{ ...second, isGoing: true }, only], new Set(['a', 'b']))).toBe(only);
    expect(planMove([], new Set(['a']))).toBe('cannot');
  });
});

describe('the name of a joined grant', () => {
  it('is the note where all are the same, and else holds each reason once', () => {
    expect(joinNotes(['relay:co-up m1 plan "X"', 'relay:co-up m1 plan "X"'])).toBe('relay:co-up m1 plan "X"');
    expect(joinNotes(['relay:co-up m1 b', 'relay:co-up m1 a', 'relay:co-up m1 b'])).toBe('relay:co-up m1 a; b');
    expect(joinNotes(['relay:co-up m1'])).toBe('relay:co-up m1');
  });

  it('is never longer than a note, and a cut note is not cut again', () => {
    holdsAlways(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { minLength: 1 }), (reasons) => {
        const name = joinNotes(reasons.map((reason) => `relay:co-up m1 ${reason}`));

        expect(cutNote(name)).toBe(name);
        expect(name.isWellFormed()).toBe(true);
      }),
    );
  });
});
