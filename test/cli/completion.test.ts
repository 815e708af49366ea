// Completion, in the shells themselves: bash is everywhere; zsh and fish are tried where they are installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function scriptFile(shell: string): Promise<string> {
  let text = '';
  const terminal = {
    out(more: string) {
      text += more;
    },
    err: (more: string) => {
      throw new Error(more);
    },
    width: null,
    colours: false,
    ask: null,
  };
  await runCommandLine(['completion', shell], { env: {}, terminal, clock: systemClock });
  const file = join(temporaryFolder(), 'completion');
  writeFileSync(file, text);
  return file;
}

const PATIENCE = 20_000;
const FISH = 'fish';

const isThere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

const BASH = `
. "$1"
read -ra COMP_WORDS <<< "$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
$(complete -p relay | sed -E 's/.*-F ([^ ]+) .*/\\1/')
printf '%s\\n' "\${COMPREPLY[@]}"`;

async function inBash(typed: string, cwd?: string): Promise<string[]> {
  const words = ['--norc', '--noprofile', '-c', BASH, 'bash', await scriptFile('bash'), typed];
  const text = execFileSync('bash', words, { encoding: 'utf8', timeout: PATIENCE, ...(cwd ? { cwd } : {}) });
  return text.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it.each([
    ['relay ho', ['holds']],
    ['relay holds ', ['list', 'approve', 'reject']],
    ['relay --json holds a', ['approve']],
    ['relay who Studio --a', ['--at']],
    ['relay who --at ', []],
    ['relay smoke --lock-system ', ['smartlock', 'kisi', 'unifi', 'seam']],
    ['relay completion ', ['bash', 'zsh', 'fish']],
    ['relay jobs redrive ', ['--all', '--help', '--json']],
    ['relay nonsense --js', ['--json']],
  ])('makes of "%s" what can stand there', async (typed, expected) => {
    expect(await inBash(typed)).toEqual(expected);
  });

  it('offers the files where a file is due', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'edited.yaml'), '');

    expect(await inBash('relay policy check ed', folder)).toEqual(['edited.yaml']);
  });
});

// The function that zsh calls, with what it hands to zsh: filtering by what is typed is zsh's.
const ZSH = `
compdef() { :; }
_describe() { print -rl -- "\${(@P)2}"; }
_files() { print -r -- files; }
source $1
words=(\${(s: :)2} '')
CURRENT=$#words
_relay`;

describe.runIf(isThere('zsh'))('completion in zsh', () => {
  it.each([
    ['relay holds', ['list', 'approve', 'reject']],
    ['relay jobs redrive', ['--all', '--help', '--json']],
    ['relay smoke --lock-system', ['smartlock', 'kisi', 'unifi', 'seam']],
    ['relay policy check', ['files']],
  ])('hands out what can stand behind "%s"', async (typed, expected) => {
    const words = ['-f', '-c', ZSH, 'zsh', await scriptFile('zsh'), typed];

    const text = execFileSync('zsh', words, { encoding: 'utf8', timeout: PATIENCE });

    expect(
      text
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(expected);
  });
});

describe.runIf(isThere(FISH))('completion in fish', () => {
  it.each([
    ['relay holds a', ['approve']],
    ['relay smoke --lock-system s', ['seam', 'smartlock']],
    ['relay who Studio --a', ['--at']],
  ])('makes of "%s" what can stand there', async (typed, expected) => {
    const file = await scriptFile('fish');

    const text = execFileSync(FISH, ['-N', '-c', `source ${file}; complete -C '${typed}'`], { encoding: 'utf8' });

    expect(
      text
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0]),
    ).toEqual(expected);
  });
});
