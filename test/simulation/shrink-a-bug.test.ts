// Shrinking, on a real failure: one deliberate bug, put into a copy of the source, found there and taken down to what it
// takes.
import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { copyWith, play } from './bug-copy.ts';
import { bugs } from './bugs.ts';

const SEED = '1';
const bug = bugs.find(({ name }) => name === 'the cancellation date is forgotten');
const folder = bug ? copyWith(bug) : '';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('takes the failure of a deliberate bug down to a cancellation and what it needs', async () => {
  const words = await play(folder, ['--seed', SEED, '--lock-system', 'smartlock']);

  const [, all] = /The fewest of its (\d+) happenings/.exec(words) ?? [];
  const left = [...words.matchAll(/^ {2}\S+Z {2}(\{.*\})$/gm)].map(([, text]) => JSON.parse(text ?? '').kind);
  expect(Number(all)).toBeGreaterThan(50);
  expect(left).toContain('cancels');
  expect(left.length).toBeLessThan(4);
}, 300_000);
