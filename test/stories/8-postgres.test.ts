// The whole service on PostgreSQL: the guide's first two steps, a killed process, a server that goes away and comes back.
import { afterAll, describe, expect, it } from 'vitest';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { databaseOfFile, noPostgres } from '../support/postgres.ts';
import { startProxy } from '../support/postgres-proxy.ts';
import { setUpService, soon } from '../support/service.ts';

const database = databaseOfFile();

async function setUp() {
  const way = await startProxy(await database.url());
  afterAll(() => way.cut());
  const service = await setUpService({ env: { DATABASE_URL: way.url } });
  const [door] = service.smartlock.addLocks('Front door');
  if (!door) throw new Error('no locks');
  await service.subscribe();
  await service.relay.start();
  return { way, service, door, plan: service.cobot.addPlan({ name: 'Full Time' }) };
}

const stage = noPostgres ? null : await setUp();

describe.skipIf(stage === null)('the service on PostgreSQL', () => {
  if (!stage) return it('needs PostgreSQL', () => undefined);
  const { way, service, door, plan } = stage;
  const { cobot, smartlock, relay, opens, day } = service;

  async function join(name: string): Promise<Member> {
    const member = cobot.addMember({ name, plan, confirmed: false });
    await cobot.emit('confirmed_membership', cobot.confirm(member));
    return member;
  }

  it('lets a member in who joins, and out who leaves', async () => {
    const ada = await join('Ada');
    await expect.poll(() => opens(ada), soon).toEqual(['Front door']);

    await cobot.emit('canceled_membership', cobot.cancel(ada, day(-2)));

    await expect.poll(() => opens(ada), soon).toEqual([]);
  });

  it('checks a member in who opens a door, once', async () => {
    const ben = await join('Ben');
    await expect.poll(() => opens(ben), soon).toEqual(['Front door']);
    await service.idle();

    const user = smartlock.userByEmail(ben.email ?? '') ?? expect.unreachable();
    await Promise.all([smartlock.openLock(user, door), smartlock.openLock(user, door)]);

    await expect.poll(() => cobot.checkInsOf(ben).length, soon).toBe(1);
    await service.idle();
    expect(cobot.checkInsOf(ben)).toHaveLength(1);
  });

  it('is not ready while the server is away, asks for webhooks again, and goes on when it is back', async () => {
    const cleo = cobot.addMember({ name: 'Cleo', plan, confirmed: false });
    await way.cut();
    await expect.poll(() => service.readiness(), soon).toMatchObject({ status: 'not ready' });

    const refused = await fetch(`${relay.url}/cobot/updated_membership_details?key=${service.webhookKey}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(cobot.body(cleo)),
    });
    await way.mend();
    await expect.poll(() => service.readiness(), soon).toMatchObject({ status: 'ready' });
    await cobot.emit('confirmed_membership', cobot.confirm(cleo));

    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    await expect.poll(() => opens(cleo), soon).toEqual(['Front door']);
    expect(relay.log()).not.toContain('that no log may hold');
  });

  it('finishes what it was doing when it was killed', { timeout: 60_000 }, async () => {
    const members = await Promise.all(['Dora', 'Emil', 'Finn', 'Gus'].map(join));

    await relay.kill();
    await relay.start();

    const open = () => members.map((member) => opens(member));
    await expect.poll(open, { ...soon, timeout: 45_000 }).toEqual(members.map(() => ['Front door']));
  });
});
