// Where the running service and the commands meet: a Unix socket in DATA_DIR. Its path may have only so many bytes.
import { join, relative, resolve } from 'node:path';

const NAME = 'relay.sock';
/** sun_path holds 108 bytes on Linux and 104 on macOS, one of them for the end. */
const LONGEST = process.platform === 'linux' ? 107 : 103;

/** The shortest way to write it; undefined: too long for a socket. */
export function socketPath(dataDir: string, name = NAME): string | undefined {
  const absolute = join(resolve(dataDir), name);
  return [absolute, relative('.', absolute)]
    .toSorted((one, other) => Buffer.byteLength(one) - Buffer.byteLength(other))
    .find((path) => Buffer.byteLength(path) <= LONGEST);
}
