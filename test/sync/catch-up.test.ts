import { describe, expect, it } from 'vitest';
import {
  counting,
  createRelayWorld,
  DAY,
  FORBIDDEN,
  HOUR,
  MINUTE,
  type RelayWorld,
  SECOND,
  UNAVAILABLE,
} from '../support/relay.ts';

const SPENDING = /^POST .*(check_ins|work_sessions)$/;

async function oneMember() {
  const world = await createRelayWorld({ cobot: { switches: { repeatCheckIn: 'second' } } });
  const plan = world.cobot.addPlan({ name: 'Full' });
  const member = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-01' });
  await world.sweep();
  const [door] = world.doors;
  if (!door) throw new Error('no lock');
  await world.pass(MINUTE);
  return { world, member, door, user: world.userOf(member), spending: counting(world.cobot, SPENDING) };
}

async function catchUp(world: RelayWorld): Promise<void> {
  await world.parts.queue.add([{ name: 'catch-up', key: 'space', payload: { cause: 'test' } }]);
  await world.settle();
}

describe('catching up', () => {
  it('finds an opening whose webhook never came', async () => {
    const { world, user, door, spending } = await oneMember();
    const { event } = await world.locks.openLock(user, door, { lose: true });
    await world.pass(5 * MINUTE);

    await catchUp(world);

    expect([spending(), await world.outcomeOf(event)]).toEqual([1, 'checked in']);
  });

  it('does not judge twice what the webhook told already', async () => {
    const { world, user, door, spending } = await oneMember();
    const { event } = await world.locks.openLock(user, door, { lose: true });
    await world.opened(user, door, { id: event.id, occurredAt: event.occurredAt });
    await world.settle();

    await catchUp(world);

    expect(spending()).toBe(1);
    expect(await world.store.openings.list()).toHaveLength(1);
  });

  it('knows an opening that the webhook told under another id, by user, lock and time', async () => {
    const { world, user, door, spending } = await oneMember();
    const { event } = await world.locks.openLock(user, door, { lose: true });
    await world.opened(user, door, { id: 'from the webhook', occurredAt: event.occurredAt });
    await world.settle();

    await catchUp(world);
    await catchUp(world);

    expect(spending()).toBe(1);
    expect(await world.store.openings.list()).toHaveLength(1);
  });

  it('looks back to when the store was made at first, and no further', async () => {
    const { world, user, door, spending } = await oneMember();
    const madeAt = (await world.store.settings.get('made-at')) ?? 0;
    world.locks.addEvent(user, door, madeAt - SECOND);
    const { event } = await world.locks.openLock(user, door, { lose: true, occurredAt: madeAt, anyway: true });

    await catchUp(world);

    expect((await world.store.openings.list()).map(({ id }) => id)).toEqual([event.id]);
    expect(spending()).toBe(1);
  });

  it('reads on from where it was, and a little before that', async () => {
    const { world, user, door } = await oneMember();
    await world.pass(HOUR);
    await catchUp(world);
    const readAt = world.clock.now();
    await world.pass(HOUR);
    const late = world.locks.addEvent(user, door, readAt - 5 * MINUTE);

    await catchUp(world);

    const [first, second] = world.locks.requests.filter(({ path }) => path === '/events');
    expect(Date.parse(first?.query['since'] ?? '')).toBe(await world.store.settings.get('made-at'));
    expect(Date.parse(second?.query['since'] ?? '')).toBeGreaterThanOrEqual(readAt - 10 * MINUTE);
    expect((await world.store.openings.list()).map(({ id }) => id)).toContain(late.id);
  });

  it('takes up again where it failed, and forgets nothing', async () => {
    const { world, user, door } = await oneMember();
    await catchUp(world);
    const before = await world.store.settings.get('openings-read-until');
    await world.pass(HOUR);
    const { event } = await world.locks.openLock(user, door, { lose: true });
    world.locks.sabotage('GET /events', UNAVAILABLE);
    await catchUp(world);
    expect(await world.store.settings.get('openings-read-until')).toBe(before);
    world.locks.healAll();

    await world.pass(MINUTE);

    expect(await world.outcomeOf(event)).toBe('checked in');
  });

  it('records an opening of a day that is over, and checks nobody in for it', async () => {
    const { world, user, door, spending } = await oneMember();
    const { event } = await world.locks.openLock(user, door, { lose: true });
    await world.pass(DAY);

    await catchUp(world);

    expect([spending(), await world.outcomeOf(event)]).toEqual([0, 'past day']);
  });

  it('takes up openings that were stored and never judged', async () => {
    const { world, user, door, spending } = await oneMember();
    world.cobot.sabotage(SPENDING, FORBIDDEN);
    const occurredAt = world.clock.now();
    await world.store.openings.add(
      [{ id: 'left over', lockUserId: user.id, lockId: door.id, lockName: door.name, occurredAt }],
      occurredAt,
    );
    world.cobot.healAll();

    await catchUp(world);

    expect([spending(), await world.outcomeOf({ id: 'left over' })]).toEqual([1, 'checked in']);
  });

  it('reads every page of a long list', async () => {
    const { world, user, door, spending } = await oneMember();
    const from = world.clock.now();
    for (let index = 0; index < 250; index += 1) world.locks.addEvent(user, door, from + index * SECOND);
    await world.pass(10 * MINUTE);

    await catchUp(world);

    expect(await world.store.openings.list()).toHaveLength(250);
    expect(await world.store.openings.unjudged(user.id)).toEqual([]);
    expect(spending()).toBe(1);
  });
});
