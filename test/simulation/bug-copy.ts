// A copy of the source with one deliberate bug in it, apart from the source itself, and how it is played there.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bug, placesOf } from './bugs.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Files with the bug in them, and what is in them then. Throws where one of its places is not there exactly once. */
export function patched(bug: Bug, folder = ROOT): Map<string, string> {
  const files = new Map<string, string>();
  for (const { file, from, to } of placesOf(bug)) {
    const source = files.get(file) ?? readFileSync(join(folder, file), 'utf8');
    const places = source.split(from).length - 1;
    if (places !== 1)
      throw new Error(`"${bug.name}": its place in ${file} is there ${places} times, and should be once`);
    files.set(
      file,
      source.replace(from, () => to),
    );
  }
  return files;
}

/** Returns the folder; whoever asks takes it away. */
export function copyWith(bug: Bug): string {
  const folder = mkdtempSync(join(tmpdir(), 'relay-bug-'));
  for (const part of ['src', 'test', 'package.json']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of patched(bug)) writeFileSync(join(folder, file), text);
  return folder;
}

/** `npm run simulate` in that folder: all that it prints. */
export function play(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['test/simulation/main.ts', ...args], { cwd: folder });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (some: string) => {
        text += some;
      });
    }
    child.on('error', reject).on('close', () => resolve(text));
  });
}
