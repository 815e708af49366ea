// What processes agree on, whichever way they do: both implementations must pass. `open` gives two that share, or the same
// one twice where there is only one.
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createRateGate } from '../../src/lib/rate-gate.ts';
import type { Together } from '../../src/lib/together.ts';

export type Pair = { one: Together; other: Together };

const LIMIT = { most: 3, windowMs: 60_000 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Two pieces of work that ask each other whether they overlap. */
function overlapping() {
  const seen = { now: 0, most: 0, done: 0 };
  const work = async () => {
    seen.now += 1;
    seen.most = Math.max(seen.most, seen.now);
    for (let i = 0; i < 20; i += 1) await turn();
    seen.now -= 1;
    seen.done += 1;
  };
  return { seen, work };
}

export function describeTogether(name: string, open: () => Promise<Pair>, skip = false): void {
  describe.skipIf(skip)(`${name}: processes that share one database`, () => {
    it('do one thing at a time for a key, and each in its turn', async () => {
      const { one, other } = await open();
      const { seen, work } = overlapping();

      await Promise.all([one, other, one, other, other, one].map((each) => each.oneAtATime('sync')(['user:7'], work)));

      expect(seen).toEqual({ now: 0, most: 1, done: 6 });
    });

    it('hold nobody up for another key, nor for the same key of another room', async () => {
      const { one, other } = await open();
      const held = Promise.withResolvers<void>();
      const isHeld = Promise.withResolvers<void>();
      const holding = one.oneAtATime('sync')(['a'], () => {
        isHeld.resolve();
        return held.promise;
      });
      await isHeld.promise;

      expect(await other.oneAtATime('sync')(['b'], async () => 'b')).toBe('b');
      expect(await other.oneAtATime('windows')(['a'], async () => 'a')).toBe('a');
      held.resolve();
      await holding;
    });

    it('never wait for each other for ever, in whatever order they name several keys', async () => {
      const { one, other } = await open();
      const { seen, work } = overlapping();

      await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          (i % 2 === 0 ? one : other).oneAtATime('sync')(i % 3 === 0 ? ['x', 'y', 'z'] : ['z', 'y'], work),
        ),
      );

      expect(seen).toEqual({ now: 0, most: 1, done: 12 });
    });

    it('go on with a key where the work failed, and hand on what it threw', async () => {
      const { one, other } = await open();

      await expect(one.oneAtATime('sync')(['a'], () => Promise.reject(new Error('no')))).rejects.toThrow('no');

      expect(await other.oneAtATime('sync')(['a'], async () => 'free')).toBe('free');
    });

    it('spend one budget', async () => {
      const { one, other } = await open();

      const taken = await Promise.all(
        [one, other, one, other].map((each) => each.callsTo('cobot').take('list', LIMIT, 1)),
      );

      expect(taken.reduce((sum, each) => sum + each.taken, 0)).toBe(3);
      expect(await other.callsTo('cobot').take('list', LIMIT, 5)).toEqual({ taken: 0, waitMs: expect.any(Number) });
      expect(await one.callsTo('cobot').take('another', LIMIT, 2)).toEqual({ taken: 2, waitMs: 0 });
      expect(await one.callsTo('locks').take('list', LIMIT, 5)).toEqual({ taken: 3, waitMs: expect.any(Number) });
      const used = await other.callsTo('cobot').used(LIMIT.windowMs);
      expect(used.toSorted((a, b) => a.endpoint.localeCompare(b.endpoint))).toEqual([
        { endpoint: 'another', taken: 2, isPaused: false },
        { endpoint: 'list', taken: 3, isPaused: false },
      ]);
    });

    it('get their places back when the window has passed', async () => {
      const { one, other } = await open();
      const limit = { most: 2, windowMs: 300 };
      await one.callsTo('cobot').take('list', limit, 2);

      const gates = [one, other].map((each) =>
        createRateGate({ perMinute: () => 2, windowMs: 300, clock: systemClock, counter: each.callsTo('cobot') }),
      );
      const calls = gates.flatMap((gate) => [gate.run('list', async () => 1), gate.run('list', async () => 1)]);

      expect((await Promise.all(calls)).length).toBe(4);
    });

    it('all keep a pause that one of them was told', async () => {
      const { one, other } = await open();

      await one.callsTo('cobot').pause('list', 30_000);
      await other.callsTo('cobot').pause('list', 10);

      const { taken, waitMs } = await other.callsTo('cobot').take('list', LIMIT, 1);
      expect(taken).toBe(0);
      expect(waitMs).toBeGreaterThan(20_000);
      expect(await one.callsTo('cobot').used(LIMIT.windowMs)).toEqual([{ endpoint: 'list', taken: 0, isPaused: true }]);
    });

    it('call one after another where the other side wants it so', async () => {
      const { one, other } = await open();
      const { seen, work } = overlapping();
      const gateOf = (each: Together) =>
        createRateGate({
          perMinute: () => 50,
          windowMs: 1000,
          oneAtATime: () => true,
          clock: systemClock,
          counter: each.callsTo('locks'),
        });
      const gates = one === other ? [gateOf(one)] : [gateOf(one), gateOf(other)];

      await Promise.all([...gates, ...gates, ...gates].map((gate) => gate.run('all', work)));

      expect(seen).toEqual({ now: 0, most: 1, done: 3 * gates.length });
    });

    it('see what one of them was at, and since when', async () => {
      const { one, other } = await open();
      const before = await other.touched('reconciled').stamp();

      await one.touched('reconciled').touch(['user:7', 'email:a@example.com']);
      const after = await other.touched('reconciled').stamp();

      const { since } = other.touched('reconciled');
      expect(await since(before, ['user:7'])).toBe(true);
      expect(await since(before, ['nobody', 'email:a@example.com'])).toBe(true);
      expect(await since(before, ['user:8'])).toBe(false);
      expect(await since(before, [])).toBe(false);
      expect(await since(after, ['user:7'])).toBe(false);
      expect(await other.touched('swept').since(before, ['user:7'])).toBe(false);
    });

    it('do once what is due once', async () => {
      const { one, other } = await open();

      const first = await Promise.all([one, other, one].map((each) => each.isDue('sweep', 60_000)));

      expect(first.filter(Boolean)).toHaveLength(1);
      expect(await other.isDue('catch-up', 60_000)).toBe(true);
      expect(await other.isDue('sweep', 0)).toBe(true);
    });

    it('read the number that one of them wrote last', async () => {
      const { one, other } = await open();

      expect(await other.note('swept up to').read()).toBeUndefined();
      await one.note('swept up to').write(7);
      await other.note('swept up to').write(9);

      expect(await one.note('swept up to').read()).toBe(9);
      expect(await one.note('another').read()).toBeUndefined();
    });

    it('may act, each within work and outside of it', async () => {
      const { one, other } = await open();

      await one.asOne(async () => one.permit().insist());
      other.permit().insist();

      expect(one.permit().signal.aborted).toBe(false);
    });
  });
}
