// Choices from one stream of randomness.
import type { Random } from '../../src/simulators/chance.ts';

export type Dice = ReturnType<typeof chanceOf>;

export function chanceOf(random: Random) {
  const from = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  return {
    /** A whole number; both ends may come. */
    from,
    is: (share: number): boolean => random() < share,
    pick<T>(of: readonly T[]): T {
      const picked = of[from(0, of.length - 1)];
      if (picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    weighted<T>(of: readonly (readonly [number, T])[]): T {
      let place = random() * of.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, thing] of of) {
        place -= weight;
        if (place < 0) return thing;
      }
      const last = of.at(-1);
      if (!last) throw new Error('there is nothing to pick from');
      return last[1];
    },
  };
}
