// Lets everything that arrives together share one commit: while as many run as may, what comes waits and then goes as one
// group. Says nothing about what is written; a bad entry fails alone.

/** A commit costs as much as some dozens of turns. */
const MOST_TURNS = 16;

/** One is written while the disk takes the other. Which of them ends first is not said. */
const MOST_AT_ONCE = 2;

type Waiting<T> = { entry: T; resolve: () => void; reject: (reason: unknown) => void };

/** `commit` writes all entries or none. The result resolves once its entry is committed, or rejects with its error. */
export function groupCommit<T>(commit: (entries: readonly T[]) => Promise<void>): (entry: T) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let running = 0;
  let gathering = false;

  async function settle(group: readonly Waiting<T>[]): Promise<void> {
    try {
      await commit(group.map(({ entry }) => entry));
    } catch (error) {
      const [only, another] = group;
      if (only && !another) return only.reject(error);
      for (const one of group) await settle([one]);
      return;
    }
    for (const { resolve } of group) resolve();
  }

  /**
   * Turns of the event loop, since SQLite answers within one and nobody could ever join: one, and while every turn brings
   * somebody, a few more. Who is alone waits for no one.
   */
  async function gather(): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const before = waiting.length;
      await new Promise((resolve) => setImmediate(resolve));
      if (waiting.length === before) return;
    }
  }

  async function run(): Promise<void> {
    // Who gathers takes along whoever comes.
    while (waiting.length > 0 && !gathering) {
      gathering = true;
      await gather();
      gathering = false;
      const group = waiting;
      waiting = [];
      await settle(group);
    }
    running -= 1;
  }

  return (entry) =>
    new Promise((resolve, reject) => {
      waiting.push({ entry, resolve, reject });
      if (gathering || running >= MOST_AT_ONCE) return;
      running += 1;
      void run();
    });
}
