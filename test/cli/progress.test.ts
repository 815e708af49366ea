import { describe, expect, it } from 'vitest';
import { busy } from '../../src/cli/progress.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

function surroundings(isTerminal: boolean) {
  const clock = createVirtualClock(0);
  const shown: (string | null)[] = [];
  const show = (line: string | null) => void shown.push(line);
  const terminal = { out: show, err: show, width: null, colours: false, ask: null };
  return { clock, shown, around: { clock, terminal: isTerminal ? { ...terminal, live: show } : terminal } };
}

describe('progress', () => {
  it('says nothing of what takes less than a second', async () => {
    const { clock, shown, around } = surroundings(false);

    await busy('reading', around, () => clock.advance(900));

    expect(shown).toEqual([]);
  });

  it('is a line for each thing that goes on, where stderr is no terminal', async () => {
    const { clock, shown, around } = surroundings(false);

    await busy('reading', around, async (tell) => {
      await clock.advance(1100);
      tell('reading bookings');
      tell('reading bookings');
      await clock.advance(5000);
    });

    expect(shown).toEqual(['... reading\n', '... reading bookings\n']);
  });

  it('is one line that counts and goes away again, on a terminal', async () => {
    const { clock, shown, around } = surroundings(true);

    await busy('reading', around, async (tell) => {
      await clock.advance(1500);
      tell('reading bookings');
      await clock.advance(1000);
    });
    await clock.advance(5000);

    expect(shown).toEqual(['... reading (1 second)', '... reading bookings (2 seconds)', null]);
  });

  it('goes away where the work fails', async () => {
    const { clock, shown, around } = surroundings(true);

    const failing = busy('reading', around, async () => {
      await clock.advance(1000);
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(shown.at(-1)).toBeNull();
  });
});
