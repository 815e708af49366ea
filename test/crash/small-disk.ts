// A disk that can be filled to the last byte and emptied again, for one relay's database alone. A file system of its own
// where this may be mounted; elsewhere the kernel refuses the process every write to a file, which is the same to SQLite
// but for the number of the error.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RelayProcess } from '../../src/cli/demo/relay-process.ts';

export type SmallDisk = {
  kind: string;
  /** For DATA_DIR. */
  folder: string;
  fill(relay: RelayProcess): void;
  free(relay: RelayProcess): void;
  close(): void;
};

const SIZE = '24m';
const BLOCK = Buffer.alloc(4096, 'x');

export function makeSmallDisk(): SmallDisk {
  const place = mkdtempSync(join(tmpdir(), 'relay-disk-'));
  const folder = join(place, 'data');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', place], { stdio: 'ignore' });
  } catch {
    return limitedProcess(place, folder);
  }
  const filler = join(place, 'filler');
  mkdirSync(folder, { mode: 0o700 });
  return {
    kind: `a file system of ${SIZE}`,
    folder,
    fill: () => fillUp(filler),
    free: () => rmSync(filler, { force: true }),
    close() {
      execFileSync('umount', ['-l', place]);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** Writes until nothing more goes in. */
function fillUp(filler: string): void {
  const file = openSync(filler, 'a');
  try {
    for (;;) writeSync(file, BLOCK);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(file);
  }
}

function limitedProcess(place: string, folder: string): SmallDisk {
  const limit = (relay: RelayProcess, bytes: string) => {
    const pid = relay.pid();
    if (pid === undefined) throw new Error('The relay does not run.');
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    kind: 'a limit of the process, since no file system can be mounted here',
    folder,
    fill: (relay) => limit(relay, '1'),
    free: (relay) => limit(relay, 'unlimited'),
    close: () => rmSync(place, { recursive: true, force: true }),
  };
}
