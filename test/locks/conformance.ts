// What every connector has to hold against its simulator, over real HTTP. `lockSystemConformance(name, setup)` in a
// test file runs it; `setup` makes a fresh world with two locks and nobody in it. conformance-bites.test.ts breaks a lock
// system on purpose and sees each of these checks fail.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failingChecks } from './conformance-failing.ts';
import { grantChecks } from './conformance-grants.ts';
import { limitCheck } from './conformance-limits.ts';
import { openingChecks } from './conformance-openings.ts';
import { userChecks } from './conformance-users.ts';
import type { Check, LockWorld } from './conformance-world.ts';

export const chapters: Record<string, Check[]> = {
  'lock users': userChecks,
  grants: grantChecks,
  failing: failingChecks,
  openings: openingChecks,
};

export function lockSystemConformance(
  name: string,
  setup: () => Promise<LockWorld>,
  {
    without = [],
    limited,
  }: {
    /** What the lock system has not: nothing that needs it is asked for. */
    without?: readonly string[];
    /** The same with the vendor's own limits switched on. */
    limited?: () => Promise<LockWorld>;
  } = {},
): void {
  describe(`${name} as a lock system`, () => {
    let world: LockWorld;
    afterEach(() => world.close());

    describe.each(Object.entries(chapters))('%s', (_chapter, checks) => {
      beforeEach(async () => {
        world = await setup();
      });
      for (const { name: sentence, check } of checks.filter(({ needs }) => !needs || !without.includes(needs.what))) {
        it(sentence, () => check(world));
      }
    });

    it('has all that checks may need, but for what is known to be missing', async () => {
      world = await setup();
      const needs = Object.values(chapters).flatMap((checks) => checks.flatMap((each) => each.needs ?? []));

      const missing = new Set(needs.filter(({ isThere }) => !isThere(world)).map(({ what }) => what));

      expect([...missing].toSorted()).toEqual([...without].toSorted());
    });

    if (limited === undefined) return;
    describe('limits', () => {
      beforeEach(async () => {
        world = await limited();
      });
      // Again where this machine was too busy to send in time what was started in time; too many are so every time.
      it(limitCheck.name, { retry: 2, timeout: 60_000 }, () => limitCheck.check(world));
    });
  });
}
