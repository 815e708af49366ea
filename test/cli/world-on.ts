// The command line, run in this process, against the relay on any of the lock systems: it asks the running service over
// its socket, and time goes on where a command waits for it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { serveOperator } from '../../src/cli/socket-server.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { createLog } from '../../src/lib/log.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { createRelayOn, type StartLocks } from '../support/relay-on.ts';
import type { RelayOptions } from '../support/relay-world.ts';

type Ran = { code: number; out: string; err: string; answer(): unknown };

type RunOptions = { env?: Record<string, string | undefined>; terminal?: Partial<Terminal> };

export async function openWorldOn<L extends LockSimulator>(start: StartLocks<L>, options: RelayOptions = {}) {
  const world = await createRelayOn(start, { locks: ['Front door', 'Studio'], ...options });
  const { dataDir } = world.config;
  const log = createLog({ level: 'silent', secrets: [] });
  const socket = await serveOperator(world.operator(), { dataDir, log, clock: world.clock });
  onTestFinished(() => socket.close());

  return Object.assign(world, {
    /** The service is not running: a command opens the database itself. */
    async stopService() {
      await socket.close();
      await world.stop();
    },
    /** `words`: as a list where one of them holds a space. */
    async run(words: string | readonly string[], { env, terminal }: RunOptions = {}): Promise<Ran> {
      let out = '';
      let err = '';
      const list = typeof words === 'string' ? words.split(' ') : words;
      const running = runCommandLine(list, {
        env: { ...world.env, ...env },
        clock: world.clock,
        terminal: {
          out: (text) => {
            out += text;
          },
          err: (text) => {
            // Progress, which a slow machine may show.
            if (!text.startsWith('... ')) err += text;
          },
          width: null,
          colours: false,
          ask: null,
          ...terminal,
        },
      });
      const code = await world.waitFor(running);
      return { code, out, err, answer: () => JSON.parse(out) };
    },
    /** Everything that the relay keeps on disk. */
    onDisk: () =>
      readdirSync(dataDir, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => readFileSync(join(dataDir, name), 'latin1'))
        .join('\n'),
  });
}
