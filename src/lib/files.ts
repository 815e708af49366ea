// Reading and watching a file that people edit while the service runs. Says nothing of what stands in it.
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';

export type Files = {
  /** The text; rejects with Node's own error, whose code is ENOENT where there is no such file. */
  read(path: string): Promise<string>;
  /** Tells of every change, also of the file being made or removed, until the result is called. */
  watch(path: string, changed: () => void): () => void;
};

/** By its state rather than by events of the disk, which come for one name and not for a file put in its place. */
const LOOK_EVERY = 2000;

export const disk: Files = {
  read: (path) => readFile(path, 'utf8'),
  watch(path, changed) {
    const look = (now: { mtimeMs: number; size: number }, before: { mtimeMs: number; size: number }) => {
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) changed();
    };
    watchFile(path, { interval: LOOK_EVERY, persistent: false }, look);
    return () => unwatchFile(path, look);
  },
};
