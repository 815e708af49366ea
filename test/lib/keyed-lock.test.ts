import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyedLock } from '../../src/lib/keyed-lock.ts';

/** Work that goes on until it is told to end, and writes down when it began and ended. */
function jobs() {
  const events: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    events.push(`${name} ends`);
    return name;
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await turn();
  };
  return { events, work, end };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('one at a time', () => {
  it('holds for work on the same key, in the order of asking', async () => {
    const { events, work, end } = jobs();
    const oneAtATime = createKeyedLock();
    const all = ['a', 'b', 'c'].map((name) => oneAtATime(['door'], work(name)));

    for (const name of ['a', 'b', 'c']) {
      await turn();
      await end(name);
    }

    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('does not hold for work on different keys', async () => {
    const { events, work, end } = jobs();
    const oneAtATime = createKeyedLock();
    const all = [oneAtATime(['front'], work('a')), oneAtATime(['back'], work('b'))];
    await turn();

    expect(events).toEqual(['a begins', 'b begins']);
    await end('a');
    await end('b');
    await Promise.all(all);
  });

  it('holds for work that shares one of several keys', async () => {
    const { events, work, end } = jobs();
    const oneAtATime = createKeyedLock();
    const all = [oneAtATime(['front', 'back'], work('a')), oneAtATime(['back', 'roof'], work('b'))];
    await turn();
    expect(events).toEqual(['a begins']);
    await end('a');
    expect(events.at(-1)).toBe('b begins');
    await end('b');

    await Promise.all(all);
  });

  it('goes on after work that failed', async () => {
    const oneAtATime = createKeyedLock();
    const failed = oneAtATime(['door'], async () => {
      throw new Error('stuck');
    });

    const next = oneAtATime(['door'], async () => 'open');

    await expect(failed).rejects.toThrow('stuck');
    expect(await next).toBe('open');
  });

  it('takes a key that is named twice once, and no key at all as no wait', async () => {
    const oneAtATime = createKeyedLock();

    expect(await oneAtATime(['door', 'door'], async () => 'open')).toBe('open');
    expect(await oneAtATime([], async () => 'open')).toBe('open');
  });

  it('never stands still, and never lets two in, whatever keys are asked for in whatever order', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(keys, { maxLength: 12 }), async (asked) => {
        const oneAtATime = createKeyedLock();
        const inside = new Set<string>();
        let clashes = 0;
        const done = asked.map((each) =>
          oneAtATime(each, async () => {
            const mine = [...new Set(each)];
            clashes += mine.filter((key) => inside.has(key)).length;
            for (const key of mine) inside.add(key);
            await turn();
            for (const key of mine) inside.delete(key);
          }),
        );

        await Promise.all(done);

        expect(clashes).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
