// The brake, from outside: many losses at once wait for a person, additions do not, and few losses go through.
import { describe, expect, it } from 'vitest';
import { setUpService, soon } from '../support/service.ts';

async function spaceOfThirty() {
  const service = await setUpService();
  const { cobot, smartlock, relay } = service;
  smartlock.addLocks('Front door');
  const plan = cobot.addPlan({ name: 'Full Time' });
  const members = Array.from({ length: 30 }, (_, index) => cobot.addMember({ name: `Member ${index + 1}`, plan }));
  await service.subscribe();
  await relay.start();
  await service.idle();
  const inside = () => members.filter((member) => service.opens(member).length > 0).length;
  const holdLines = async () => /^relay_hold_lines (\d+)/m.exec(await service.metrics())?.[1];
  const leave = (from: number, to: number) =>
    members.slice(from, to).map((member) => cobot.cancel(member, service.day(-1)));
  return { ...service, plan, members, inside, holdLines, leave };
}

const atOnce = await spaceOfThirty();
const oneByOne = await spaceOfThirty();

describe('when 20 of 30 have left at once', () => {
  it('holds them all, and lets a new member in all the same', async () => {
    expect(atOnce.inside()).toBe(30);
    atOnce.leave(0, 20);
    const fresh = atOnce.cobot.addMember({ name: 'Fresh', plan: atOnce.plan });

    await atOnce.relay.stop();
    await atOnce.relay.start();
    await atOnce.idle();

    expect(atOnce.inside()).toBe(30);
    expect(atOnce.opens(fresh)).toEqual(['Front door']);
  });

  it('shows it in readiness, metrics and log', async () => {
    expect(await atOnce.readiness()).toMatchObject({ status: 'ready', holds: 20 });
    expect(await atOnce.holdLines()).toBe('20');
    expect(atOnce.logLines()).toContainEqual(
      expect.objectContaining({ msg: 'losses held by the brake', lines: 20, persons: 20 }),
    );
  });

  it('lets go of what the facts no longer want', async () => {
    for (const member of atOnce.members) member.canceledTo = null;

    await atOnce.relay.stop();
    await atOnce.relay.start();

    await expect.poll(atOnce.holdLines, soon).toBe('0');
    expect(atOnce.inside()).toBe(30);
  });
});

describe('when few of 30 leave', () => {
  it('lets three go at once', async () => {
    oneByOne.leave(0, 3);

    await oneByOne.relay.stop();
    await oneByOne.relay.start();

    await expect.poll(oneByOne.inside, soon).toBe(27);
    expect(await oneByOne.holdLines()).toBe('0');
  });

  it('adds up those who leave one webhook at a time, and holds from the sixth on', async () => {
    for (const body of oneByOne.leave(3, 8)) {
      await oneByOne.cobot.emit('canceled_membership', body);
      await oneByOne.idle();
    }

    expect(oneByOne.inside()).toBe(25);
    expect(await oneByOne.holdLines()).toBe('3');
  });
});
