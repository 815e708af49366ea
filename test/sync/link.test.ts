import { describe, expect, it } from 'vitest';
import type { CobotSwitches } from '../../src/simulators/cobot/switches.ts';
import { counting, createRelayWorld, HOUR, MINUTE, type RelayWorld } from '../support/relay.ts';

const ENDED = '2026-11-29';
const TOKENS = /check_in_tokens/;

async function oneMember(switches: Partial<CobotSwitches> = {}) {
  const world = await createRelayWorld({ cobot: { switches } });
  const plan = world.cobot.addPlan({ name: 'Full' });
  const member = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-01' });
  return { world, plan, member };
}

const tokens = ({ cobot }: RelayWorld) => [...cobot.tokens.values()];

/** What was asked of Cobot about tokens, in order. */
function asked(world: RelayWorld): () => string[] {
  const from = world.cobot.requests.length;
  return () =>
    world.cobot.requests
      .slice(from)
      .filter(({ endpoint }) => TOKENS.test(endpoint))
      .map(({ method, status }) => `${method} ${status}`);
}

describe('a check-in token', () => {
  it('is made of the id of the lock user, in one call', async () => {
    const { world, member } = await oneMember();
    const calls = asked(world);

    await world.reconcile(member);

    expect([...world.cobot.tokens]).toEqual([[world.userOf(member).id, member.id]]);
    expect(calls()).toEqual(['POST 201']);
  });

  it('that is right costs no call', async () => {
    const { world, member } = await oneMember();
    await world.reconcile(member);
    const calls = counting(world.cobot, TOKENS);

    await world.parts.queue.add([
      { name: 'link', key: world.userOf(member).id, payload: { lockUserId: world.userOf(member).id } },
    ]);
    await world.settle();

    expect(calls()).toBe(0);
  });

  it('moves to the membership that lasts: delete, then post', async () => {
    const { world, member, plan } = await oneMember();
    const second = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-15' });
    await world.sweep();
    expect(tokens(world)).toEqual([member.id]);
    world.cobot.cancel(member, ENDED);
    const calls = asked(world);

    await world.reconcile(member);

    expect(calls()).toEqual(['DELETE 204', 'POST 201']);
    expect(tokens(world)).toEqual([second.id]);
  });

  it('stays with who began first when another membership is confirmed', async () => {
    const { world, member, plan } = await oneMember();
    await world.reconcile(member);
    const second = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-15' });

    await world.reconcile(second);

    expect(tokens(world)).toEqual([member.id]);
  });

  it('is given to a membership that is coming, and kept by a current one', async () => {
    const { world, plan } = await oneMember();
    const coming = world.cobot.addMember({ name: 'Ben', plan, startsOn: '2026-12-02' });
    await world.reconcile(coming);
    expect(tokens(world)).toEqual([coming.id]);
    const current = world.cobot.addMember({ name: 'Ben', plan, startsOn: '2026-11-20' });

    await world.reconcile(current);

    expect(tokens(world)).toEqual([current.id]);
  });

  it('goes with the last membership', async () => {
    const { world, member } = await oneMember();
    await world.reconcile(member);
    world.cobot.cancel(member, ENDED);

    await world.reconcile(member);

    expect(tokens(world)).toEqual([]);
    expect((await world.store.audit.list({ limit: 1 }))[0]).toMatchObject({
      action: 'unlink',
      membershipId: member.id,
    });
  });

  it('that was removed on Cobot comes back with the next sweep', async () => {
    const { world, member } = await oneMember();
    await world.sweep();
    world.cobot.tokens.clear();

    await world.sweep();

    expect(tokens(world)).toEqual([member.id]);
  });

  it.each(['409', '422'] as const)(
    'that Cobot has already is looked up: right is right (%s)',
    async (duplicateToken) => {
      const { world, member } = await oneMember({ duplicateToken });
      const user = world.locks.addUser({ email: member.email ?? '' });
      world.cobot.tokens.set(user.id, member.id);
      const calls = asked(world);

      await world.reconcile(member);

      expect(calls()).toEqual([`POST ${duplicateToken}`, 'GET 200']);
      expect(tokens(world)).toEqual([member.id]);
      expect(await world.jobs('link', 'dead')).toEqual([]);
    },
  );

  it.each(['409', '422'] as const)(
    'that Cobot has for another membership of the person is moved (%s)',
    async (duplicateToken) => {
      const { world, member, plan } = await oneMember({ duplicateToken });
      const second = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-15' });
      await world.sweep();
      world.cobot.tokens.set(world.userOf(member).id, second.id);
      const [user] = [world.userOf(member)];
      await world.store.tokens.remove(user.id);

      await world.parts.queue.add([{ name: 'link', key: user.id, payload: { lockUserId: user.id } }]);
      await world.settle();

      expect(tokens(world)).toEqual([member.id]);
    },
  );

  it.each(['409', '422'] as const)('that a stranger has is left alone, and shown (%s)', async (duplicateToken) => {
    const { world, member, plan } = await oneMember({ duplicateToken });
    const stranger = world.cobot.addMember({ name: 'Ben', plan });
    await world.reconcile(stranger);
    const user = world.locks.addUser({ email: member.email ?? '' });
    world.cobot.tokens.set(user.id, stranger.id);

    await world.reconcile(member);
    await world.pass(HOUR);

    expect(world.cobot.tokens.get(user.id)).toBe(stranger.id);
    expect(await world.jobs('link', 'dead')).toMatchObject([{ key: user.id }]);
    expect((await world.jobs('link', 'dead'))[0]?.lastError).toContain('belongs to another membership');
    expect(world.opens(member)).toEqual(['Front door']);
  });

  it.each([
    ['POST /api/check_in_tokens', { kind: 'reset', when: 'after' }],
    ['DELETE /api/check_in_tokens/:token', { kind: 'reset', when: 'after' }],
    ['POST /api/check_in_tokens', { kind: 'answer', status: 503, headers: { 'retry-after': '1' } }],
  ] as const)('is at the right membership in the end, whatever becomes of %s', async (endpoint, action) => {
    const { world, member, plan } = await oneMember();
    const second = world.cobot.addMember({ name: 'Ada', plan, startsOn: '2026-11-15' });
    await world.sweep();
    world.cobot.cancel(member, ENDED);
    world.cobot.sabotage(endpoint, action, { times: 1 });

    await world.reconcile(member);
    await world.pass(5 * MINUTE);

    expect(tokens(world)).toEqual([second.id]);
    expect(await world.jobs('link', 'dead')).toEqual([]);
  });

  it('of somebody else is never taken away in a sweep', async () => {
    const { world, member, plan } = await oneMember();
    const other = world.cobot.addMember({ name: 'Ben', plan });
    world.cobot.tokens.set('a card of the old reader', other.id);
    world.cobot.cancel(member, ENDED);

    await world.sweep();
    await world.sweep();

    expect(world.cobot.tokens.get('a card of the old reader')).toBe(other.id);
  });
});
