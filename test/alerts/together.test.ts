// Two relays on one PostgreSQL tell somebody once, also where one of them dies while it tells.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { createRelayProcess } from '../../src/cli/demo/relay-process.ts';
import { loadConfig } from '../../src/config.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { startCobotSimulator } from '../../src/simulators/cobot/cobot.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { noPostgres, temporaryDatabase } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MINUTE = 60_000;
const CALL = 'a call of the test';
const SENTENCE = 'Cobot does not take the token';
/** Another process takes over what one that is silent for ten seconds has begun. */
const soon = { timeout: 60_000, interval: 50 };

/** A room of a chat tool: what was said there, and whether it answers. */
async function openRoom() {
  const room = { said: [] as string[], answers: true, url: '' };
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      room.said.push(body);
      if (room.answers) response.end('ok');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  room.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/room`;
  return room;
}

async function setUp() {
  const room = await openRoom();
  const cobot = await startCobotSimulator({ clock: systemClock, limits: 'off' });
  const locks = await startSmartLockSimulator({ clock: systemClock, limits: 'off' });
  locks.addLocks('Front door');
  const apps: App[] = [];
  onTestFinished(async () => {
    for (const app of apps) await app.stop();
    await Promise.all([cobot.close(), locks.close()]);
  });
  cobot.addMember({ name: 'Ada', plan: cobot.addPlan({ name: 'Full Time' }) });
  const env = {
    ...cobot.env(),
    ...locks.env(),
    WEBHOOK_KEY: 'the-key-of-the-callbacks-1',
    DATABASE_URL: await temporaryDatabase(),
    ALERT_WEBHOOK_URL: room.url,
  };

  return {
    room,
    env,
    /** It takes webhooks, and works nothing off until it is started. */
    async open(): Promise<App> {
      const loaded = loadConfig({ ...env, DATA_DIR: temporaryFolder() });
      if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
      const app = await createApp(loaded.config, { log: createLog({ level: 'silent', secrets: [] }) });
      apps.push(app);
      return app;
    },
    /** Something to tell: as if a kind of call was refused that is not made again here. */
    refuse: ({ parts: { store } }: App) =>
      store.refusedCalls.put({ side: 'Cobot', call: CALL, sentence: SENTENCE, at: systemClock.now() }),
    /** And then no more, for long enough to be told. */
    async mend(app: App): Promise<void> {
      const { refusedCalls, alerts } = app.parts.store;
      await refusedCalls.remove('Cobot', CALL);
      await look(app);
      await calm(app);
      const gone = (await alerts.all()).map((each) => ({ ...each, goneSince: systemClock.now() - 6 * MINUTE }));
      await alerts.replace(gone, []);
    },
  };
}

/** What each process asks for every minute by itself. */
const look = ({ parts: { queue } }: App) => queue.add([{ name: 'alert-look', key: 'space', payload: {} }]);

async function calm({ parts: { queue } }: App): Promise<void> {
  const names = async () => (await queue.list()).filter(({ name }) => name.startsWith('alert'));
  await expect.poll(names, soon).toEqual([]);
}

describe.skipIf(noPostgres)('two relays on one PostgreSQL', { timeout: 120_000 }, () => {
  it('tell somebody once, and once that it is over', async () => {
    const { room, open, refuse, mend } = await setUp();
    const [one, two] = [await open(), await open()];
    await one.start();
    await two.start();

    await refuse(one);
    for (let minute = 0; minute < 5; minute += 1) {
      await Promise.all([look(one), look(two), look(one), look(two)]);
      await calm(minute % 2 === 0 ? one : two);
    }
    const told = [...room.said];
    await mend(two);
    for (let minute = 0; minute < 3; minute += 1) {
      await Promise.all([look(one), look(two)]);
      await calm(one);
    }

    expect(told).toEqual([expect.stringContaining(SENTENCE)]);
    expect(room.said).toHaveLength(2);
    expect(room.said[1]).not.toBe(room.said[0]);
    expect(await two.parts.store.alerts.all()).toEqual([]);
  });

  it('tell it all the same where one dies while it tells: the other one does', async () => {
    const { room, env, open, refuse } = await setUp();
    const other = await open();
    const dying = await createRelayProcess(temporaryFolder(), env, systemClock);
    onTestFinished(() => dying.close());
    await dying.start();
    room.answers = false;
    await refuse(other);
    await look(other);
    await expect.poll(() => room.said.length, soon).toBe(1);

    await dying.kill();
    room.answers = true;
    await other.start();
    await calm(other);
    await look(other);
    await calm(other);

    // The one that nobody answered, and the one that got through.
    expect(room.said).toHaveLength(2);
    expect(room.said[1]).toBe(room.said[0]);
  });
});
