import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWorld } from './world.ts';

const fileOf = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));
const PATH = { PATH: process.env['PATH'], DOTENV_CONFIG_PATH: '/dev/null' };

function start(file: string, words: string[], env: Record<string, string | undefined>) {
  const child = spawn(process.execPath, [fileOf(file), ...words], {
    env: { ...PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function relay(words: string, env: Record<string, string | undefined>) {
  const child = start('cli/main.ts', words.split(' '), env);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  // Progress is left out, which a slow machine may show.
  return { code, out, err: err.replaceAll(/^\.\.\. .*\n/gm, '') };
}

describe('relay as a process', () => {
  it('keeps answers and everything else apart, and ends at once', async () => {
    const world = await openWorld();
    world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });

    const json = await relay('sync --dry-run --json', world.env);
    const missing = await relay('sync', {});

    expect(json).toMatchObject({ code: 2, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ plan: { memberships: 1 } });
    expect(missing).toMatchObject({ code: 1, out: '', err: expect.stringContaining('COBOT_SUBDOMAIN is not set') });
  });

  it('asks the running service, and does without it when it was killed', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    const service = start('main.ts', [], { ...world.env, PORT: '0', HOST: '127.0.0.1' });
    for await (const line of service.stdout.setEncoding('utf8')) if (line.includes('listening')) break;
    service.stderr.resume();

    const beside = await relay('sync', world.env);
    service.kill('SIGKILL');
    await once(service, 'exit');
    const isLeft = existsSync(join(world.dataDir, 'relay.sock'));
    const alone = await relay('jobs --json', world.env);

    expect(beside.code).toBe(0);
    expect(world.lock.opens(ada.email ?? '')).toEqual(['Front door', 'Studio']);
    expect(isLeft).toBe(true);
    expect(alone).toMatchObject({ code: 0, err: '' });
    for (const secret of world.secrets) expect(beside.out + beside.err + alone.out).not.toContain(secret);
  });
});
