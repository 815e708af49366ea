import { describe, expect, it } from 'vitest';
import { counting, createRelayWorld, DAY, FORBIDDEN, HOUR, SECOND, UNAVAILABLE } from '../support/relay.ts';
import { actions, ENDED, job, oneMember } from './one-member.ts';

describe('a membership', () => {
  it('that is confirmed gets a lock user, its doors and a check-in token, and says so', async () => {
    const { world, member } = await oneMember({ locks: ['Front door', 'Room'] });

    expect(world.opens(member)).toEqual(['Front door', 'Room']);
    expect(world.userOf(member)).toMatchObject({ name: 'Ada', externalId: `relay:co-up:${member.id}` });
    expect(world.cobot.tokensOf(member)).toEqual([world.userOf(member).id]);
    expect(await actions(world)).toEqual(['register', 'grant', 'grant', 'link']);
  });

  it('that is looked at again costs one read of Cobot and changes nothing', async () => {
    const { world, member } = await oneMember();
    const [calls, written] = [counting(world.cobot), counting(world.locks, /^(POST|PATCH|DELETE)/)];

    await world.reconcile(member);

    expect([calls(), written()]).toEqual([1, 0]);
  });

  it('of a limited plan costs three', async () => {
    const { world, member } = await oneMember();
    world.cobot.changePlan(member, world.cobot.addPlan({ name: 'Days', limited: true }));
    const calls = counting(world.cobot);

    await world.reconcile(member);

    expect(calls()).toBe(3);
    expect(world.opens(member)).toEqual([]);
  });

  it('that is not confirmed gets nothing', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, confirmed: false });

    await world.reconcile(member);

    expect(world.locks.users.size).toBe(0);
  });

  it('that starts later is let in from that day on', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-12-03' });

    await world.reconcile(member);

    const from = Date.parse('2026-12-02T23:00:00Z');
    expect(world.opens(member)).toEqual([]);
    expect(world.locks.can(member.email ?? '', 'Front door', from - SECOND)).toBe(false);
    expect(world.locks.can(member.email ?? '', 'Front door', from)).toBe(true);
  });

  it.each([
    ['in' as const, undefined, Date.parse('2026-12-05T23:00:00Z')],
    ['out' as const, 'cancellation_date: first day out', Date.parse('2026-12-04T23:00:00Z')],
  ])('with a cancellation date ends with it by itself (%s)', async (canceledToDay, line, end) => {
    const policy = `version: 1\nrules: [{ name: All, locks: [all], members: all }]\n${line ?? ''}\n`;
    const { world, member } = await oneMember({ policy, cobot: { switches: { canceledToDay } } });
    world.cobot.cancel(member, '2026-12-05');
    await world.reconcile(member);

    expect(world.locks.windows(member.email ?? '', 'Front door')).toMatchObject([{ until: end }]);
    expect(world.locks.can(member.email ?? '', 'Front door', end - SECOND)).toBe(true);
  });

  it('whose cancellation is undone goes on without an end', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, '2026-12-05');
    await world.reconcile(member);
    member.canceledTo = null;

    await world.reconcile(member);

    expect(world.locks.windows(member.email ?? '', 'Front door')).toMatchObject([{ until: null }]);
  });

  it('that ended loses doors and token, and keeps its lock user', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, ENDED);

    await world.reconcile(member);

    expect(world.locks.access.size).toBe(0);
    expect(world.cobot.tokens.size).toBe(0);
    expect(world.locks.users.size).toBe(1);
    expect(await actions(world)).toEqual(['register', 'grant', 'link', 'remove', 'unlink']);
  });

  it('without an email address is shown, and gets in when it has one', async () => {
    const world = await createRelayWorld();
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, email: null });
    await world.reconcile(member);
    expect(await world.problemsOf(member)).toEqual(['no-email']);
    member.email = 'ada@example.com';

    await world.reconcile(member);

    expect(world.opens(member)).toEqual(['Front door']);
    expect(await world.problemsOf(member)).toEqual([]);
  });

  it('that Cobot never heard of changes nothing and costs no list', async () => {
    const { world, member } = await oneMember();
    const lists = counting(world.cobot, 'GET /api/memberships');

    await world.reconcile({ id: 'no-such-membership' });

    expect(lists()).toBe(0);
    expect(world.opens(member)).toEqual(['Front door']);
  });

  it('that was there before us keeps its own grants and never changes', async () => {
    const world = await createRelayWorld({ locks: ['Front door', 'Safe'] });
    const [, safe] = world.doors;
    if (!safe) throw new Error('no lock');
    const plan = world.cobot.addPlan({ name: 'Full' });
    const member = world.cobot.addMember({ name: 'Ada', plan, email: 'Ada@Example.com' });
    const user = world.locks.addUser({ email: 'ada@example.com', name: 'The owner', externalId: 'payroll-7' });
    const own = world.locks.addAccess({ user, lock: safe, note: 'by hand' });
    const before = { ...user };
    await world.reconcile(member);
    expect(world.opens(member)).toEqual(['Front door', 'Safe']);
    world.cobot.cancel(member, ENDED);

    await world.reconcile(member);

    expect(world.locks.users.get(user.id)).toEqual(before);
    expect([...world.locks.access.values()]).toEqual([own]);
    expect(await actions(world)).toContain('adopt');
  });
});

