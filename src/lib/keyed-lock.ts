// One at a time per key, in the order of asking. Takes several keys in sorted order, so that two never wait for each
// other.
export type KeyedLock = <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>;

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();

  async function hold<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const [key, ...rest] = keys;
    if (key === undefined) return work();
    const before = tails.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    tails.set(key, promise);
    await before;
    try {
      return await hold(rest, work);
    } finally {
      if (tails.get(key) === promise) tails.delete(key);
      resolve();
    }
  }

  return (keys, work) => hold([...new Set(keys)].toSorted(), work);
}
