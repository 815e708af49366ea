// A side that is asked for somebody who stands at the desk and waits: what has not answered by then is told as not
// answered, and the answer rests on what was read last. The call itself is not taken back.
import type { Clock } from '../lib/clock.ts';
import { TransientError } from '../lib/errors.ts';

/** A page is due in ten seconds, and another side or two are asked one after the other. */
const PATIENCE = 4000;

/** The same, but for calls that take too long, above all since they wait for their turn behind others. */
export function impatient<T extends object>(side: T, name: string, clock: Pick<Clock, 'after'>): T {
  return new Proxy(side, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== 'function') return value;
      return (...words: unknown[]) => {
        const answer: unknown = Reflect.apply(value, target, words);
        return answer instanceof Promise ? inTime(answer, `${String(key)} on ${name}`, clock) : answer;
      };
    },
  });
}

async function inTime<T>(answer: Promise<T>, where: string, clock: Pick<Clock, 'after'>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(PATIENCE, () =>
    late.reject(
      new TransientError('No answer in time for somebody who waits', {
        code: 'answer_late',
        where,
        advice: 'ask again in a minute: others are served first, or it is slow',
        effect: 'none',
      }),
    ),
  );
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    cancel();
  }
}
