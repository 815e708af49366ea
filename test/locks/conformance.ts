// What every connector has to hold against its simulator, over real HTTP. `lockSystemConformance(name, setup)` in a
// test file runs it; `setup` makes a fresh world with at least two locks and nobody in it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CurrentGrant, Instant, LockUser, Opening } from '../../src/access/model.ts';
import { RefusedError, TransientError, UnauthorizedError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import type { LockSystem, WebhookRequest } from '../../src/locks/lock-system.ts';
import { marks } from '../../src/locks/owned.ts';

/** Until healed, for every request. 'rate limited' asks for one second; 'refused' says "because of a rule". */
export type Failure =
  | 'unauthorized'
  | 'rate limited'
  | 'server error'
  | 'connection cut'
  | 'answer lost'
  | 'broken answer'
  | 'refused';

export type LockWorld = {
  /** The connector, pointed at the simulator. */
  lockSystem: LockSystem;
  /** What is really there, read past the connector. */
  users(): LockUser[];
  grants(): CurrentGrant[];
  /** By somebody else than the relay. Returns the id. */
  addUser(user: { email: string; externalId?: string }): string;
  addGrant(grant: { lockUserId: string; lockId: string; note?: string; until?: Instant }): string;
  /** Somebody opens a lock: the webhook as it arrives. */
  open(lockUserId: string, lockId: string, at: Instant): Promise<WebhookRequest>;
  fail(failure: Failure): void;
  heal(): void;
  /** Nobody answers any more. */
  down(): Promise<void>;
  close(): Promise<void>;
};

const ours = marks('co-up');
const SECOND = 1000;
const HOUR = 3600 * SECOND;

export function lockSystemConformance(name: string, setup: () => Promise<LockWorld>): void {
  describe(`${name} as a lock system`, () => {
    let world: LockWorld;
    let locks: LockSystem;
    let front = '';
    let back = '';

    beforeEach(async () => {
      world = await setup();
      locks = world.lockSystem;
      const [first, second] = await locks.locks();
      if (!first || !second) throw new Error('the world needs two locks');
      front = first.id;
      back = second.id;
    });
    afterEach(async () => {
      await world.close();
    });

    const newUser = (email: string) => ({ email, name: 'Ada L.', externalId: ours.userMark('m1') });
    const newGrant = (lockUserId: string, lockId = front) => ({
      lockUserId,
      lockId,
      from: null,
      until: null,
      note: ours.noteOf('m1', 'Front door for everybody'),
    });

    async function register(email = 'ada@example.com'): Promise<LockUser> {
      const result = await locks.createUser(newUser(email));
      if ('takenBy' in result) throw new Error(`${email} is taken`);
      return result.created;
    }

    async function give(lockUserId: string, lockId = front): Promise<CurrentGrant> {
      const added = await locks.addGrant(newGrant(lockUserId, lockId));
      if (added === 'gone') throw new Error('the lock user or lock is gone');
      return added;
    }

    describe('users', () => {
      it('are registered with email, name and our mark, and found by id and by email in any case', async () => {
        const created = await register();

        expect(world.users()).toEqual([created]);
        expect(created).toMatchObject({ email: 'ada@example.com', name: 'Ada L.', externalId: ours.userMark('m1') });
        expect(await locks.user(created.id)).toEqual(created);
        expect(await locks.userByEmail('ADA@example.COM')).toEqual(created);
        expect(await locks.users()).toEqual([created]);
      });

      it('are found by an email with a plus and an apostrophe', async () => {
        const created = await register("ada.o'door+lab@example.com");
        await register('ada.odoor@example.com');

        expect(await locks.userByEmail("ada.o'door+lab@example.com")).toEqual(created);
      });

      it('that are not there are undefined', async () => {
        expect(await locks.user('nobody-of-this-id')).toBeUndefined();
        expect(await locks.userByEmail('nobody@example.com')).toBeUndefined();
        expect(await locks.users()).toEqual([]);
      });

      it('are not made twice: the one who has the email is named', async () => {
        const theirs = world.addUser({ email: 'Ada@Example.com' });

        const result = await locks.createUser(newUser('ada@example.com'));

        expect(result).toEqual({ takenBy: expect.toSatisfy((id) => id === theirs || id === null) });
        expect(world.users()).toHaveLength(1);
      });

      it('are not made twice after an answer that never came', async () => {
        world.fail('answer lost');
        await expect(register()).rejects.toMatchObject({ effect: 'unknown' });
        world.heal();

        const found = await locks.userByEmail('ada@example.com');

        expect(found?.externalId).toBe(ours.userMark('m1'));
        expect(world.users()).toHaveLength(1);
      });

      it('are changed in what is given and in nothing else', async () => {
        const { id } = await register();

        expect(await locks.updateUser(id, { name: 'Countess' })).toBe('updated');
        expect(await locks.updateUser(id, { email: 'countess@example.com' })).toBe('updated');
        expect(await locks.updateUser(id, { externalId: ours.userMark('m2') })).toBe('updated');

        expect(world.users()).toEqual([
          { id, email: 'countess@example.com', name: 'Countess', externalId: ours.userMark('m2') },
        ]);
      });

      it('are left as they are where an email is taken, or they are gone', async () => {
        const { id } = await register();
        world.addUser({ email: 'bob@example.com' });
        const before = world.users();

        expect(await locks.updateUser(id, { email: 'BOB@example.com' })).toBe('taken');
        expect(await locks.updateUser('nobody-of-this-id', { name: 'X' })).toBe('gone');
        expect(world.users()).toEqual(before);
      });

      it('are deleted with all of their grants, and being gone already is done', async () => {
        const { id } = await register();
        await give(id);

        await locks.deleteUser(id);
        await locks.deleteUser(id);

        expect(world.users()).toEqual([]);
        expect(world.grants()).toEqual([]);
      });
    });

    describe('grants', () => {
      it('are given, read back and taken back; being gone already is done', async () => {
        const { id } = await register();
        const grant = await give(id);

        expect(grant).toMatchObject({ lockUserId: id, lockId: front, from: null, until: null });
        expect(ours.membershipOfNote(grant.note)).toBe('m1');
        expect(await locks.grants()).toEqual([grant]);
        expect(world.grants()).toEqual([grant]);
        await locks.removeGrant(grant.id);
        await locks.removeGrant(grant.id);

        expect(await locks.grants()).toEqual([]);
        expect(world.grants()).toEqual([]);
      });

      it('come back as they were adjusted, so that a diff gets empty', async () => {
        const { id } = await register();
        const from = Date.now() + HOUR;
        const wanted = [
          { ...newGrant(id), from, until: from + 2 * HOUR + 1 },
          { ...newGrant(id), from: null, until: from + 0.5 },
          { ...newGrant(id, back), from: from + 999, until: null, note: ours.noteOf('m1', '🚪 '.repeat(300)) },
        ];

        for (const grant of wanted) await locks.addGrant(locks.adjust(grant));

        const read = (await locks.grants()).map(({ id: _id, ...grant }) => grant);
        expect(read).toEqual(wanted.map((grant) => locks.adjust(grant)));
        expect(wanted.map((grant) => locks.adjust(locks.adjust(grant)))).toEqual(
          wanted.map((grant) => locks.adjust(grant)),
        );
        if (!locks.capabilities.windowsOnGrants) return;
        for (const [index, grant] of read.entries()) {
          expect(Math.abs((grant.from ?? 0) - (wanted[index]?.from ?? 0))).toBeLessThan(SECOND);
          expect(Math.abs((grant.until ?? 0) - (wanted[index]?.until ?? 0))).toBeLessThan(SECOND);
        }
      });

      it('are read for one lock user alone', async () => {
        const ada = await register();
        const bob = world.addUser({ email: 'bob@example.com' });
        world.addGrant({ lockUserId: bob, lockId: front });
        const grant = await give(ada.id);

        expect(await locks.grants({ lockUserId: ada.id })).toEqual([grant]);
        expect(await locks.grants({ lockUserId: 'nobody-of-this-id' })).toEqual([]);
      });

      it('are not given to a lock user, or at a lock, that is gone', async () => {
        const { id } = await register();

        expect(await locks.addGrant(newGrant('nobody-of-this-id'))).toBe('gone');
        expect(await locks.addGrant(newGrant(id, 'no-lock-of-this-id'))).toBe('gone');
        expect(world.grants()).toEqual([]);
      });

      it('are given once where the answer never came, and can be told from others by the next read', async () => {
        const { id } = await register();
        world.fail('answer lost');
        await expect(give(id)).rejects.toMatchObject({ effect: 'unknown' });
        world.heal();

        const read = await locks.grants({ lockUserId: id });

        expect(world.grants()).toHaveLength(1);
        expect(read.map(({ note }) => ours.isOurNote(note))).toEqual([true]);
      });
    });

    it('reads 250 users and 450 grants, each once, however many pages that takes', async () => {
      const ids = Array.from({ length: 250 }, (_, index) => world.addUser({ email: `member-${index}@example.com` }));
      for (const lockUserId of ids) world.addGrant({ lockUserId, lockId: front });
      for (const lockUserId of ids.slice(0, 200)) world.addGrant({ lockUserId, lockId: back });

      const users = await locks.users();
      const grants = await locks.grants();

      expect(users.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      expect(grants.map(({ id }) => id).toSorted()).toEqual(
        world
          .grants()
          .map(({ id }) => id)
          .toSorted(),
      );
      expect(grants).toHaveLength(450);
      expect((await locks.userByEmail('member-249@example.com'))?.id).toBe(ids[249]);
    });

    it('leaves users and grants of others as they are', async () => {
      const theirs = world.addUser({ email: 'bob@example.com', externalId: 'payroll-7' });
      world.addGrant({ lockUserId: theirs, lockId: front, note: 'by hand', until: Date.now() + HOUR });
      const before = { users: world.users(), grants: world.grants() };

      const ada = await register();
      const grants = [await give(ada.id), await give(theirs), await give(theirs, back)];
      await locks.updateUser(ada.id, { name: 'Countess' });
      for (const grant of grants) await locks.removeGrant(grant.id);
      await locks.deleteUser(ada.id);

      expect({ users: world.users(), grants: world.grants() }).toEqual(before);
    });

    describe('failing', () => {
      const reads: [string, () => Promise<unknown>][] = [
        ['locks', () => locks.locks()],
        ['users', () => locks.users()],
        ['user', () => locks.user('some-id')],
        ['userByEmail', () => locks.userByEmail('ada@example.com')],
        ['grants', () => locks.grants()],
        ['grants of one', () => locks.grants({ lockUserId: 'some-id' })],
        ['openingsSince', () => locks.openingsSince(Date.now() - HOUR)],
      ];
      const writes: [string, () => Promise<unknown>][] = [
        ['createUser', () => locks.createUser(newUser('new@example.com'))],
        ['updateUser', () => locks.updateUser('some-id', { name: 'X' })],
        ['deleteUser', () => locks.deleteUser('some-id')],
        ['addGrant', () => locks.addGrant(newGrant('some-id'))],
        ['removeGrant', () => locks.removeGrant('some-id')],
      ];
      const all = [...reads, ...writes];

      /** What each of the calls throws, by name; all at once, since the quick repeats of each take their time. */
      async function thrown(calls: typeof all): Promise<[string, unknown][]> {
        return Promise.all(
          calls.map(
            async ([call, make]): Promise<[string, unknown]> => [
              call,
              await make().then(
                () => 'nothing',
                (error: unknown) => error,
              ),
            ],
          ),
        );
      }
      const each = (calls: typeof all, error: unknown) => calls.map(([call]) => [call, error]);

      it('every call says that it may not', async () => {
        world.fail('unauthorized');

        expect(await thrown(all)).toEqual(each(all, expect.any(UnauthorizedError)));
      });

      it('every call hands on the words of a refusal', async () => {
        world.fail('refused');

        for (const [call, error] of await thrown(all)) {
          expect(error, call).toBeInstanceOf(RefusedError);
          expect(error, call).toMatchObject({ words: [expect.stringContaining('because of a rule')] });
        }
      });

      it.each(['server error', 'connection cut'] as const)('every call fails for a while: %s', async (failure) => {
        world.fail(failure);

        for (const [call, error] of await thrown(all)) {
          expect(error, call).toBeInstanceOf(TransientError);
          expect(error, call).toMatchObject({ effect: 'unknown' });
        }
      });

      it('every call knows that nothing was done where nobody answers', async () => {
        await world.down();
        // The first may still meet a connection that is just being closed, and cannot know then.
        await locks.locks().catch(() => undefined);

        for (const [call, error] of await thrown(all)) {
          expect(error, call).toBeInstanceOf(TransientError);
          expect(error, call).toMatchObject({ effect: 'none' });
        }
      });

      it('no read takes a broken answer for an empty one', async () => {
        world.fail('broken answer');

        expect(await thrown(reads)).toEqual(each(reads, expect.any(UnexpectedShapeError)));
      });

      it('no list takes a failure for an empty one', async () => {
        world.addUser({ email: 'bob@example.com' });
        const failures = ['unauthorized', 'server error', 'connection cut', 'broken answer', 'refused'] as const;
        for (const failure of failures) {
          world.fail(failure);
          for (const [call, error] of await thrown(reads)) expect(error, `${call}, ${failure}`).toBeInstanceOf(Error);
          world.heal();
        }

        expect(await locks.users()).toHaveLength(1);
      });

      it('waits as long as it is asked to, and goes on then', async () => {
        world.fail('rate limited');
        const refused = await register().catch((error: unknown) => error);
        world.heal();

        expect(refused).toMatchObject({ name: 'TransientError', retryAfterMs: SECOND, effect: 'none' });
        expect(world.users()).toEqual([]);
        await register();
        expect(world.users()).toHaveLength(1);
      });
    });

    describe('openings', () => {
      const readOf = async (lockUserId: string, lockId: string, at: Instant, now = at): Promise<Opening> => {
        const read = locks.readOpening(await world.open(lockUserId, lockId, at), now);
        if (!read.ok) throw new Error(`${read.code}: ${read.message}`);
        return read.opening;
      };
      const lately = () => Math.floor(Date.now() / SECOND) * SECOND - 60 * SECOND;

      it('come by webhook, with lock user, lock and time', async () => {
        const { id } = await register();
        await give(id);
        const at = lately();

        const opening = await readOf(id, front, at, Date.now());

        expect(opening).toMatchObject({ lockUserId: id, lockId: front, occurredAt: at });
        expect(opening.id).not.toBe('');
      });

      it('are listed since a moment, oldest first, by the ids of their webhooks', async () => {
        const { id } = await register();
        await give(id);
        await give(id, back);
        const at = lately();
        await readOf(id, front, at - 3 * HOUR, Date.now());
        const second = await readOf(id, back, at - HOUR, Date.now());
        const third = await readOf(id, front, at, Date.now());

        expect(await locks.openingsSince(at - 2 * HOUR)).toEqual([second, third]);
        expect(await locks.openingsSince(Date.now() + HOUR)).toEqual([]);
      });

      it('that are not understood are refused with a reason', async () => {
        const { id } = await register();
        await give(id);
        const request = await world.open(id, front, lately());

        const read = locks.readOpening({ ...request, rawBody: Buffer.from('{"half": ') }, Date.now());

        expect(read).toMatchObject({
          ok: false,
          code: expect.stringMatching(/./),
          message: expect.stringMatching(/./),
        });
      });
    });
  });
}
