// Runs a script in a process of its own and lets a test wait for what it prints. No longer than the test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export type Child = {
  /** Every line printed so far. */
  lines: readonly string[];
  /** Resolves once it has printed so many lines; rejects when it ends before that. */
  printed(count: number): Promise<void>;
  /** With signal 9, as power or the kernel would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Freezes it, as an operator or a machine that moves would, until it is told to go on. */
  freeze(): void;
  thaw(): void;
  /** One that is frozen hears of it as soon as it is thawed. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended by itself, with everything that it printed. */
  ended(): Promise<{ code: number | null; lines: readonly string[] }>;
};

export function startChild(script: URL, args: readonly string[]): Child {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const gone = Promise.all([once(child, 'exit'), once(reader, 'close')]);

  return {
    lines,
    async printed(count) {
      const enough = new Promise<void>((resolve) => {
        const look = () => {
          if (lines.length >= count) resolve();
        };
        reader.on('line', look);
        look();
      });
      await Promise.race([enough, gone]);
      if (lines.length < count) throw new Error(`the process ended early, having printed: ${lines.join('\n')}`);
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    signal: (name) => void child.kill(name),
    async ended() {
      await gone;
      return { code: child.exitCode, lines };
    },
  };
}
