import { describe, expect, it } from 'vitest';
import { counting, createRelayWorld, HOUR, MINUTE, UNAVAILABLE } from '../support/relay.ts';

const SPACE = 'GET /api/spaces/:subdomain';

describe('the space', () => {
  it('is read from Cobot once an hour, however often it is asked for', async () => {
    const world = await createRelayWorld();
    const reads = counting(world.cobot, SPACE);

    await Promise.all([world.parts.space(), world.parts.space(), world.parts.space()]);
    await world.pass(59 * MINUTE);
    await world.parts.space();
    expect(reads()).toBe(1);
    await world.pass(2 * MINUTE);
    await world.parts.space();

    expect(reads()).toBe(2);
  });

  it('is as it was last read while Cobot does not answer, also after a restart', async () => {
    const world = await createRelayWorld({ cobot: { zone: 'America/New_York' } });
    await world.parts.space();
    world.cobot.sabotage(SPACE, UNAVAILABLE);
    await world.restart();

    const { calendar, space } = await world.parts.space();

    expect([calendar.zone, space.subdomain]).toEqual(['America/New_York', 'co-up']);
  });

  it('that was never read is an error, and nothing is decided', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    world.cobot.sabotage(SPACE, UNAVAILABLE);

    await expect(world.reconcile(member)).rejects.toThrow('503');

    expect(world.locks.users.size).toBe(0);
  });

  it('that moved to another zone has another calendar', async () => {
    const world = await createRelayWorld();
    await world.parts.space();
    world.cobot.sabotage(SPACE, {
      kind: 'replace',
      data: (space) => ({ ...(typeof space === 'object' ? space : {}), time_zone_name: 'Asia/Tokyo' }),
    });
    await world.pass(2 * HOUR);

    const { calendar } = await world.parts.space();

    expect(calendar.zone).toBe('Asia/Tokyo');
  });
});
