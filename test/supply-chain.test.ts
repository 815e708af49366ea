import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support/temporary-folder.ts';

const script = fileURLToPath(new URL('../.ci/supply-chain.mjs', import.meta.url));
const ourLock = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const run = promisify(execFile);

async function look(what: 'lock' | 'bill' | 'audit', ...texts: string[]): Promise<{ code: number; out: string }> {
  const folder = temporaryFolder();
  const files = texts.map((text, index) => {
    const file = join(folder, `${index}.json`);
    writeFileSync(file, text);
    return file;
  });
  try {
    const { stdout } = await run(process.execPath, [script, what, ...files]);
    return { code: 0, out: stdout };
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error)) throw error;
    return { code: 1, out: String(error.stdout) };
  }
}

const good = { version: '1.0.0', license: 'MIT', integrity: 'sha512-abc' };
const lockOf = (more: object, name = 'node_modules/thing') =>
  JSON.stringify({ packages: { '': {}, 'node_modules/base': good, [name]: { ...good, ...more } } });
const component = (name: string, more: object = {}) => ({
  name,
  version: '1.0.0',
  hashes: [{ alg: 'SHA-512' }],
  licenses: [{ license: { id: 'MIT' } }],
  ...more,
});
const billOf = (...components: object[]) => JSON.stringify({ bomFormat: 'CycloneDX', components });

describe('what the lock file names', () => {
  it('may be used, runs nothing when production installs it, and is pinned by hashes', async () => {
    const { code, out } = await look('lock', readFileSync(ourLock, 'utf8'));

    expect(out).toMatch(/\d+ {2}MIT\n/);
    expect(out).not.toContain('- ');
    expect(code).toBe(0);
  });

  it.each<[string, object, string]>([
    ['a licence that is not on the list', { license: 'AGPL-3.0-only' }, 'has the licence AGPL-3.0-only'],
    ['no licence', { license: undefined }, 'has the licence (none)'],
    ['two licences that both hold', { license: '(MIT AND GPL-3.0-only)' }, 'has the licence'],
    ['a licence for development alone', { license: 'MPL-2.0' }, 'has the licence MPL-2.0'],
    ['an install script', { hasInstallScript: true }, 'runs a script'],
    ['no hash', { integrity: undefined }, 'is not pinned by a hash'],
    ['a weak hash', { integrity: 'sha1-abc' }, 'is not pinned by a hash'],
  ])('is refused with %s', async (_what, more, words) => {
    const { code, out } = await look('lock', lockOf(more));

    expect([code, out]).toEqual([1, expect.stringContaining(`- thing@1.0.0 ${words}`)]);
  });

  it.each<[string, object]>([
    ['a choice of licences', { license: '(GPL-2.0-only OR MIT)' }],
    ['a licence for development, in development', { license: 'MPL-2.0', dev: true }],
    ['an install script in development', { hasInstallScript: true, dev: true }],
  ])('is taken with %s', async (_what, more) => {
    expect(await look('lock', lockOf(more))).toMatchObject({ code: 0 });
  });
});

describe('the bill of materials', () => {
  const lock = lockOf({}, 'node_modules/@scope/thing');

  it('is good when it lists every package of production', async () => {
    const { code, out } = await look('bill', lock, billOf(component('base'), component('@scope/thing')));

    expect([code, out]).toEqual([0, 'the bill of materials lists all 2 packages of production\n']);
  });

  it.each<[string, string, string]>([
    ['lacks one', billOf(component('base')), '@scope/thing@1.0.0 is not listed'],
    ['has another version', billOf(component('base'), component('@scope/thing', { version: '2.0.0' })), 'not listed'],
    [
      'lists what is not there',
      billOf(component('base'), component('@scope/thing'), component('x')),
      'x@1.0.0 is listed',
    ],
    ['lacks a hash', billOf(component('base'), component('@scope/thing', { hashes: [] })), 'without its hash'],
    ['is none', '{}', 'no CycloneDX document'],
  ])('is refused when it %s', async (_what, bill, words) => {
    const { code, out } = await look('bill', lock, bill);

    expect([code, out]).toEqual([1, expect.stringContaining(words)]);
  });
});

describe('what npm audit answers', () => {
  const counts = { critical: 0, high: 0, moderate: 1, low: 0 };

  it('is refused where it knows of something grave', async () => {
    const vulnerabilities = { thing: { name: 'thing', severity: 'high', range: '<2' } };

    const { code, out } = await look(
      'audit',
      JSON.stringify({ metadata: { vulnerabilities: { ...counts, high: 1 } }, vulnerabilities }),
    );

    expect([code, out]).toEqual([1, expect.stringContaining('- thing <2: a known vulnerability, high')]);
  });

  it('is told where it knows of nothing grave', async () => {
    const { code, out } = await look(
      'audit',
      JSON.stringify({ metadata: { vulnerabilities: counts }, vulnerabilities: {} }),
    );

    expect([code, out]).toEqual([0, expect.stringContaining('0 critical, 0 high, 1 moderate')]);
  });

  it.each(['', '{}', '{"message":"405 Method Not Allowed - POST https://registry.example/"}'])(
    'is not taken for good news where it is no answer: %s',
    async (text) => {
      const { code, out } = await look('audit', text);

      expect([code, out]).toEqual([0, expect.stringContaining('NOT KNOWN')]);
      expect(out).not.toContain('registry.example');
    },
  );
});
