// What a simulated world did, line by line: the last lines are kept for whoever has to understand a failure, and all of
// them together make the fingerprint by which two runs are known to be the same.
import { createHash } from 'node:crypto';

export type Trace = {
  line(text: string): void;
  /** The latest, oldest first. */
  latest(): string[];
  fingerprint(): string;
  readonly lines: number;
};

const KEPT = 2000;

export function createTrace(now: () => number, show?: (line: string) => void): Trace {
  const hash = createHash('sha256');
  let kept: string[] = [];
  let lines = 0;
  return {
    line(text) {
      const line = `${new Date(now()).toISOString().slice(0, 19).replace('T', ' ')}  ${text}`;
      lines += 1;
      hash.update(`${line}\n`);
      show?.(line);
      kept.push(line);
      if (kept.length > 2 * KEPT) kept = kept.slice(-KEPT);
    },
    latest: () => kept,
    fingerprint: () => hash.copy().digest('hex'),
    get lines() {
      return lines;
    },
  };
}
