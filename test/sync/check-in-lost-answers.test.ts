import { describe, expect, it } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import { counting, FORBIDDEN, HOUR, MINUTE, SECOND, UNAVAILABLE, until } from '../support/relay.ts';
import { BY_TOKEN, CURRENT, oneVisitor } from './visitor.ts';

describe('an answer to a check-in that never comes', () => {
  const faults = {
    'a reset': { kind: 'reset' },
    'status 500': { kind: 'answer', status: 500 },
    'status 503': UNAVAILABLE,
    'an HTML page': { kind: 'answer', status: 200, html: '<html></html>' },
  } as const;

  it.each(Object.entries(faults))('%s after the deed is found out, and not repeated', async (_, fault) => {
    const { world, spending, spent, open } = await oneVisitor({ limited: true, passes: 3 });
    world.cobot.sabotage(BY_TOKEN, { ...fault, when: 'after' });

    const opening = await open();
    await world.pass(10 * MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });

  it.each(Object.entries(faults))('%s before the deed is repeated, once it is sure', async (_, fault) => {
    const { world, spent, open } = await oneVisitor({ limited: true, passes: 3 });
    const sabotage = world.cobot.sabotage(BY_TOKEN, fault);
    const opening = await open();
    sabotage.lift();

    await world.pass(10 * MINUTE);

    expect([spent(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('is not repeated while it cannot be found out', async () => {
    const { world, spending, spent, open } = await oneVisitor({ passes: 3, limited: true });
    // The look before the check-in goes through, those after it do not.
    const blind = { isOn: false };
    world.cobot.sabotage((request: Seen) => {
      if (request.endpoint === BY_TOKEN) blind.isOn = true;
      return blind.isOn && request.endpoint === CURRENT;
    }, UNAVAILABLE);
    world.cobot.sabotage(BY_TOKEN, { kind: 'reset', when: 'after' }, { times: 1 });

    const opening = await open();
    await world.pass(5 * MINUTE);
    expect([spending(), await world.outcomeOf(opening)]).toEqual([1, null]);
    world.cobot.healAll();
    await world.pass(10 * MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });

  it('costs an unlimited member no second check-in either', async () => {
    const { world, checkIns, open } = await oneVisitor();
    world.cobot.sabotage(BY_TOKEN, { kind: 'reset', when: 'after' });

    await open();
    await world.pass(10 * MINUTE);

    expect(checkIns()).toBe(1);
  });

  it('by time-out is looked up half a minute later, since it may land until then', async () => {
    const { world, user, door, spending, spent } = await oneVisitor({ limited: true, passes: 3 });
    const late = world.cobot.sabotage(BY_TOKEN, { kind: 'hang', lands: true }, { times: 1 });
    const opening = await world.opened(user, door);
    await until(() => late.hits === 1);
    // The client gives up after ten seconds; nothing is asked and nothing is sent.
    await world.clock.advance(10 * SECOND);
    await world.settle();
    const calls = counting(world.cobot);
    await world.pass(25 * SECOND);
    expect(calls()).toBe(0);
    late.lift();
    await until(() => spent() === 1);

    await world.pass(MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });

  it('by time-out is waited for as long where the door is opened again meanwhile', async () => {
    const { world, user, door, spending, spent } = await oneVisitor({ limited: true, passes: 3 });
    const late = world.cobot.sabotage(BY_TOKEN, { kind: 'hang', lands: true }, { times: 1 });
    const opening = await world.opened(user, door);
    await until(() => late.hits === 1);
    await world.clock.advance(10 * SECOND);
    await world.settle();
    await world.pass(5 * SECOND);
    const again = await world.opened(user, door);
    await world.settle();
    await world.pass(20 * SECOND);
    expect(spending()).toBe(1);
    late.lift();
    await until(() => spent() === 1);

    await world.pass(MINUTE);

    const outcomes = [await world.outcomeOf(opening), await world.outcomeOf(again)];
    expect([spending(), spent(), ...outcomes]).toEqual([1, 1, 'checked in', 'checked in already']);
  });

  it('by time-out that never landed is repeated after half a minute, and not before', async () => {
    const { world, user, door, spending, spent } = await oneVisitor({ limited: true, passes: 3 });
    const lost = world.cobot.sabotage(BY_TOKEN, { kind: 'hang' }, { times: 1 });
    const opening = await world.opened(user, door);
    await until(() => lost.hits === 1);
    await world.clock.advance(10 * SECOND);
    await world.settle();
    await world.pass(29 * SECOND);
    expect(spending()).toBe(1);

    await world.pass(2 * SECOND);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([2, 1, 'checked in']);
  });

  it('because the relay was stopped in the middle is looked up after the start', async () => {
    const { world, user, door, spending, spent } = await oneVisitor({ limited: true, passes: 3 });
    const cut = world.cobot.sabotage(BY_TOKEN, { kind: 'hang', when: 'after' }, { times: 1 });
    const opening = await world.opened(user, door);
    await until(() => cut.hits === 1);

    await world.restart();
    await world.pass(MINUTE);

    expect([spending(), spent(), await world.outcomeOf(opening)]).toEqual([1, 1, 'checked in']);
  });
});

describe('an attempt that a crash left', () => {
  it('which landed is found, and not repeated', async () => {
    const { world, member, spending, open } = await oneVisitor();
    await world.store.attempts.start({ membershipId: member.id, startedAt: world.clock.now() });
    const now = world.clock.now();
    world.cobot.addCheckIn(member, { from: now, until: now + 8 * HOUR });

    const opening = await open();

    expect([spending(), await world.outcomeOf(opening)]).toEqual([0, 'checked in']);
    expect(await world.store.attempts.of(member.id)).toBeUndefined();
  });

  it('which did not land is repeated when half a minute is over', async () => {
    const { world, member, spending, open } = await oneVisitor();
    await world.store.attempts.start({ membershipId: member.id, startedAt: world.clock.now() });
    await open();
    await world.pass(29 * SECOND);
    expect(spending()).toBe(0);

    await world.pass(2 * SECOND);

    expect(spending()).toBe(1);
  });
});

describe('while Cobot is down', () => {
  it('an opening waits and is checked in when it is back', async () => {
    const { world, spent, open } = await oneVisitor({ limited: true, passes: 3 });
    await world.cobot.down();
    const opening = await open();
    await world.pass(5 * SECOND);
    await world.cobot.up();

    await world.pass(10 * MINUTE);

    expect([spent(), await world.outcomeOf(opening)]).toEqual([1, 'checked in']);
  });

  it('an opening is given up when its Cobot day ends', async () => {
    const { world, checkIns, open } = await oneVisitor({ at: Date.parse('2026-12-01T02:50:00Z') });
    world.cobot.sabotage(/./, UNAVAILABLE);
    const opening = await open();
    await world.pass(15 * MINUTE);
    world.cobot.healAll();

    await world.pass(10 * MINUTE);

    expect([checkIns(), await world.outcomeOf(opening)]).toEqual([0, 'past day']);
  });

  it('or without the right to, an opening is never put aside as dead', async () => {
    const { world, open } = await oneVisitor();
    world.cobot.sabotage(BY_TOKEN, FORBIDDEN);
    const opening = await open();
    await world.pass(HOUR);
    expect(await world.jobs('check-in', 'dead')).toEqual([]);
    world.cobot.healAll();

    await world.pass(10 * MINUTE);

    expect(await world.outcomeOf(opening)).toBe('checked in');
  });
});
