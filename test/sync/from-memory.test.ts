import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '../support/relay.ts';
import { BY_TOKEN, CURRENT, oneVisitor } from './visitor.ts';

const endpoints = ({ cobot }: { cobot: { requests: { endpoint: string }[] } }, from: number) =>
  cobot.requests.slice(from).map(({ endpoint }) => endpoint);

describe('after a check-in, the person is looked at', () => {
  it('without asking Cobot, where it is known which pass was spent', async () => {
    const { world, member, open } = await oneVisitor({ limited: true, passes: 2 });
    const from = world.cobot.requests.length;

    await open();

    expect(endpoints(world, from)).toEqual([CURRENT, BY_TOKEN]);
    const evidence = await world.store.evidence.of(member.id);
    expect(evidence?.passes).toHaveLength(1);
    expect(evidence?.checkIns).toHaveLength(1);
  });

  it('so that the door shuts when the check-in ends, without a pass that is left', async () => {
    const { world, member, open } = await oneVisitor({ limited: true });

    await open();

    const [checkIn] = world.cobot.checkInsOf(member);
    expect(world.locks.windows(member.email ?? '', 'Front door').map(({ until }) => until)).toEqual([
      (checkIn?.until ?? 0) + SECOND,
    ]);
  });

  it('without saying that it was read anew', async () => {
    const { world, member, open } = await oneVisitor({ limited: true, passes: 2 });
    const before = await world.store.evidence.of(member.id);
    await world.pass(HOUR);

    await open();

    expect((await world.store.evidence.of(member.id))?.readAt).toBe(before?.readAt);
  });

  it('by reading it, where a pass was spent that nobody knew of', async () => {
    const { world, member, open } = await oneVisitor({ limited: true });
    // Goes first, and no webhook tells of it.
    world.cobot.addPass(member, { expiresAt: world.clock.now() + HOUR });
    const from = world.cobot.requests.length;

    await open();

    expect(endpoints(world, from).slice(0, 2)).toEqual([CURRENT, BY_TOKEN]);
    expect(endpoints(world, from)).toContain('GET /api/memberships/:id/time_passes/unused');
    expect((await world.store.evidence.of(member.id))?.passes).toHaveLength(1);
  });

  it('by reading it, where another membership is the same person', async () => {
    const { world, member, open } = await oneVisitor({ limited: true });
    const other = world.cobot.addPlan({ name: 'Evenings', limited: true });
    world.cobot.addMember({ name: 'Ada', email: member.email, plan: other, startsOn: '2026-11-02' });
    await world.sweep();
    const from = world.cobot.requests.length;

    await open();

    expect(endpoints(world, from)).toContain('GET /api/memberships/:id');
  });

  it('by reading it later, where the lock system fails', async () => {
    const { world, member, open } = await oneVisitor({ limited: true });
    const away = world.locks.sabotage(/access/, { kind: 'answer', status: 503, headers: { 'retry-after': '1' } });

    const opening = await open();
    expect(await world.outcomeOf(opening)).toBe('checked in');
    expect(await world.jobs('reconcile')).toHaveLength(1);
    away.lift();
    await world.pass(HOUR);

    expect(world.locks.windows(member.email ?? '', 'Front door')).toHaveLength(1);
    expect(await world.jobs('reconcile')).toHaveLength(0);
  });
});
