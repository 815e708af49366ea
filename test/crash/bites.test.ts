// A crash run that finds nothing proves something only if it finds what is there: relays broken on purpose.
import { describe, expect, it } from 'vitest';
import { BREAKS } from './breaks.ts';
import { endRounds } from './ends.ts';

const PATIENCE = 240_000;
const LOADER = new URL('./break-relay.ts', import.meta.url).href;

describe('a crash run', () => {
  it.each(BREAKS)('finds a relay that $name', { timeout: PATIENCE }, async ({ name, shows }) => {
    const env = { NODE_OPTIONS: `--import=${LOADER}`, BREAK: name };

    const report = await endRounds('kill -9', { rounds: 3, seed: 1, say: () => undefined }, { engine: 'sqlite', env });

    expect(report[shows].length).toBeGreaterThan(0);
  });
});
