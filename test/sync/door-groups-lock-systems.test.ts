// Where a grant names a group of doors, and an opening names the door: who is charged for it.
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../support/relay.ts';
import { createRelayOn, kisi, unifi } from '../support/relay-on.ts';
import type { RelayOptions } from '../support/relay-world.ts';

const policy = `
version: 1
rules:
  - { name: Members, locks: [Members], plans: [Days, Full] }
  - { name: Lounge, locks: [Lounge], members: all, passes: ignore }
  - { name: Back, locks: [Back], members: all, passes: ignore }
`;
/** A second check-in would spend a second pass. */
const options: RelayOptions = { policy, locks: [], cobot: { switches: { repeatCheckIn: 'second' } } };

/**
 * An entrance and a shared door for who needs a pass; the same shared door, and a sofa, for everybody; and a cellar in no
 * group of the relay's. `doors`: what the simulator opens each of them by.
 */
const buildings = {
  async kisi() {
    // A group that belongs to no place is then none of the relay's.
    const world = await createRelayOn(kisi(), { ...options, environment: { KISI_PLACE_ID: '101' } });
    const { locks } = world;
    locks.addLocks('Entrance', 'Sofa', 'Shared door', 'Cellar');
    const [entrance, sofa, shared, cellar] = locks.locks.values();
    if (!entrance || !sofa || !shared || !cellar) throw new Error('no doors');
    locks.groups.clear();
    locks.groupLocks.clear();
    const group = (...given: Parameters<typeof locks.addGroup>) => String(locks.addGroup(...given).id);
    const doors = {
      entrance: group('Members', [entrance, shared]),
      sofa: group('Lounge', [sofa]),
      shared: group('Back', [shared]),
      cellar: group('Not ours', [cellar], null),
    };
    return { world, doors, idOf: { entrance: String(entrance.id), shared: String(shared.id) } };
  },
  async unifi() {
    const world = await createRelayOn(unifi(), options);
    const { locks } = world;
    const [entrance, sofa, shared, cellar] = ['Entrance', 'Sofa', 'Shared door', 'Cellar'].map(
      (name) => locks.addDoor(name).id,
    );
    if (!entrance || !sofa || !shared || !cellar) throw new Error('no doors');
    const door = (id: string) => ({ id, type: 'door' as const });
    const { id: others } = locks.addDoorGroup('Other doors', [shared]);
    locks.addPolicy('Members', [door(entrance), door(shared)]);
    locks.addPolicy('Lounge', [door(sofa)]);
    locks.addPolicy('Back', [{ id: others, type: 'door_group' }]);
    return { world, doors: { entrance, sofa, shared, cellar }, idOf: { entrance, shared } };
  },
};

describe.each(['kisi', 'unifi'] as const)('an opening at a group of doors on %s', (system) => {
  async function house() {
    const { world, doors, idOf } = await buildings[system]();
    const { cobot } = world;
    const add = (name: string, plan: ReturnType<typeof cobot.addPlan>) => {
      const member = cobot.addMember({ name, plan });
      if (plan.passes.length > 0) for (let pass = 0; pass < 2; pass += 1) cobot.addPass(member);
      return member;
    };
    const ada = add('Ada', cobot.addPlan({ name: 'Days', limited: true }));
    const ben = add('Ben', cobot.addPlan({ name: 'Evenings', limited: true }));
    const cleo = add('Cleo', cobot.addPlan({ name: 'Full' }));
    await world.sweep();
    return { world, doors, idOf, ada, ben, cleo };
  }

  it('names the door, and is charged where a group with that door is theirs on a pass', async () => {
    const { world, doors, idOf, ada } = await house();

    await world.opensLock(ada, { id: doors.entrance });

    const [opening] = await world.store.openings.list();
    expect(opening).toMatchObject({ lockId: idOf.entrance, lockName: 'Entrance', outcome: 'checked in' });
    expect((await world.parts.locks.locks()).map(({ id }) => id)).not.toContain(idOf.entrance);
    expect([world.cobot.checkInsOf(ada).length, world.spent(ada)]).toEqual([1, 1]);
  });

  it('costs no second pass at another door of the same day', async () => {
    const { world, doors, ada } = await house();

    await world.opensLock(ada, { id: doors.entrance });
    await world.pass(MINUTE);
    await world.opensLock(ada, { id: doors.shared });

    expect(await world.outcomes()).toEqual(['checked in', 'checked in already']);
    expect(world.spent(ada)).toBe(1);
  });

  it('is not charged where the only group with that door ignores passes', async () => {
    const { world, doors, ada } = await house();

    await world.opensLock(ada, { id: doors.sofa });

    expect(await world.outcomes()).toEqual(['not charged']);
    expect([world.cobot.checkInsOf(ada).length, world.spent(ada)]).toEqual([0, 0]);
  });

  it('is charged at a door of two groups where one of them is theirs on a pass', async () => {
    const { world, doors, idOf, ada } = await house();

    await world.opensLock(ada, { id: doors.shared });

    expect((await world.store.openings.list())[0]?.lockId).toBe(idOf.shared);
    expect(await world.outcomes()).toEqual(['checked in']);
    expect(world.spent(ada)).toBe(1);
  });

  it('is not charged at that door where only the other group is theirs', async () => {
    const { world, doors, ben } = await house();

    await world.opensLock(ben, { id: doors.shared });

    expect(await world.outcomes()).toEqual(['not charged']);
    expect([world.cobot.checkInsOf(ben).length, world.spent(ben)]).toEqual([0, 0]);
  });

  it('is charged to no limited member at a door in no group, which no rule gives', async () => {
    const { world, doors, ada } = await house();

    await world.opensLock(ada, { id: doors.cellar }, { anyway: true });

    expect(await world.outcomes()).toEqual(['not charged']);
    expect(world.spent(ada)).toBe(0);
  });

  it('checks an unlimited member in by any door', async () => {
    const { world, doors, cleo } = await house();

    await world.opensLock(cleo, { id: doors.cellar }, { anyway: true });

    expect(await world.outcomes()).toEqual(['checked in']);
    expect(world.cobot.checkInsOf(cleo)).toHaveLength(1);
  });
});
