// Brings what was committed onto the disk, without keeping the process from anything else meanwhile. Knows no database.

/** Resolves when everything that was written before the call is on the disk. Who calls while one runs shares the next. */
export type Flush = () => Promise<void>;

/**
 * A flush that failed may have lost what was written before it, and the next one would say that all is well: after one
 * failure all fail, until the process is started again and the database has looked at what is there.
 */
export function createFlush(sync: () => Promise<void>): Flush {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let failure: Error | undefined;

  async function flushNow(): Promise<void> {
    if (failure) throw failure;
    try {
      await sync();
    } catch (cause) {
      failure = new Error('The disk did not take what was written; the relay has to be started again', { cause });
      throw failure;
    }
  }

  function start(): Promise<void> {
    running = flushNow().finally(() => {
      running = undefined;
    });
    return running;
  }

  return () => {
    if (!running) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start();
      });
    return next;
  };
}
