// Both sides down at the start, and a hundred webhooks at once under Cobot's real limits.
import { describe, expect, it } from 'vitest';
import { setUpService, soon } from '../support/service.ts';

const MINUTE = 60_000;
const service = await setUpService({ cobot: { limits: {} }, smartlock: { limits: {} } });
const { cobot, smartlock, relay } = service;
smartlock.addLocks('Front door');
const plan = cobot.addPlan({ name: 'Full Time' });
const early = cobot.addMember({ name: 'Early', plan });
await service.subscribe();
await cobot.down();
await smartlock.down();
await relay.start();

describe('with Cobot and SmartLock down from the start', () => {
  it('is ready, takes webhooks, and does what they ask once both are back', async () => {
    const late = cobot.addMember({ name: 'Late', plan, confirmed: false });
    const [delivery] = await cobot.emit('confirmed_membership', cobot.confirm(late));
    await expect.poll(() => relay.log().includes('a job failed and is tried again'), soon).toBe(true);

    await cobot.up();
    await smartlock.up();

    expect(delivery?.attempts).toEqual([expect.objectContaining({ status: 204 })]);
    await expect.poll(() => [early, late].map(service.opens), soon).toEqual([['Front door'], ['Front door']]);
  });
});

describe('with a hundred webhooks at once', () => {
  it('has every door right within a minute, and keeps to the limits', { timeout: 2 * MINUTE }, async () => {
    const joining = Array.from({ length: 100 }, (_, index) => cobot.addMember({ name: `Member ${index}`, plan }));
    const before = cobot.requests.length;

    const sent = await Promise.all(joining.map((member) => service.tell('confirmed_membership', member)));

    expect(sent).toHaveLength(100);
    const outside = () => joining.filter((member) => service.opens(member).length === 0).length;
    await expect.poll(outside, { timeout: MINUTE, interval: 100 }).toBe(0);
    expect(cobot.requests.slice(before).filter(({ status }) => status === 429)).toEqual([]);
    expect([...smartlock.users.values()]).toHaveLength(102);
  });
});
