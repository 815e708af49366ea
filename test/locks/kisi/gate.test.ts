import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { createKisiGate, NEW_EVENT_SET } from '../../../src/locks/kisi/gate.ts';

const WINDOW = 1050;

/** Time that passes only where somebody waits for it. */
function waitingClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    after: () => () => undefined,
  };
}

describe("Kisi's budget", () => {
  it('lets no sixth call begin within a second of the answer of the first, however long answers take', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 6, maxLength: 20 }), async (answers) => {
        const clock = waitingClock();
        const gate = createKisiGate({ clock });
        const calls: { began: number; ended: number }[] = [];

        await Promise.all(
          answers.map((ms) =>
            gate.run('GET /users', async () => {
              const began = clock.now();
              await clock.sleep(ms);
              calls.push({ began, ended: clock.now() });
            }),
          ),
        );

        expect(calls).toHaveLength(answers.length);
        for (const [index, { began }] of calls.entries()) {
          expect(began).toBeGreaterThanOrEqual(calls[index - 1]?.ended ?? 0);
          expect(began).toBeGreaterThanOrEqual((calls[index - 5]?.ended ?? -WINDOW) + WINDOW);
        }
      }),
    );
  });

  it('makes five quick calls without waiting', async () => {
    const clock = waitingClock();
    const gate = createKisiGate({ clock });

    for (let call = 1; call <= 5; call += 1) await gate.run('GET /users', async () => undefined);

    expect(clock.now()).toBe(0);
  });

  it('counts a call that failed, and one that makes an event set', async () => {
    const clock = waitingClock();
    const gate = createKisiGate({ clock });
    const fail = async () => {
      throw new Error('no');
    };

    await gate.run(NEW_EVENT_SET, async () => undefined);
    for (let call = 1; call <= 4; call += 1) await gate.run('GET /users', fail).catch(() => undefined);
    await gate.run('GET /users', async () => undefined);

    expect(clock.now()).toBe(WINDOW);
  });
});
