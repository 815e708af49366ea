// One life of the relay's process. It can die at any step that leaves the process (a call, a commit), before that took
// effect or after: from then on nothing that it waits for ever comes, and only what was committed is left of it.
import type { Clock } from '../../src/lib/clock.ts';
import { sleepOn, type WorldClock } from './world-clock.ts';

type StepKind = 'call' | 'commit';
export type Death = { at: StepKind; after: number; when: 'before' | 'after' };

export type Life = {
  readonly isDead: boolean;
  readonly clock: Clock;
  /** Does it, unless this life is over, or over by it. */
  step<T>(kind: StepKind | 'other', deed: () => Promise<T>): Promise<T>;
  /** It will end at the step after so many of the kind. */
  doom(death: Death | null): void;
  die(): void;
};

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** `skew`: how far the process's own clock is off. */
export function createLife(world: WorldClock, skew: () => number, died: () => void): Life {
  const timers = new Set<() => void>();
  let isDead = false;
  let death: Death | undefined;

  const after: Clock['after'] = (ms, work) => {
    if (isDead) return () => undefined;
    const cancel = world.after(ms, () => {
      timers.delete(cancel);
      work();
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  };

  function die(): void {
    if (isDead) return;
    isDead = true;
    for (const cancel of timers) cancel();
    timers.clear();
    died();
  }

  function isDue(kind: StepKind | 'other'): boolean {
    if (death?.at !== kind) return false;
    death.after -= 1;
    return death.after < 0;
  }

  return {
    get isDead() {
      return isDead;
    },
    clock: { now: () => world.now() + skew(), after, sleep: (ms, signal) => sleepOn(after, ms, signal) },
    doom(next) {
      death = next ? { ...next } : undefined;
    },
    async step(kind, deed) {
      world.stir();
      if (isDead) return never();
      const isLast = isDue(kind);
      if (isLast && death?.when === 'before') {
        die();
        return never();
      }
      try {
        const result = await deed();
        if (isLast) die();
        return isDead ? await never() : result;
      } catch (error) {
        if (isLast) die();
        if (isDead) return await never();
        throw error;
      } finally {
        world.stir();
      }
    },
    die,
  };
}
