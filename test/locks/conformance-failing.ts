// What every lock system has to hold where the other side refuses, fails, is late, or says half of it: an error of the
// right kind, and never an empty list.
import { expect } from 'vitest';
import {
  RefusedError,
  TransientError,
  UnauthorizedError,
  UnexpectedShapeError,
  UpstreamError,
} from '../../src/lib/errors.ts';
import {
  ada,
  type Check,
  type Failure,
  give,
  HOUR,
  type LockWorld,
  newGrant,
  newUser,
  register,
  SECOND,
  whatIsThere,
} from './conformance-world.ts';

type Calls = [name: string, make: () => Promise<unknown>][];

/** Every call, on things that are there: what is refused or lost is the answer, not the thing. */
async function callsOf(world: LockWorld): Promise<{ lists: Calls; reads: Calls; makes: Calls; writes: Calls }> {
  const { lockSystem, simulator, front, back, clock } = world;
  const { id } = await register(world);
  const grant = await give(world, id);
  await simulator.openLock(id, front.id, { lose: true });
  const lists: Calls = [
    ['locks', () => lockSystem.locks()],
    ['users', () => lockSystem.users()],
    ['userByEmail', () => lockSystem.userByEmail(ada)],
    ['grants', () => lockSystem.grants()],
    ['openingsSince', () => lockSystem.openingsSince(clock.now() - HOUR)],
  ];
  const makes: Calls = [
    ['createUser', () => lockSystem.createUser(newUser('new@example.com'))],
    ['addGrant', () => lockSystem.addGrant(newGrant(id, back.id))],
  ];
  return {
    lists,
    reads: [
      ...lists,
      ['user', () => lockSystem.user(id)],
      ['grants of one', () => lockSystem.grants({ lockUserId: id })],
    ],
    makes,
    writes: [
      ...makes,
      ['updateUser', () => lockSystem.updateUser(id, { name: 'Countess L.' })],
      ['removeGrant', () => lockSystem.removeGrant(grant.id)],
      ['deleteUser', () => lockSystem.deleteUser(id)],
    ],
  };
}

/** What each of the calls throws, by name; all at once, since the quick repeats of each take their time. */
function thrown(calls: Calls): Promise<[string, unknown][]> {
  const one = async ([name, make]: Calls[number]): Promise<[string, unknown]> => [
    name,
    await make().then(
      () => 'nothing',
      (error: unknown) => error,
    ),
  ];
  return Promise.all(calls.map(one));
}

const each = (calls: Calls, error: unknown) => calls.map(([name]) => [name, error]);

async function expectErrors(failure: Failure, world: LockWorld, kind: unknown, of: 'all' | 'reads' | 'lists') {
  const { lists, reads, writes } = await callsOf(world);
  const calls = { lists, reads, all: [...reads, ...writes] }[of];
  const before = whatIsThere(world);
  world.fail(failure);

  expect(await thrown(calls)).toEqual(each(calls, expect.any(kind)));
  world.heal();
  expect(whatIsThere(world)).toEqual(before);
}