describe('a membership that Cobot answers 404 for', () => {
  it('is gone once the list that answers lacks it too', async () => {
    const { world, member } = await oneMember();
    world.cobot.remove(member);

    await world.reconcile(member);

    expect(world.opens(member)).toEqual([]);
    expect((await world.store.audit.list()).map(({ sentence }) => sentence)).toContain(
      'may no longer open Front door: membership deleted on Cobot',
    );
  });

  it('keeps its access while the list holds it, and ends as a job for a person', async () => {
    const { world, member } = await oneMember();
    world.cobot.sabotage('GET /api/memberships/:id', { kind: 'answer', status: 404, json: {} });
    await world.parts.queue.add([job(member)]);

    await world.pass(HOUR);

    expect(world.opens(member)).toEqual(['Front door']);
    expect(await world.jobs('reconcile', 'dead')).toMatchObject([{ key: member.id }]);
  });

  it('keeps its access while the list does not answer', async () => {
    const { world, member } = await oneMember();
    world.cobot.remove(member);
    world.cobot.sabotage('GET /api/memberships', FORBIDDEN);

    await expect(world.reconcile(member)).rejects.toThrow('403');
    expect(world.opens(member)).toEqual(['Front door']);
    world.cobot.healAll();
    await world.reconcile(member);

    expect(world.opens(member)).toEqual([]);
  });
});

describe('a window that moves', () => {
  it('is added before the old one is removed, so that nobody is locked out in between', async () => {
    const { world, member } = await oneMember({ locks: ['Front door', 'Room'] });
    world.cobot.cancel(member, '2026-12-05');
    const from = world.locks.requests.length;
    let lockedOut = 0;
    world.locks.sabotage(() => {
      if (world.opens(member).length < 2) lockedOut += 1;
      return false;
    }, UNAVAILABLE);

    await world.reconcile(member);

    const writes = world.locks.requests.slice(from).filter(({ method }) => method !== 'GET');
    expect(writes.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE', 'DELETE']);
    expect(lockedOut).toBe(0);
    expect((await actions(world)).slice(-2)).toEqual(['move', 'move']);
  });

  it('keeps the old window where the new one is refused', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, '2026-12-05');
    world.locks.sabotage('POST /access', {
      kind: 'answer',
      status: 422,
      json: { error: { code: 'no', message: 'No.' } },
    });

    await expect(world.reconcile(member)).rejects.toThrow('422');

    expect(world.opens(member)).toEqual(['Front door']);
    expect(await world.problemsOf(member)).toEqual(['refused']);
  });
});

describe('who is over since long', () => {
  it('is not asked for again by later sweeps', async () => {
    const { world, member } = await oneMember();
    world.cobot.cancel(member, ENDED);
    await world.reconcile(member);
    await world.sweep();
    const singly = counting(world.cobot, 'GET /api/memberships/:id');

    await world.pass(DAY);
    await world.sweep();

    expect(singly()).toBe(0);
  });
});
