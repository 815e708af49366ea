// Words about what goes on, once it has taken more than a second: one line on stderr that is written over, or a line for
// each where stderr is no terminal. They are no part of the answer.
import { counted } from '../lib/wording.ts';
import type { Surroundings } from './cli.ts';

const QUIET = 1000;
const SECOND = 1000;

/** Does the work, and tells of it while it takes long. `work` may say what it is at. */
export async function busy<T>(
  words: string,
  { terminal, clock }: Pick<Surroundings, 'terminal' | 'clock'>,
  work: (tell: (words: string) => void) => Promise<T>,
): Promise<T> {
  const began = clock.now();
  let latest = words;
  let isSlow = false;
  let cancel: () => void = () => undefined;
  const { live } = terminal;

  const show = () => {
    if (!live) return terminal.err(`... ${latest}\n`);
    const seconds = Math.floor((clock.now() - began) / SECOND);
    live(`... ${latest} (${counted(seconds, 'second')})`);
    cancel = clock.after(SECOND, show);
  };
  cancel = clock.after(QUIET, () => {
    isSlow = true;
    show();
  });
  try {
    return await work((next) => {
      if (next === latest) return;
      latest = next;
      if (isSlow && !live) show();
    });
  } finally {
    cancel();
    if (isSlow) live?.(null);
  }
}
