import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  counting,
  createRelayWorld,
  HOUR,
  MINUTE,
  type RelayOptions,
  type RelayWorld,
  UNAVAILABLE,
} from '../support/relay.ts';

const GOOD = `
version: 1
rules:
  - { name: Front door for everybody, locks: [Front door], members: all }
`;
const ROOMS = `
version: 1
rules:
  - { name: Front door for everybody, locks: [Front door], members: all }
  - { name: Room for full time, locks: [Room], plans: [Full Time] }
`;
const BROKEN = `
version: 1
rules:
  - { name: Front door for everybody, locks: [Frunt door], members: all }
`;

async function house(options: RelayOptions = {}) {
  const world = await createRelayWorld({ locks: ['Front door', 'Room'], ...options });
  const plan = world.cobot.addPlan({ name: 'Full Time' });
  const member = world.cobot.addMember({ name: 'Ada', plan });
  return { world, member, plan };
}

const write = (world: RelayWorld, text: string) => writeFileSync(world.policyPath, text);
const refresh = (world: RelayWorld) => world.app.policy.refresh();
const messages = (world: RelayWorld) => world.app.policy.mistakes().map(({ message }) => message);
const kinds = (world: RelayWorld) => world.app.policy.problems().map(({ kind }) => kind);

describe('without a file', () => {
  it('every active member may open every lock', async () => {
    const { world, member } = await house();

    expect(await refresh(world)).toBe('in force');
    await world.sweep();

    expect(world.opens(member)).toEqual(['Front door', 'Room']);
  });

  it('is a mistake where one was named', async () => {
    const { world, member } = await house({ named: true });

    expect(await refresh(world)).toBe('wrong');
    expect(messages(world)).toEqual([`${world.policyPath} is not there`]);
    await expect(world.reconcile(member)).rejects.toThrow('the policy is not in force');
    expect(world.locks.users.size).toBe(0);
  });

  it('that was in force once, the last one stays in force and it is shown, also after a restart', async () => {
    const { world, member } = await house({ policy: GOOD });
    await world.sweep();
    rmSync(world.policyPath);
    await world.restart();

    expect(await refresh(world)).toBe('in force');
    const report = await world.sweep();

    expect(world.opens(member)).toEqual(['Front door']);
    expect(report.problems).toContainEqual(expect.objectContaining({ subject: '', kind: 'policy-mistake-1' }));
  });
});

