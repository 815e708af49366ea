import { describe, expect, it } from 'vitest';
import { chunks } from '../../src/lib/chunks.ts';
import { groupCommit } from '../../src/lib/group-commit.ts';

describe('group commit', () => {
  it('writes what arrives together as one group, in order', async () => {
    const groups: string[][] = [];
    const add = groupCommit<string>(async (entries) => void groups.push([...entries]));

    await Promise.all(['a', 'b', 'c'].map(add));

    expect(groups).toEqual([['a', 'b', 'c']]);
  });

  it('gathers what comes while a commit runs into the next one', async () => {
    const groups: string[][] = [];
    const first = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const add = groupCommit<string>(async (entries) => {
      groups.push([...entries]);
      began.resolve();
      if (groups.length === 1) await first.promise;
    });

    const all = [add('a')];
    await began.promise;
    all.push(add('b'), add('c'));
    first.resolve();
    await Promise.all(all);

    expect(groups).toEqual([['a'], ['b', 'c']]);
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
