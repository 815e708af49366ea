import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askService } from '../../src/cli/socket-client.ts';
import { serveOperator } from '../../src/cli/socket-server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { CommandError } from '../../src/lib/failure.ts';
import { createLog } from '../../src/lib/log.ts';
import type { Operator } from '../../src/operator/answers.ts';
import { openDatabase } from '../../src/store/database.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { hurriedClock, openWorld } from './world.ts';

const socketOf = (dataDir: string) => join(dataDir, 'relay.sock');
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** An operator that can do nothing but what is given. */
function operatorWith(some: Partial<Operator>): Operator {
  const cannot = async () => {
    throw new Error('not in this test');
  };
  return {
    sync: cannot,
    why: cannot,
    who: cannot,
    holds: cannot,
    heldLines: cannot,
    decideHold: cannot,
    checkPolicy: cannot,
    audit: cannot,
    forget: cannot,
    adopt: cannot,
    jobs: cannot,
    redrive: cannot,
    problems: cannot,
    codes: cannot,
    checkUp: cannot,
    alerts: cannot,
    testAlerts: cannot,
    webhooks: cannot,
    today: cannot,
    people: cannot,
    facts: cannot,
    syncMember: cannot,
    openings: cannot,
    day: cannot,
    policy: cannot,
    deliveries: cannot,
    ...some,
  };
}

function quietLog() {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ level: 'warn', secrets: [], destination: { write: (line) => lines.push(JSON.parse(line)) } });
  return { log, lines };
}

async function serve(operator: Partial<Operator>, dataDir = temporaryFolder()) {
  const { log, lines } = quietLog();
  const socket = await serveOperator(operatorWith(operator), { dataDir, log, clock: systemClock });
  onTestFinished(socket.close);
  return { dataDir, lines, socket };
}

/** Something else that listens where the service would. */
async function impostor(answer: RequestListener): Promise<string> {
  const dataDir = temporaryFolder();
  const server = createServer(answer).listen(socketOf(dataDir));
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return dataDir;
}

async function failureOfHolds(dataDir: string, clock = systemClock): Promise<unknown> {
  const service = await askService(dataDir, clock);
  return await service?.holds({}).catch((error: unknown) => (error instanceof CommandError ? error.failure : error));
}

describe('commands beside the running service', () => {
  it('are answered by it', async () => {
    const world = await openWorld();
    const ada = world.cobot.addMember({ name: 'Ada Lovelace', plan: world.plan });
    await world.service();

    const trial = await world.run('sync --dry-run');
    const ran = await world.run('sync');

    expect(trial).toMatchObject({ code: 2, out: expect.stringContaining('+ may open Studio') });
    expect(ran).toMatchObject({ code: 0, out: expect.not.stringContaining('once it runs') });
    expect(world.lock.opens(ada.email ?? '')).toEqual(['Front door', 'Studio']);
    for (const words of ['holds', 'jobs', 'jobs redrive --all', 'problems', 'webhooks', 'audit', `why ${ada.id}`])
      expect(await world.run(`${words} --json`)).toMatchObject({ code: 0, err: '' });
  });

  it('tell its failures as if they were their own', async () => {
    const world = await openWorld();
    await world.service();
    await world.cobot.down();

    const ran = await world.run('sync --dry-run');

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/^Error: .+\n {2}Where: +GET .+ on Cobot\n {2}What to do: .+\n$/);
    await world.cobot.up();
  });

  it('open the database themselves once it has stopped', async () => {
    const world = await openWorld();
    const { stop } = await world.service();

    await stop();

    expect(existsSync(socketOf(world.dataDir))).toBe(false);
    expect(await world.run('jobs')).toMatchObject({ code: 0 });
  });

  it('end with 1 where the database is in use and nobody answers', async () => {
    const world = await openWorld();
    const database = await openDatabase({ dataDir: world.dataDir });
    onTestFinished(database.close);

    const ran = await world.run('holds --json', { clock: hurriedClock() });

    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/the database is in use by process \d+ .*, and nobody answers for it/);
    expect(ran.answer()).toMatchObject({ error: { code: 'database_in_use' } });
  });

  it('wait for a service that is just starting', async () => {
    const world = await openWorld();
    const database = await openDatabase({ dataDir: world.dataDir });
    let looks = 0;
    const clock = {
      ...systemClock,
      async sleep() {
        looks += 1;
        if (looks === 2) await database.close();
      },
    };

    expect(await world.run('jobs', { clock })).toMatchObject({ code: 0 });
    expect(looks).toBe(2);
  });

  it('say so where the path of DATA_DIR is too long for a socket, and the service runs on', async () => {
    const world = await openWorld();
    const dataDir = join(temporaryFolder(), 'long'.repeat(30));
    const { lines } = await world.service({ DATA_DIR: dataDir });

    const ran = await world.run('jobs', { env: { DATA_DIR: dataDir }, clock: hurriedClock() });

    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', msg: expect.stringContaining('too long') }));
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('too long for the socket') });
  });
});

