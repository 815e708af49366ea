// Laws of what is told, over whatever comes and goes, by day and in quiet hours, with a restart between any two looks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KINDS, type Kind } from '../../src/alerts/alert.ts';
import { holdsAlways } from '../support/laws.ts';
import { condition, lookThrough, type Minute, minutes, type Told } from './looks.ts';

const KEYS: readonly [Kind, string][] = [
  ['token', 'token:cobot'],
  ['sweep', 'sweep'],
  ['hold', 'hold'],
  ['jobs', 'jobs'],
  ['refused', 'refused:ada'],
  ['refused', 'refused:ben'],
];
const conditions = KEYS.map(([kind, key]) => condition(kind, key));

/** Stretches of up to half an hour in which the same is so. */
const stretch = fc
  .record({ present: fc.subarray(conditions), isQuiet: fc.boolean(), count: fc.integer({ min: 1, max: 30 }) })
  .map(({ present, isQuiet, count }): Minute[] => minutes(count, present, isQuiet));
const time = fc.array(stretch, { maxLength: 12 }).map((stretches) => stretches.flat());
const CALM = 40;

const of = (told: readonly Told[], key: string) => told.filter((each) => each.key === key).map(({ what }) => what);

describe('whatever comes and goes', () => {
  it('is told once before it is told to be over, and never over without having been told', () => {
    holdsAlways(
      fc.property(time, (world) => {
        const { told } = lookThrough(world);

        for (const [kind, key] of KEYS) {
          const words = of(told, key).join(' ');
          const grammar = KINDS[kind].recovers ? /^((new( still)* over|past) ?)*(new( still)*)?$/ : /^((new|past) ?)*$/;
          expect(words).toMatch(grammar);
        }
      }),
    );
  });

  it('is told in the end, whatever else was told and whenever the relay was restarted', () => {
    holdsAlways(
      fc.property(time, (world) => {
        const { told } = lookThrough([...world, ...minutes(CALM, [])]);

        const seen = new Set(world.flatMap(({ present }) => present.map(({ key }) => key)));
        expect(new Set(told.map(({ key }) => key))).toEqual(seen);
      }),
    );
  });

  it('leaves nothing behind once all is well', () => {
    holdsAlways(
      fc.property(time, (world) => {
        const { told, alerts } = lookThrough([...world, ...minutes(CALM, [])]);

        expect(alerts).toEqual([]);
        for (const [kind, key] of KEYS)
          if (KINDS[kind].recovers && of(told, key).length > 0) expect(of(told, key).at(-1)).toMatch(/over|past/);
      }),
    );
  });

  it('wakes nobody in quiet hours unless it is urgent', () => {
    holdsAlways(
      fc.property(time, (world) => {
        const inTheNight = lookThrough(world).told.filter(({ isQuiet }) => isQuiet);

        expect(inTheNight.filter(({ kind }) => !KINDS[kind].isUrgent)).toEqual([]);
      }),
    );
  });
});
