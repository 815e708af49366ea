// The benchmark of deciding measures the real thing: it finds nothing to do where there is nothing, and would see it.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DecideMethods } from '../../bench/deciding/decide-process.ts';
import type { SpaceMethods } from '../../bench/deciding/space-process.ts';
import type { SweepMethods } from '../../bench/deciding/sweep-process.ts';
import { startChild } from '../../bench/support/child.ts';
import { hottest } from '../../bench/support/profile.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const scriptOf = (name: string) => new URL(`../../bench/deciding/${name}-process.ts`, import.meta.url);

describe('deciding', () => {
  it('is done for everybody, costs something, and finds nothing to do', async () => {
    const child = await startChild<DecideMethods>(scriptOf('decide'), ['50', '4']);
    onTestFinished(child.close);

    const { cpuMs, ...rest } = await child.ask('decide');
    const memory = await child.ask('memory');

    expect(rest).toEqual({ members: 50, locks: 4, changes: 0 });
    expect(cpuMs).toBeGreaterThan(0);
    expect(memory.mostMb).toBeGreaterThanOrEqual(Math.floor(memory.beforeMb));
  });

  it('leaves a profile that names functions and not where they lie', async () => {
    const file = `${temporaryFolder()}/some.cpuprofile`;
    const child = await startChild<DecideMethods>(scriptOf('decide'), ['500', '20']);
    onTestFinished(child.close);

    await child.ask('profile', file);
    const found = hottest(file, 10);

    expect(found.length).toBeGreaterThan(3);
    expect(found.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
    expect(found.filter(({ where }) => /file:|^\/|\/work\/|\/tmp\//.test(where))).toEqual([]);
  });
});

describe('a sweep', () => {
  it('reads a whole space over HTTP and changes nothing in it', async () => {
    const space = await startChild<SpaceMethods>(scriptOf('space'), ['30', '3']);
    onTestFinished(space.close);
    const relay = await startChild<SweepMethods>(scriptOf('sweep'), [JSON.stringify(await space.ask('env'))]);
    onTestFinished(relay.close);

    const [first, second] = [await relay.ask('sweep'), await relay.ask('sweep')];

    expect([first.changes, second.changes, await space.ask('changed')]).toEqual([0, 0, 0]);
    await relay.ask('end');
  });
});
