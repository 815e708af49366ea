// What every lock system has to hold about lock users.
import { expect } from 'vitest';
import {
  always,
  type Check,
  expectOpen,
  give,
  HOUR,
  newUser,
  ours,
  register,
  several,
  thrownBy,
  whatIsThere,
} from './conformance-world.ts';

export const userChecks: Check[] = [
  {
    name: 'registers a lock user with email, name and our mark, who is found by id and by email in any case',
    async check(world) {
      const { lockSystem, simulator } = world;
      const created = await register(world);

      expect(simulator.people()).toEqual([created]);
      expect(created).toMatchObject({ email: 'ada@example.com', name: 'Ada L.', externalId: ours.userMark('m1') });
      expect(await lockSystem.user(created.id)).toEqual(created);
      expect(await lockSystem.userByEmail('ADA@example.COM')).toEqual(created);
      expect(await lockSystem.users()).toEqual([created]);
    },
  },
  {
    name: 'reports a name of one word as it was given',
    async check(world) {
      const { lockSystem } = world;
      const result = await lockSystem.createUser({ ...newUser('ada@example.com'), name: 'Ada' });

      expect(result).toMatchObject({ created: { name: 'Ada' } });
      expect((await lockSystem.userByEmail('ada@example.com'))?.name).toBe('Ada');
    },
  },
  {
    name: 'finds an email with a plus and an apostrophe, and takes no other for it',
    async check(world) {
      const created = await register(world, "ada.o'door+lab@example.com");
      world.simulator.addPerson({ email: 'ada.odoor@example.com' });

      expect(await world.lockSystem.userByEmail("ada.o'door+lab@example.com")).toEqual(created);
    },
  },
  {
    name: 'knows nobody who is not there',
    async check({ lockSystem, simulator }) {
      const gone = simulator.addPerson({ email: 'bob@example.com' });
      simulator.removePerson(gone);

      expect(await lockSystem.user(gone)).toBeUndefined();
      expect(await lockSystem.userByEmail('bob@example.com')).toBeUndefined();
      expect(await lockSystem.userByEmail('')).toBeUndefined();
      expect(await lockSystem.users()).toEqual([]);
    },
  },
  {
    name: 'finds a lock user whom others made, gives to it, and never changes it',
    async check(world) {
      const { lockSystem, simulator } = world;
      const theirs = simulator.addPerson({ email: 'Greta@Example.com', name: 'Greta Garbo', mark: 'payroll-7' });
      const before = simulator.people();

      const found = await lockSystem.userByEmail('greta@example.com');
      const grant = await give(world, found?.id ?? '');

      expect(found).toEqual(before[0]);
      expect(found).toMatchObject({ id: theirs, externalId: 'payroll-7' });
      await expectOpen(world, 'greta@example.com', [world.front.name]);
      await lockSystem.removeGrant(grant.id);
      expect(simulator.people()).toEqual(before);
    },
  },
  {
    name: 'makes nobody twice, and says who has the email',
    async check({ lockSystem, simulator }) {
      const theirs = simulator.addPerson({ email: 'Ada@Example.com' });

      const result = await lockSystem.createUser(newUser('ada@example.com'));

      expect(result).toEqual({ takenBy: expect.toSatisfy((id) => id === theirs || id === null) });
      expect(simulator.people()).toHaveLength(1);
    },
  },
  {
    name: 'makes nobody twice after an answer that never came',
    async check(world) {
      world.fail('answer lost', 'writes');
      const lost = await thrownBy(() => register(world));
      world.heal();

      expect(lost).toMatchObject({ name: 'TransientError', effect: 'unknown' });
      await expectOneAda(world);
    },
  },
  ...(['before', 'after'] as const).map(
    (when): Check => ({
      name: `makes nobody twice after a time-out ${when} it was done`,
      async check(world) {
        const late = await world.timeOut(when, () => register(world));

        expect(late).toMatchObject({ name: 'TransientError', effect: 'later' });
        expect(world.simulator.people()).toHaveLength(when === 'before' ? 0 : 1);
        await expectOneAda(world);
      },
    }),
  ),
  {
    name: 'changes what is given and nothing else, or says that it cannot be changed and does nothing',
    async check(world) {
      const { lockSystem, simulator } = world;
      const { id } = await register(world);
      await register(world, 'bob@example.com');

      expect(await lockSystem.updateUser(id, { name: 'Augusta Ada' })).toBe('updated');
      const marked = await lockSystem.updateUser(id, { externalId: ours.userMark('m2') });
      expect(['updated', 'fixed']).toContain(marked);
      const [before, bob] = simulator.people();
      expect(before).toEqual({
        id,
        email: 'ada@example.com',
        name: 'Augusta Ada',
        externalId: ours.userMark(marked === 'fixed' ? 'm1' : 'm2'),
      });
      const outcome = await lockSystem.updateUser(id, { email: 'countess@example.com', name: 'Countess L.' });

      expect(['updated', 'fixed']).toContain(outcome);
      const after = outcome === 'fixed' ? before : { ...before, email: 'countess@example.com', name: 'Countess L.' };
      expect(simulator.people()).toEqual([after, bob]);
      expect(await lockSystem.user(id)).toEqual(after);
    },
  },
  {
    name: 'leaves a lock user as it is whose new email is taken, and knows who is gone',
    async check(world) {
      const { lockSystem, simulator } = world;
      const { id } = await register(world);
      simulator.addPerson({ email: 'bob@example.com' });
      const gone = simulator.addPerson({ email: 'gone@example.com' });
      simulator.removePerson(gone);
      const before = simulator.people();

      expect(['taken', 'fixed']).toContain(await lockSystem.updateUser(id, { email: 'BOB@example.com' }));
      expect(await lockSystem.updateUser(gone, { name: 'Nobody At All' })).toBe('gone');
      expect(simulator.people()).toEqual(before);
    },
  },
  {
    name: 'deletes a lock user with all of its grants, and being gone already is done',
    async check(world) {
      const { lockSystem, simulator } = world;
      const { id } = await register(world);
      await give(world, id);
      await give(world, id, world.back);

      await lockSystem.deleteUser(id);
      await lockSystem.deleteUser(id);

      expect(simulator.people()).toEqual([]);
      expect(simulator.grants()).toEqual([]);
      expect(await lockSystem.users()).toEqual([]);
      expect(await lockSystem.grants()).toEqual([]);
    },
  },
  {
    name: 'leaves lock users and grants of others as they are',
    async check(world) {
      const { lockSystem, simulator, front, back } = world;
      const theirs = simulator.addPerson({ email: 'bob@example.com', name: 'Bob B.', mark: 'payroll-7' });
      const until = world.clock.now() + HOUR;
      simulator.addByHand({ lockUserId: theirs, lockId: front.id, note: 'by hand', until });
      if (several.isThere(world)) simulator.addByHand({ lockUserId: theirs, lockId: front.id, note: 'once more' });
      const before = whatIsThere(world);

      const ada = await register(world);
      const window = lockSystem.capabilities.windowsOnGrants ? { from: null, until } : always;
      const given = [await give(world, ada.id), await give(world, theirs, back, window)];
      await lockSystem.updateUser(ada.id, { name: 'Countess L.' });
      for (const grant of given) await lockSystem.removeGrant(grant.id);
      await lockSystem.deleteUser(ada.id);

      expect(whatIsThere(world)).toEqual(before);
    },
  },
];

/** After whatever went wrong: look, make her where she is not there, and there is one. */
async function expectOneAda(world: Parameters<Check['check']>[0]): Promise<void> {
  const { lockSystem, simulator } = world;
  const found = (await lockSystem.userByEmail('ada@example.com')) ?? (await register(world));

  expect(found).toMatchObject({ email: 'ada@example.com', externalId: ours.userMark('m1') });
  expect(simulator.people()).toEqual([found]);
}
