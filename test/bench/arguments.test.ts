import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../bench/arguments.ts';

const known = ['acknowledging', 'deciding'];
const read = (words: string) =>
  readArguments(
    words.split(' ').filter((word) => word !== ''),
    known,
  );

describe('the command line of the benchmarks', () => {
  it('without a word means all of them, on both engines', () => {
    expect(read('')).toMatchObject({
      names: known,
      quick: false,
      write: false,
      engines: ['sqlite', 'postgres'],
      rounds: null,
    });
  });

  it('takes names and options', () => {
    expect(read('deciding --quick --engine sqlite --rounds 3 --write --profile some.cpuprofile')).toMatchObject({
      names: ['deciding'],
      quick: true,
      write: true,
      engines: ['sqlite'],
      rounds: 3,
      profile: 'some.cpuprofile',
    });
  });

  it.each([
    ['decidng', 'There is no benchmark "decidng". There are: acknowledging, deciding.'],
    ['--engine oracle', '--engine is sqlite, postgres or both, not "oracle".'],
    ['--rounds none', '--rounds is a whole number from 1 on, not "none".'],
    ['--rounds 0', '--rounds is a whole number from 1 on'],
    ['--fast', "Unknown option '--fast'"],
  ])('refuses %s', (words, sentence) => {
    expect(() => read(words)).toThrow(sentence);
  });

  it('ends with 1 and a sentence where it is asked for what there is not, and with 0 for help', () => {
    const main = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));
    const run = (...words: string[]) => spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });

    const [wrong, help] = [run('no-such-thing'), run('--help')];

    expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('There is no benchmark') });
    expect(help).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('--quick') });
  });
});
