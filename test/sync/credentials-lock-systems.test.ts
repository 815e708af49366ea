// Where an opening names what was used to open, and not who: Seam's keypads.
import { describe, expect, it } from 'vitest';
import { counting, MINUTE } from '../support/relay.ts';
import { createRelayOn, seam } from '../support/relay-on.ts';

const policy = `
version: 1
rules:
  - { name: Everybody, locks: [Front door], members: all }
  - { name: Lounge, locks: [Lounge], members: all, passes: ignore }
`;
const DOORS = ['Front door', 'Lounge'];

describe('an opening by a code', () => {
  async function house() {
    const world = await createRelayOn(seam({ keypads: DOORS }), {
      policy,
      locks: DOORS,
      cobot: { switches: { repeatCheckIn: 'second' } },
    });
    const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Days', limited: true }) });
    world.cobot.addPass(ada);
    world.cobot.addPass(ada);
    await world.sweep();
    await world.pass(MINUTE);
    return { world, ada, front: world.lock('Front door'), lounge: world.lock('Lounge') };
  }

  it('is judged under its holder, who is checked in', async () => {
    const { world, ada, front } = await house();

    const delivery = await world.opensLock(ada, front);

    expect(delivery?.body).toMatchObject({ method: 'keycode', access_code_id: expect.any(String) });
    expect(delivery?.body).not.toHaveProperty('user_identity_id');
    expect(await world.store.openings.list()).toMatchObject([
      { lockUserId: world.userOf(ada).id, lockId: front.id, outcome: 'checked in' },
    ]);
    expect([world.cobot.checkInsOf(ada).length, world.spent(ada)]).toEqual([1, 1]);
  });

  it('is charged by the lock of that code, as any other', async () => {
    const { world, ada, lounge } = await house();

    await world.opensLock(ada, lounge);

    expect(await world.outcomes()).toEqual(['not charged']);
    expect(world.spent(ada)).toBe(0);
  });

  it('is one, told by webhook, told again, and found in the list', async () => {
    const { world, ada, front } = await house();

    await world.opensLock(ada, front);
    await world.waitFor(world.locks.redeliverLast());
    await world.settle();
    for (let look = 0; look < 2; look += 1) {
      await world.pass(MINUTE);
      await world.catchUp();
    }

    expect(await world.outcomes()).toEqual(['checked in']);
    expect(world.spent(ada)).toBe(1);
  });

  it('whose webhook was lost is judged under its holder when the list is read', async () => {
    const { world, ada, front } = await house();

    await world.opensLock(ada, front, { lose: true });
    expect(await world.outcomes()).toEqual([]);
    await world.pass(MINUTE);
    await world.catchUp();

    expect(await world.outcomes()).toEqual(['checked in']);
    expect(world.cobot.checkInsOf(ada)).toHaveLength(1);
  });

  it("is not ours where it is a stranger's, and Cobot is asked nothing", async () => {
    const { world, front } = await house();
    const id = world.locks.addPerson({ email: 'cleaner@example.com', name: 'The cleaner' });
    world.locks.addByHand({ lockUserId: id, lockId: front.id, note: 'every evening' });
    const calls = counting(world.cobot);

    const delivery = await world.waitFor(world.locks.openLock(id, front.id));
    await world.settle();

    expect(delivery?.body).toMatchObject({ access_code_id: expect.any(String) });
    expect(await world.outcomes()).toEqual(['not ours']);
    expect(calls()).toBe(0);
  });

  it('that was denied is recorded under its holder with the name of the lock, and nothing is charged', async () => {
    const { world, ada, front } = await house();

    await world.standsBefore(ada, front);
    await world.pass(MINUTE);
    await world.catchUp();

    expect(await world.outcomes()).toEqual(['refused at the door']);
    expect((await world.why(ada)).refusedLately).toEqual([
      '2026-11-30 09:01, Front door: stood before a door that stayed shut: the lock denied access',
    ]);
    expect([world.cobot.checkInsOf(ada).length, world.spent(ada)]).toEqual([0, 0]);
  });

  it('waits while Seam does not say whose the code is, and is judged once it does', async () => {
    const { world, ada, front } = await house();
    world.locks.sabotage('POST /access_codes/get', { kind: 'answer', status: 503, headers: { 'retry-after': '1' } });
    await world.opensLock(ada, front);
    expect(await world.outcomes()).toEqual([null]);

    world.locks.healAll();
    await world.pass(10 * MINUTE);

    expect(await world.outcomes()).toEqual(['checked in']);
    expect(world.spent(ada)).toBe(1);
  });

  it('with the code in the event: neither the log nor the audit has it', async () => {
    const { world, ada, front } = await house();

    const delivery = await world.opensLock(ada, front);

    const told = delivery?.body;
    const code = typeof told === 'object' && told !== null && 'code' in told ? String(told.code) : '';
    expect(code).toMatch(/^\d{4,}$/);
    const said = [...world.lines, ...(await world.audit())].join('\n').replaceAll(/"time":\d+|\d{4}-\d\d-\d\d/g, '');
    expect(said).not.toMatch(new RegExp(`\\b${code}\\b`));
  });
});
