// Everything runs on the pinned Node, on machines with another one too: what a script runs on decides npm's PATH.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = z
  .object({
    engines: z.object({ node: z.string() }),
    scripts: z.record(z.string(), z.string()),
    devDependencies: z.object({ node: z.string() }).loose(),
    allowScripts: z.object({ node: z.literal(true) }),
  })
  .parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')));
const pinned = `v${manifest.devDependencies.node}`;

describe('the pinned Node', () => {
  it('is the one that the tests run on', () => {
    expect(process.version).toBe(pinned);
    expect(process.versions.node.split('.')[0]).toBe('26');
  });

  it('is the one that npm scripts run on', async () => {
    const { stdout } = await promisify(execFile)('npm', ['exec', '--offline', '--call', 'node --version'], {
      cwd: root,
    });

    expect(stdout.trim()).toBe(pinned);
  });

  it('and npm finds the first word of every script in this project, not on the machine', () => {
    const installed = readdirSync(`${root}node_modules/.bin`);
    const words = Object.values(manifest.scripts).flatMap((script) =>
      script.split(' && ').map((part) => part.split(' ')[0]),
    );

    expect(words.filter((word = '') => word !== 'npm' && !installed.includes(word))).toEqual([]);
  });

  it('is of the version that package.json and the image ask for', () => {
    const image = /^FROM node:(\d+)-slim$/m.exec(readFileSync(`${root}Dockerfile`, 'utf8'))?.[1];

    expect(manifest.engines.node).toBe(`>=${image}`);
    expect(pinned).toMatch(new RegExp(`^v${image}\\.`));
  });

  it('has what the code takes for granted', () => {
    expect(typeof Temporal.Now.instant).toBe('function');
    expect(process.features.typescript).toBe('strip');
    expect(typeof process.getBuiltinModule('node:sqlite').DatabaseSync).toBe('function');
  });
});
