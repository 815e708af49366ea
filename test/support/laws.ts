// Laws are tried on the same examples in every run, so that a red test stays red until somebody mends it. What fails is
// printed with seed and path; LAW_SEED and LAW_RUNS look further than the tests do.
import fc from 'fast-check';

const SEED = Number(process.env['LAW_SEED'] ?? 20_261_124);

/** Throws with the smallest example that breaks the law, its seed and its path. */
export function holdsAlways<Ts>(property: fc.IRawProperty<Ts, false>, runs = 300): void {
  fc.assert(property, { seed: SEED, numRuns: Number(process.env['LAW_RUNS'] ?? runs) });
}

/** The items in another order, some of them twice. */
export const jumbled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc
    .tuple(fc.shuffledSubarray([...items], { minLength: items.length }), fc.subarray([...items]))
    .map(([all, again]) => [...all, ...again]);