export const failingChecks: Check[] = [
  {
    name: 'says of every call that it may not, where the token is refused (401)',
    check: (world) => expectErrors('unauthorized', world, UnauthorizedError, 'all'),
  },
  {
    name: 'says of every call that it may not, where a right is missing (403)',
    check: (world) => expectErrors('forbidden', world, UnauthorizedError, 'all'),
  },
  {
    name: 'takes no list that is not there for an empty one (404)',
    check: (world) => expectErrors('nowhere', world, Error, 'lists'),
  },
  {
    name: 'hands on the words of a refusal of every call (422)',
    async check(world) {
      const { reads, writes } = await callsOf(world);
      world.fail('refused');

      for (const [call, error] of await thrown([...reads, ...writes])) {
        expect(error, call).toBeInstanceOf(RefusedError);
        expect(error, call).toMatchObject({
          words: expect.arrayContaining([expect.stringContaining('because of a rule')]),
        });
      }
    },
  },
  ...(['server error', 'connection cut'] as const).map(
    (failure): Check => ({
      name: `says of every call that it may be tried again: ${failure}`,
      check: (world) => expectErrors(failure, world, TransientError, 'all'),
    }),
  ),
  {
    name: 'does not claim to know whether it made something, where the answer was a failure',
    async check(world) {
      const { makes } = await callsOf(world);
      for (const failure of ['server error', 'connection cut', 'answer lost'] as const) {
        world.fail(failure, 'writes');
        for (const [call, error] of await thrown(makes)) {
          expect(error, `${call}, ${failure}`).toMatchObject({ name: 'TransientError', effect: 'unknown' });
        }
        world.heal();
      }
    },
  },
  {
    name: 'knows of every call that nothing was done, where nobody answers',
    async check(world) {
      const { reads, writes } = await callsOf(world);
      await world.simulator.down();
      // Each kept connection may still be just being closed, and a call on it cannot know then.
      await thrown(reads);

      for (const [call, error] of await thrown([...reads, ...writes])) {
        expect(error, call).toMatchObject({ name: 'TransientError', effect: 'none' });
      }
    },
  },
  {
    name: 'takes no web page for an answer',
    check: (world) => expectErrors('html', world, UnexpectedShapeError, 'reads'),
  },
  {
    name: 'takes no half of an answer for the whole (broken JSON)',
    check: (world) => expectErrors('truncated', world, UnexpectedShapeError, 'reads'),
  },
  {
    name: 'takes no half of an answer for the whole (cut off)',
    check: (world) => expectErrors('cut off', world, TransientError, 'reads'),
  },
  {
    name: 'takes no list with one item that cannot be read for a shorter one',
    check: (world) => expectErrors('one unreadable item', world, UnexpectedShapeError, 'lists'),
  },
  {
    name: 'takes no list of users for the whole that ends before its total',
    needs: { what: 'totals', isThere: ({ traits }) => traits.totals },
    async check(world) {
      for (let index = 0; index < 120; index += 1) {
        world.simulator.addPerson({ email: `member-${index}@example.com` });
      }
      world.fail('one item fewer than the total');

      expect(await thrown([['users', () => world.lockSystem.users()]])).toEqual([['users', expect.any(UpstreamError)]]);
    },
  },
  {
    name: 'takes no failure of any kind for an empty list, and goes on afterwards',
    async check(world) {
      const { lists } = await callsOf(world);
      const kinds = ['unauthorized', 'server error', 'connection cut', 'html', 'truncated', 'refused'] as const;
      for (const failure of kinds) {
        world.fail(failure);
        for (const [call, error] of await thrown(lists)) expect(error, `${call}, ${failure}`).toBeInstanceOf(Error);
        world.heal();
      }

      expect(await world.lockSystem.users()).toHaveLength(1);
      expect(await world.lockSystem.grants()).toHaveLength(1);
    },
  },
  {
    name: 'waits as long as it is asked to, and goes on then (429)',
    async check(world) {
      world.fail('rate limited');
      const [[, refused] = []] = await thrown([['createUser', () => register(world)]]);
      world.heal();

      expect(refused).toMatchObject({ name: 'TransientError', retryAfterMs: SECOND, effect: 'none' });
      expect(world.simulator.people()).toEqual([]);
      await register(world);
      expect(world.simulator.people()).toHaveLength(1);
    },
  },
  {
    name: 'says no secret in any error, not even where the other side repeats it',
    async check(world) {
      const { reads, writes } = await callsOf(world);
      const codes = world.simulator.people().map(({ id }) => world.lockSystem.codesOf(id));
      const told = (await Promise.all(codes)).flat().map(({ code }) => code);
      const secrets = [...world.secrets, ada, ...told];
      for (const failure of ['unauthorized', 'refused', 'server error', 'truncated', 'one unreadable item'] as const) {
        world.fail(failure);
        const errors = await thrown([...reads, ...writes]);
        world.heal();
        for (const [call, error] of errors) {
          const said = textOf(error);
          expect(
            secrets.filter((secret) => said.includes(secret)),
            `${call}, ${failure}: ${said}`,
          ).toEqual([]);
        }
      }
    },
  },
];

/** Everything that a log could print of it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), textOf(error.cause ?? '')].join(' ');
}
