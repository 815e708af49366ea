// Two relays on one PostgreSQL, inside the test's process: what they do once, what they share, and who follows whom.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createLog } from '../src/lib/log.ts';
import { seededRandom } from '../src/simulators/chance.ts';
import { startCobotSimulator } from '../src/simulators/cobot/cobot.ts';
import { startSmartLockSimulator } from '../src/simulators/smartlock/smartlock.ts';
import { noPostgres, temporaryDatabase } from './support/postgres.ts';
import { counting } from './support/relay.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const LIST = 'GET /api/memberships';
const SINGLE = 'GET /api/memberships/:id';
const soon = { timeout: 30_000, interval: 50 };

const FRONT = 'version: 1\nrules: [{ name: Front, locks: [Front door], members: all }]\n';
const BOTH = 'version: 1\nrules: [{ name: Everywhere, locks: [all], members: all }]\n';

async function setUp() {
  const url = await temporaryDatabase();
  const cobot = await startCobotSimulator({ clock: systemClock, random: seededRandom(7) });
  const locks = await startSmartLockSimulator({ clock: systemClock });
  locks.addLocks('Front door', 'Room');
  const apps: App[] = [];
  onTestFinished(async () => {
    for (const app of apps) await app.stop();
    await Promise.all([cobot.close(), locks.close()]);
  });
  const plan = cobot.addPlan({ name: 'Full Time' });

  /** A process with a file of its own. */
  async function open(policy: string) {
    const folder = temporaryFolder();
    const path = join(folder, 'access.yaml');
    writeFileSync(path, policy);
    const loaded = loadConfig({
      WEBHOOK_KEY: 'the-key-of-the-callbacks-1',
      ...cobot.env(),
      ...locks.env(),
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: url,
      ACCESS_POLICY: path,
    });
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    const app = await createApp(loaded.config, { log: createLog({ level: 'silent', secrets: [] }) });
    apps.push(app);
    await app.policy.refresh();
    return { app, path };
  }

  return { cobot, plan, open };
}

describe.skipIf(noPostgres)('two relays on one PostgreSQL', { timeout: 90_000 }, () => {
  it('sweep at the first start, and not again at the second', async () => {
    const { cobot, plan, open } = await setUp();
    cobot.addMember({ name: 'Ada', plan });
    const lists = counting(cobot, LIST);
    const [one, two] = [await open(FRONT), await open(FRONT)];

    await two.app.stop();
    const lone = await one.app.parts.together.others();
    await one.app.start();
    await expect.poll(() => one.app.parts.store.settings.get('last-good-sweep'), soon).toBeDefined();
    const third = await open(FRONT);
    await third.app.start();
    await third.app.parts.queue.idle();

    expect([lone, await third.app.parts.together.others()]).toEqual([0, 1]);
    expect(lists()).toBe(1);
  });

  it('sweep at once where both are there from the beginning and nothing was swept yet', async () => {
    const { cobot, plan, open } = await setUp();
    cobot.addMember({ name: 'Ada', plan });
    const lists = counting(cobot, LIST);
    const [one, two] = [await open(FRONT), await open(FRONT)];
    await expect.poll(() => two.app.parts.together.others(), soon).toBe(1);

    await one.app.start();

    expect(await one.app.parts.queue.list({ name: 'sweep' })).toHaveLength(1);
    await one.app.parts.queue.idle();
    expect(lists()).toBe(1);
  });

  it('keep to one budget of Cobot, so that it never has to say 429', async () => {
    const { cobot, plan, open } = await setUp();
    const members = Array.from({ length: 40 }, (_, i) => cobot.addMember({ name: `Member ${i}`, plan }));
    const [one, two] = [await open(FRONT), await open(FRONT)];
    const singles = counting(cobot, SINGLE);

    const reads = [one, two].flatMap(({ app }) => members.map(({ id }) => app.parts.cobot.membership(id)));
    const outcomes = Promise.allSettled(reads);
    await expect.poll(() => singles(), soon).toBe(60);
    await one.app.stop();
    await two.app.stop();

    const served = (await outcomes).filter(({ status }) => status === 'fulfilled');
    expect(served).toHaveLength(60);
    expect(cobot.requests.filter(({ status }) => status === 429)).toEqual([]);
  });

  it('all go by the policy that one has brought in last, and the other says that its file differs', async () => {
    const { cobot, plan, open } = await setUp();
    cobot.addMember({ name: 'Ada', plan });
    const [one, two] = [await open(FRONT), await open(FRONT)];

    writeFileSync(two.path, BOTH);
    await two.app.policy.refresh();
    const { policy } = await one.app.parts.policy();
    await one.app.policy.refresh();
    await one.app.sync({ dryRun: false, cause: 'test' });

    expect(policy.rules.map(({ name }) => name)).toEqual(['Everywhere']);
    expect(one.app.policy.problems()).toMatchObject([{ kind: 'policy-differs' }]);
    expect(two.app.policy.problems()).toEqual([]);
    expect((await two.app.parts.store.settings.get('policy'))?.text).toBe(BOTH);

    writeFileSync(one.path, BOTH);
    await one.app.policy.refresh();
    expect(one.app.policy.problems()).toEqual([]);
  });

  it('make of a burst a sweep, two at most, whichever of them works it off', async () => {
    const { cobot, plan, open } = await setUp();
    const members = Array.from({ length: 60 }, (_, i) => cobot.addMember({ name: `Member ${i}`, plan }));
    const [one, two] = [await open(FRONT), await open(FRONT)];
    await one.app.start();
    await expect.poll(() => one.app.parts.store.settings.get('last-good-sweep'), soon).toBeDefined();
    await two.app.start();
    await Promise.all([one, two].map(({ app }) => app.parts.queue.idle()));
    const [lists, singles] = [counting(cobot, LIST), counting(cobot, SINGLE)];

    await two.app.parts.queue.add(
      members.map(({ id }) => ({ name: 'reconcile', key: id, payload: { membershipId: id, cause: 'test' } })),
    );
    await expect.poll(async () => (await one.app.parts.queue.list({ name: 'reconcile' })).length, soon).toBe(0);

    expect(lists()).toBeLessThanOrEqual(2);
    expect(singles()).toBeLessThan(18);
  });
});
