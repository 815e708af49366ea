// Notices which side does not let the relay in, by what every call to it comes to. Per kind of call, since a token may
// lack the scope for one of them alone.
import type { Clock } from '../lib/clock.ts';
import { describeError, UnauthorizedError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { RefusedCalls } from '../store/store.ts';

const MINUTE = 60_000;

export type TokenWatch = {
  /** The same, with an eye on what its calls come to. */
  over<T extends object>(side: string, target: T): T;
  /** What other processes have noticed meanwhile. */
  refresh(): Promise<void>;
};

export function createTokenWatch({
  store,
  clock,
  log,
}: {
  store: RefusedCalls;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn'>;
}): TokenWatch {
  /** When each was written down last. */
  const known = new Map<string, number>();
  const nameOf = (side: string, call: string) => `${side} ${call}`;
  // A store that fails must not make a call fail that did not.
  const written = (work: Promise<void>) =>
    void work.catch((error: unknown) => log.warn({ error }, 'could not write down who refuses the token'));

  function refused(side: string, call: string, error: UnauthorizedError): void {
    const now = clock.now();
    if (now - (known.get(nameOf(side, call)) ?? Number.NEGATIVE_INFINITY) < MINUTE) return;
    known.set(nameOf(side, call), now);
    written(store.put({ side, call, sentence: describeError(error), at: now }));
  }

  function taken(side: string, call: string): void {
    if (known.delete(nameOf(side, call))) written(store.remove(side, call));
  }

  return {
    over<T extends object>(side: string, target: T): T {
      return new Proxy(target, {
        get(object, name, receiver) {
          const value: unknown = Reflect.get(object, name, receiver);
          if (typeof value !== 'function' || typeof name !== 'string') return value;
          return (...words: unknown[]) => {
            const result: unknown = Reflect.apply(value, object, words);
            if (result instanceof Promise)
              result.then(
                () => taken(side, name),
                (error: unknown) => {
                  if (error instanceof UnauthorizedError) refused(side, name, error);
                },
              );
            return result;
          };
        },
      });
    },
    async refresh() {
      for (const { side, call, at } of await store.all()) {
        const name = nameOf(side, call);
        if (!known.has(name)) known.set(name, at);
      }
    },
  };
}
