import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chunks } from '../../src/lib/chunks.ts';
import { groupCommit } from '../../src/lib/group-commit.ts';

/** Adds something in every turn of the event loop, before whoever is at work looks whether anybody came. */
function oneATurn(count: number, add: (entry: number) => Promise<void>): Promise<Promise<void>[]> {
  const all: Promise<void>[] = [];
  return new Promise((resolve) => {
    const turn = () => {
      if (all.length + 1 < count) setImmediate(turn);
      else resolve(all);
      all.push(add(all.length));
    };
    turn();
  });
}

describe('group commit', () => {
  it('writes what arrives together as one group, in order', async () => {
    const groups: string[][] = [];
    const add = groupCommit<string>(async (entries) => void groups.push([...entries]));

    await Promise.all(['a', 'b', 'c'].map(add));

    expect(groups).toEqual([['a', 'b', 'c']]);
  });

  it('begins a second group while the disk takes the first, and gathers all others into the next', async () => {
    const groups: string[][] = [];
    const disk = Promise.withResolvers<void>();
    const began = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const add = groupCommit<string>(async (entries) => {
      groups.push([...entries]);
      began[groups.length - 1]?.resolve();
      await disk.promise;
    });

    const all = [add('a')];
    await began[0]?.promise;
    all.push(add('b'), add('c'));
    await began[1]?.promise;
    all.push(...['d', 'e', 'f'].map(add));
    await sleep(20);
    const meanwhile = [...groups];
    disk.resolve();
    await Promise.all(all);

    expect(meanwhile).toEqual([['a'], ['b', 'c']]);
    expect(groups).toEqual([['a'], ['b', 'c'], ['d', 'e', 'f']]);
  });

  it('waits for more while every turn of the event loop brings somebody', async () => {
    const groups: number[] = [];
    const add = groupCommit<number>(async (entries) => void groups.push(entries.length));

    await Promise.all(await oneATurn(10, add));
    await add(11);

    expect(groups).toEqual([10, 1]);
  });

  it('does not wait for ever where they never stop coming', async () => {
    const groups: number[] = [];
    const add = groupCommit<number>(async (entries) => void groups.push(entries.length));

    await Promise.all(await oneATurn(100, add));

    expect(groups.length).toBeGreaterThan(3);
    expect(groups.reduce((sum, each) => sum + each, 0)).toBe(100);
  });

  it('resolves nobody before the commit is over', async () => {
    const committed = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const add = groupCommit<string>(() => {
      began.resolve();
      return committed.promise;
    });
    let resolved = false;

    const adding = add('a').then(() => {
      resolved = true;
    });
    await began.promise;
    const before = resolved;
    committed.resolve();
    await adding;

    expect(before).toBe(false);
    expect(resolved).toBe(true);
  });

  it('lets a bad entry fail alone', async () => {
    const written: string[] = [];
    const add = groupCommit<string>(async (entries) => {
      if (entries.includes('bad')) throw new Error('bad entry');
      written.push(...entries);
    });

    const results = await Promise.allSettled(['a', 'bad', 'b'].map(add));

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(written).toEqual(['a', 'b']);
  });

  it('goes on after a failure', async () => {
    let failing = true;
    const add = groupCommit<string>(async () => {
      if (failing) throw new Error('disk full');
    });

    await expect(add('a')).rejects.toThrow('disk full');
    failing = false;

    await expect(add('b')).resolves.toBeUndefined();
  });
});

describe('chunks', () => {
  it('cuts a list into pieces of a size, the last one shorter', () => {
    expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunks([], 2)).toEqual([]);
  });
});