describe('the socket', () => {
  it('can be opened by its owner alone, even in a folder that others may enter', async () => {
    const dataDir = temporaryFolder();
    chmodSync(dataDir, 0o755);

    await serve({}, dataDir);

    expect(modeOf(socketOf(dataDir))).toBe('600');
    expect(readdirSync(dataDir)).toEqual(['relay.sock']);
  });

  it('lies in a folder of its owner alone where the relay makes that', async () => {
    const world = await openWorld();

    await world.service();

    expect(modeOf(world.dataDir)).toBe('700');
  });

  it('replaces one that a killed process left, and a file of that name', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(socketOf(dataDir), '');

    await serve({ holds: async () => ({ zone: 'UTC', hold: null, kept: [] }) }, dataDir);

    expect(await (await askService(dataDir, systemClock))?.holds({})).toEqual({ zone: 'UTC', hold: null, kept: [] });
  });

  it('is not there for a command when its process is gone', async () => {
    const dataDir = temporaryFolder();
    const { socket } = await serve({}, dataDir);

    await socket.close();

    expect(await askService(dataDir, systemClock)).toBeUndefined();
  });

  it('costs the service nothing where it cannot be made', async () => {
    const dataDir = temporaryFolder();
    mkdirSync(join(socketOf(dataDir), 'in-the-way'), { recursive: true });

    const { lines, socket } = await serve({}, dataDir);
    await socket.close();

    expect(lines).toMatchObject([{ msg: expect.stringContaining('no socket could be made') }]);
    expect(readdirSync(dataDir)).toEqual(['relay.sock']);
  });

  it('carries progress, code, where and advice across', async () => {
    const told: string[] = [];
    const { dataDir } = await serve({
      async sync(_, onProgress) {
        onProgress?.('reading');
        onProgress?.('deciding');
        throw new CommandError({ code: 'c', what: 'w', where: 'here', advice: 'do', details: ['d'] });
      },
    });
    const service = await askService(dataDir, systemClock);

    const work = service?.sync({ dryRun: true }, (words) => told.push(words));

    await expect(work).rejects.toMatchObject({
      failure: { code: 'c', what: 'w', where: 'here', advice: 'do', details: ['d'] },
    });
    expect(told).toEqual(['reading', 'deciding']);
  });

  it('gives what runs a little time at the stop, then cuts it off', async () => {
    const begun = Promise.withResolvers<void>();
    const { dataDir, socket } = await serve({
      holds() {
        begun.resolve();
        return new Promise(() => undefined);
      },
    });
    const failure = failureOfHolds(dataDir);
    await begun.promise;

    await socket.close();

    expect(await failure).toMatchObject({ code: 'service_stopped' });
  });

  it('refuses what it does not know instead of guessing', async () => {
    const { dataDir } = await serve({});
    const asked = request({ socketPath: socketOf(dataDir), path: '/constructor', method: 'POST' }).end('{}');
    const [response] = await once(asked, 'response');
    const answer = await text(response);

    expect(JSON.parse(answer)).toMatchObject({ kind: 'failure', failure: { code: 'other_version' } });
  });
});

describe('a service that is not as it should be', () => {
  it('is told apart when it does not answer', async () => {
    const dataDir = await impostor(() => undefined);
    // The patience is over at once.
    const clock = { ...systemClock, after: (_: number, work: () => void) => systemClock.after(20, work) };

    expect(await failureOfHolds(dataDir, clock)).toMatchObject({ code: 'service_silent' });
  });

  it.each([
    ['something else', 'hello\n'],
    ['an answer of another shape', '{"kind":"answer","answer":{"holds":[]}}\n'],
  ])('is taken for another version when it answers %s', async (_, line) => {
    const dataDir = await impostor((_request, response) => response.end(line));

    expect(await failureOfHolds(dataDir)).toMatchObject({ code: 'other_version' });
  });

  it('is said to have stopped when it breaks off', async () => {
    const dataDir = await impostor((_request, response) => {
      response.write('{"kind":"progress","words":"reading"}\n{"kind":"ans');
      response.destroy();
    });

    expect(await failureOfHolds(dataDir)).toMatchObject({ code: 'service_stopped' });
  });
});
