// Is the key in a callback URL one of ours? Compared by digests of one length, in constant time and against every key,
// so that the answer's time tells nothing about any of them.
import { hash, timingSafeEqual } from 'node:crypto';

/** `given` is the query parameter as parsed: anything but one string (missing, repeated) is refused. */
export type KeyCheck = (given: unknown) => boolean;

export function createKeyCheck(keys: readonly string[]): KeyCheck {
  const digests = keys.map(digest);
  return (given) => {
    if (typeof given !== 'string') return false;
    const candidate = digest(given);
    return digests.map((known) => timingSafeEqual(known, candidate)).includes(true);
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
