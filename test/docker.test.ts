// The Dockerfile, read rather than built: who it runs as, what goes in, and that no secret does.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nodeOptions } from '../src/cli/demo/relay-process.ts';
import { variables } from '../src/config-variables.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8');
/** Instruction and what follows it, comments out and continued lines joined. */
const instructions = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ name: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const all = (name: string) => instructions.filter((each) => each.name === name).map(({ rest }) => rest);
const indexOf = (name: string) => instructions.findLastIndex((each) => each.name === name);

describe('the image', () => {
  it('runs as a user without rights, and only after everything is installed', () => {
    expect(all('USER')).toEqual(['node']);
    expect(indexOf('USER')).toBeGreaterThan(indexOf('RUN'));
    expect(indexOf('USER')).toBeGreaterThan(indexOf('COPY'));
  });

  it('installs what the lock file says for production, without running scripts of packages', () => {
    expect(all('RUN').join()).toMatch(/^npm ci --omit=dev --ignore-scripts /);
  });

  it('holds its code compiled, where its user writes nothing', async () => {
    const command = z.tuple([z.literal('node'), z.literal('--eval'), z.string()]);
    const [, , script] = command.parse(JSON.parse(all('RUN').at(-1) ?? ''));
    const folder = temporaryFolder();

    await promisify(execFile)(process.execPath, ['--eval', script], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { NODE_COMPILE_CACHE: folder },
    });

    const compiled = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(compiled.length).toBeGreaterThan(500);
    expect(all('ENV').join(' ')).toContain('NODE_COMPILE_CACHE=/app/compiled');
  });

  it('keeps its data in a volume that its user owns', () => {
    expect(all('ENV').join(' ')).toContain('DATA_DIR=/data');
    expect(all('VOLUME')).toEqual(['/data']);
    expect(all('RUN').join()).toContain('chown node:node /data');
    expect(indexOf('VOLUME')).toBeGreaterThan(indexOf('RUN'));
  });

  it('starts the service itself, so that SIGTERM reaches it', () => {
    expect(all('CMD')).toEqual(['["node", "src/main.ts"]']);
    expect(all('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(all('ENTRYPOINT')).toEqual([]);
    expect(all('ENV')).toContain(`NODE_OPTIONS=${nodeOptions.join(' ')}`);
    expect(all('EXPOSE')).toEqual(['3000']);
  });

  it.each([
    [true, 0],
    [false, 1],
    ['no answer', 1],
  ])('asks /healthz how it is: ok %s ends with %i', async (ok, expected) => {
    const command = z.tuple([z.literal('node'), z.literal('-e'), z.string()]);
    const [check = ''] = all('HEALTHCHECK');
    const [, , script] = command.parse(JSON.parse(check.slice(check.indexOf('CMD ') + 4)));
    const asked: string[] = [];

    const code = await new Promise((exit) => {
      const fetch = async (url: string) => {
        asked.push(url);
        if (ok === 'no answer') throw new Error('refused');
        return { ok };
      };
      runInNewContext(script, { fetch, process: { env: { PORT: '4711' }, exit } });
    });

    expect(asked).toEqual(['http://127.0.0.1:4711/healthz']);
    expect(code).toBe(expected);
  });

  it('holds no secret and nothing but what runs', () => {
    const secrets = variables.filter(({ secret }) => secret).map(({ name }) => name);
    const taken = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

    expect([...all('ENV'), ...all('ARG')].filter((line) => secrets.some((name) => line.includes(name)))).toEqual([]);
    expect(taken).toEqual(['*', '!package.json', '!package-lock.json', '!.npmrc', '!src']);
    expect(all('COPY')).toEqual(['package.json package-lock.json .npmrc ./', 'src ./src']);
    expect(read('.npmrc')).not.toMatch(/token|auth|password/i);
  });
});
