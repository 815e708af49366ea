import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  counting,
  createRelayWorld,
  DAY,
  HOUR,
  MINUTE,
  type RelayOptions,
  type RelayWorld,
  until,
} from '../support/relay.ts';

const LIST = 'GET /api/memberships';
const EVENTS = 'GET /events';

/** As the service starts it, but that it does not listen. */
async function started(options: RelayOptions = {}) {
  const world = await createRelayWorld({ ...options, idle: true });
  const [sweeps, catchUps] = [counting(world.cobot, LIST), counting(world.locks, EVENTS)];
  const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
  await world.app.start();
  await world.settle();
  return { world, member, sweeps, catchUps };
}

/** Minute by minute, so that whatever is started in one is done in it. */
async function minutes(world: RelayWorld, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) await world.pass(MINUTE);
}

describe('after the start', () => {
  it('everything is brought right, and missed openings are looked for', async () => {
    const { world, member, sweeps, catchUps } = await started();

    expect([sweeps(), catchUps()]).toEqual([1, 1]);
    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('the space is swept every quarter of an hour', async () => {
    const { world, sweeps } = await started();
    await minutes(world, 14);
    expect(sweeps()).toBe(1);
    await minutes(world, 1);
    expect(sweeps()).toBe(2);

    await minutes(world, 15);

    expect(sweeps()).toBe(3);
  });

  it('the space is swept as often as SWEEP_MINUTES says', async () => {
    const { world, sweeps } = await started({ environment: { SWEEP_MINUTES: '60' } });

    await minutes(world, 60);

    expect(sweeps()).toBe(2);
  });

  it('missed openings are looked for every hour', async () => {
    const { world, catchUps } = await started();

    await minutes(world, 60);

    expect(catchUps()).toBe(2);
  });

  it('a member that no webhook told about gets in with the next sweep', async () => {
    const { world } = await started();
    const late = world.cobot.addMember({ name: 'Late', plan: world.cobot.addPlan({ name: 'New' }) });

    await minutes(world, 15);

    expect(world.opens(late)).toEqual(['Front door']);
  });
});

describe('once a day', () => {
  it('what is older than AUDIT_DAYS is thrown away, and nothing else', async () => {
    const { world } = await started({ environment: { AUDIT_DAYS: '10', SWEEP_MINUTES: '1440' } });
    const now = world.clock.now();
    const entry = { action: 'grant', sentence: '', cause: '', membershipId: null, lockUserId: null, lockId: null };
    await world.store.audit.append([
      { ...entry, at: now - 9.5 * DAY, cause: 'old' },
      { ...entry, at: now - 8 * DAY, cause: 'young' },
    ]);

    for (let hour = 0; hour < 25; hour += 1) await world.pass(HOUR);

    const causes = (await world.store.audit.list()).map(({ cause }) => cause);
    expect(causes).toContain('young');
    expect(causes).not.toContain('old');
  });
});

describe('a policy file that changes', () => {
  it('is in force with a sweep at once', async () => {
    const { world, member } = await started({ locks: ['Front door', 'Room'] });
    expect(world.opens(member)).toEqual(['Front door', 'Room']);
    writeFileSync(world.policyPath, 'version: 1\nrules: [{ name: Front, locks: [Front door], members: all }]\n');

    await until(
      async () => (await world.parts.queue.list({ name: 'sweep' })).length > 0 || world.opens(member).length === 1,
    );
    await world.settle();

    expect(world.opens(member)).toEqual(['Front door']);
  });
});

describe('after the stop', () => {
  it('nothing happens any more', async () => {
    const { world, sweeps } = await started();
    await world.end();
    const before = sweeps();

    await world.clock.advance(DAY);

    expect([sweeps() - before, world.clock.timers()]).toEqual([0, 0]);
  });
});