describe('a file', () => {
  it('is in force with what its names stand for', async () => {
    const { world, member, plan } = await house({ policy: ROOMS });
    const [other] = world.addMembers(1, world.cobot.addPlan({ name: 'Part Time' }));

    await world.sweep();

    expect([world.opens(member), world.opens(other ?? member)]).toEqual([['Front door', 'Room'], ['Front door']]);
    expect((await world.store.settings.get('policy'))?.names).toMatchObject({ 'plan:full time': plan.id });
  });

  it('that is broken from the start is wrong, and nothing is changed', async () => {
    const { world, member } = await house({ policy: BROKEN });

    expect(await refresh(world)).toBe('wrong');
    expect(world.app.policy.mistakes()).toMatchObject([{ line: 4 }]);
    expect(messages(world)[0]).toContain('there is no lock "Frunt door"; did you mean "Front door"?');
    await expect(world.sweep()).rejects.toThrow('the policy is not in force');
    await expect(world.reconcile(member)).rejects.toThrow('the policy is not in force');
    expect(world.locks.users.size).toBe(0);
  });

  it.each([
    ['no YAML', '{{{'],
    ['an unknown key', `${GOOD}colour: red\n`],
    ['a plan that is not offered', ROOMS.replace('[Full Time]', '[Full Tyme]')],
    ['hours that make no sense', GOOD.replace('members: all', 'members: all, hours: [{ from: "25:00", to: "9" }]')],
  ])('with %s is wrong', async (_, text) => {
    const { world } = await house({ policy: text });

    expect(await refresh(world)).toBe('wrong');
    expect(messages(world)).not.toEqual([]);
  });

  it('that breaks while the relay runs changes nothing and is shown, until it is good again', async () => {
    const { world, member } = await house({ policy: GOOD });
    await world.sweep();
    write(world, BROKEN);

    expect(await refresh(world)).toBe('in force');
    await world.sweep();
    expect([world.opens(member), kinds(world)]).toEqual([['Front door'], ['policy-mistake-1']]);
    expect(await world.problemsOf({ id: '' })).toContain('policy-mistake-1');
    write(world, ROOMS);
    expect(await refresh(world)).toBe('in force');
    await world.sweep();

    expect([world.opens(member), kinds(world)]).toEqual([['Front door', 'Room'], []]);
    expect(await world.problemsOf({ id: '' })).not.toContain('policy-mistake-1');
  });

  it('that breaks over a restart leaves the last good one in force, with the ids of then', async () => {
    const { world, member } = await house({ policy: ROOMS });
    await world.sweep();
    write(world, BROKEN);
    // What it named is called something else by now, and something else is called what it named.
    const [front, room] = world.doors;
    if (!front || !room) throw new Error('no lock');
    room.name = 'Quiet room';
    await world.restart();

    expect(await refresh(world)).toBe('in force');
    await world.sweep();

    expect(world.opens(member)).toEqual(['Front door', 'Quiet room']);
    expect(kinds(world)).toContain('policy-mistake-1');
  });

  it('that cannot be read at all is a mistake, and takes nothing away', async () => {
    const { world, member } = await house({ policy: GOOD });
    await world.sweep();
    rmSync(world.policyPath);
    const { mkdirSync } = await import('node:fs');
    mkdirSync(world.policyPath);

    expect(await refresh(world)).toBe('in force');
    await world.sweep();

    expect(messages(world)[0]).toContain('cannot be read');
    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('that takes something away is under the brake', async () => {
    const { world } = await house({ policy: GOOD });
    const members = world.addMembers(8);
    await world.sweep();
    write(world, GOOD.replace('[Front door]', '[Room]'));
    await refresh(world);

    const { held } = await world.sweep();

    expect(held).toBe(9);
    expect(members.map(world.opens)).toEqual(members.map(() => ['Front door', 'Room']));
  });
});

describe('a thing that was renamed', () => {
  it('keeps its id, with a warning', async () => {
    const { world, member, plan } = await house({ policy: ROOMS });
    await world.sweep();
    const [, room] = world.doors;
    if (!room) throw new Error('no lock');
    room.name = 'Quiet room';
    plan.name = 'All Day';
    await world.pass(2 * HOUR);

    const { changes } = await world.sweep();

    expect(changes).toEqual([]);
    expect(world.opens(member)).toEqual(['Front door', 'Quiet room']);
    expect(kinds(world)).toEqual(['policy-warning-1', 'policy-warning-2']);
  });

  it('is a mistake where nobody knew it before', async () => {
    const { world } = await house({ policy: ROOMS.replaceAll('Room]', 'Quiet room]') });

    expect(await refresh(world)).toBe('wrong');
  });
});

describe('while the other side is down', () => {
  it.each([
    ['locks', 'GET /locks'],
    ['cobot', 'GET /api/plans'],
  ] as const)('names are not known yet and nothing is changed (%s)', async (side, endpoint) => {
    const { world, member } = await house({ policy: ROOMS });
    const sabotage = world[side].sabotage(endpoint, UNAVAILABLE);

    await expect(refresh(world)).rejects.toThrow('503');
    await world.parts.queue.add([
      { name: 'reconcile', key: member.id, payload: { membershipId: member.id, cause: 'test' } },
    ]);
    await world.settle();
    expect(world.locks.users.size).toBe(0);
    sabotage.lift();
    await world.pass(MINUTE);

    expect(world.opens(member)).toEqual(['Front door', 'Room']);
  });

  it.each([
    ['locks', 'GET /locks'],
    ['cobot', 'GET /api/plans'],
  ] as const)('after a restart the same file is in force as it was (%s)', async (side, endpoint) => {
    const { world, member } = await house({ policy: ROOMS });
    await world.sweep();
    world[side].sabotage(endpoint, UNAVAILABLE);
    await world.restart();
    const late = world.cobot.addMember({ name: 'Late', plan: [...world.cobot.plans.values()][0] ?? never() });

    await world.sweep();

    expect([world.opens(member), world.opens(late)]).toEqual([
      ['Front door', 'Room'],
      ['Front door', 'Room'],
    ]);
  });

  it('a sweep goes on with what is in force', async () => {
    const { world } = await house({ policy: ROOMS });
    await world.sweep();
    world.cobot.sabotage('GET /api/plans', UNAVAILABLE);
    await world.pass(2 * HOUR);
    const late = world.cobot.addMember({ name: 'Late', plan: [...world.cobot.plans.values()][0] ?? never() });

    await world.sweep();

    expect(world.opens(late)).toEqual(['Front door', 'Room']);
  });

  it('a file that changed is in force with the first sweep after it is back', async () => {
    const { world, member } = await house({ policy: GOOD });
    await world.sweep();
    const sabotage = world.cobot.sabotage('GET /api/plans', UNAVAILABLE);
    write(world, ROOMS);
    await refresh(world).catch(() => undefined);
    await world.sweep();
    expect(world.opens(member)).toEqual(['Front door']);
    sabotage.lift();
    await world.pass(MINUTE);

    await world.sweep();

    expect(world.opens(member)).toEqual(['Front door', 'Room']);
  });
});

describe('a lock', () => {
  it('that is new in the lock system is opened within the hour by a rule for all', async () => {
    const { world, member } = await house();
    await world.sweep();
    world.locks.addLocks('Roof');
    await world.pass(HOUR + MINUTE);

    await world.sweep();

    expect(world.opens(member)).toEqual(['Front door', 'Room', 'Roof']);
  });

  it('that the list of locks lacks takes nothing away', async () => {
    const { world, member } = await house();
    await world.sweep();
    const [front] = world.doors;
    world.locks.sabotage('GET /locks', {
      kind: 'replace',
      data: () => ({ locks: front ? [front] : [] }),
    });
    await world.pass(HOUR + MINUTE);
    const removed = counting(world.locks, 'DELETE /access/:id');

    await world.sweep();

    expect([removed(), world.opens(member)]).toEqual([0, ['Front door', 'Room']]);
  });
});

function never(): never {
  throw new Error('it has to be there');
}
