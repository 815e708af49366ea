// The operator's trial, on a lock system in memory that can be told to behave otherwise than we read its API.
import { describe, expect, it } from 'vitest';
import type { CurrentGrant, LockUser } from '../../src/access/model.ts';
import { RefusedError, TransientError } from '../../src/lib/errors.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { type Tried, tryOut } from '../../src/locks/try-out.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';
import { memoryCapabilities, memoryLocks } from './memory-locks.ts';

const EMAIL = 'relay-smoke@example.com';
const ben: LockUser = { id: 'ben', email: 'ben@example.com', name: 'Ben', externalId: 'payroll-7' };
const bens: CurrentGrant = { id: 'g-ben', lockUserId: 'ben', lockId: 'front', from: null, until: null, note: null };
const LOCKS = [
  { id: 'front', name: 'Front door' },
  { id: 'studio', name: 'Studio' },
];

const refused = () => new RefusedError('No', { code: 'no', where: 'there', advice: 'ask', words: ['not on a Sunday'] });
const lost = () => new TransientError('cut', { code: 'cut', where: 'there', advice: 'again', effect: 'unknown' });

type Terms = {
  behaves?: (locks: LockSystem) => Partial<LockSystem>;
  lockName?: string;
  email?: string;
  agreed?: boolean;
};

async function trial({ behaves, lockName, email = EMAIL, agreed = true }: Terms = {}) {
  const clock = createVirtualClock();
  const memory = memoryLocks([ben], [bens]);
  const usual: LockSystem = { ...memory, capabilities: memoryCapabilities, locks: async () => LOCKS };
  const questions: string[] = [];
  const told: Tried[] = [];
  const running = tryOut({
    lockSystem: { ...usual, ...behaves?.(usual) },
    clock,
    email,
    lockName: lockName ?? null,
    async isWanted(question) {
      questions.push(question);
      return agreed;
    },
    tell: (line) => void told.push(line),
  });
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  running.then(over, over);
  while (!isOver) await clock.advance(1000);
  const tried = await running;
  const of = (what: string) => tried.findLast((line) => line.what === what);
  return {
    tried,
    told,
    questions,
    of,
    disagreed: tried.filter(({ agrees }) => agrees === false).map(({ what }) => what),
    there: { users: await memory.users(), grants: memory.allGrants },
  };
}

const untouched = { users: [ben], grants: [bens] };

describe('a trial', () => {
  it('makes a user with a grant, looks at both, takes both back, and all of it agrees', async () => {
    const { tried, disagreed, there, of } = await trial();

    expect([disagreed, there]).toEqual([[], untouched]);
    expect(of('locks')?.detail).toContain('Front door, Studio');
    expect(of('making the user')?.agrees).toBe(true);
    expect(of('reading it back')?.detail).toBe('email, name and mark are as given');
    expect(of('reading the grant back')?.agrees).toBe(true);
    expect(of('moving the window')?.agrees).toBe(true);
    expect(of('taking it back')?.detail).toBe('none is left');
    expect(of('deleting the user')?.detail).toBe('gone');
    expect(tried.length).toBeGreaterThan(10);
  });

  it('tells each line as it comes', async () => {
    const { tried, told } = await trial();

    expect(told).toEqual(tried);
  });

  it('asks once before it writes, and says for whom and what', async () => {
    const { questions } = await trial({ lockName: ' studio ' });

    expect(questions).toEqual([expect.stringMatching(/relay-smoke@example\.com.*"Studio"/)]);
  });

  it('only reads where nobody agrees', async () => {
    const { of, there, disagreed } = await trial({ agreed: false });

    expect([there, disagreed]).toEqual([untouched, []]);
    expect(of('writing')).toMatchObject({ agrees: null, detail: expect.stringContaining('nobody agreed') });
    expect(of('making the user')).toBeUndefined();
  });

  it('refuses a lock that is not there, and an account without any', async () => {
    const named = await trial({ lockName: 'Cellar' });
    const empty = await trial({ behaves: () => ({ locks: async () => [] }) });

    expect([named.disagreed, named.of('the lock to try')?.detail]).toEqual([['the lock to try'], 'there is no Cellar']);
    expect(empty.disagreed).toEqual(['the lock to try']);
    expect([named.there, empty.there, named.questions]).toEqual([untouched, untouched, []]);
  });

  it('never takes an address that is somebody\u2019s', async () => {
    const { there, of } = await trial({ email: 'BEN@example.com' });

    expect(there).toEqual(untouched);
    expect(of('looking for the email')).toMatchObject({ agrees: false, detail: expect.stringContaining('--email') });
  });

  it('writes nothing where it cannot be told whose the address is', async () => {
    const behaves = () => ({ userByEmail: () => Promise.reject(lost()) });

    const { there, of, disagreed } = await trial({ behaves });

    expect([there, disagreed]).toEqual([untouched, ['looking for the email']]);
    expect(of('making the user')).toBeUndefined();
  });

  it('goes on reading where one list cannot be read', async () => {
    const { disagreed, of, there } = await trial({
      behaves: () => ({ openingsSince: () => Promise.reject(refused()) }),
    });

    expect([disagreed, there]).toEqual([['openings'], untouched]);
    expect(of('openings')?.detail).toContain('No');
    expect(of('grants')?.agrees).toBe(true);
  });

  it('breaks off on a mistake of the program, and leaves nothing behind', async () => {
    const mistake = () => {
      throw new TypeError('a mistake');
    };
    let users: LockUser[] = [];
    const behaves = (locks: LockSystem) => ({
      adjust: mistake,
      deleteUser: async (id: string) => {
        await locks.deleteUser(id);
        users = await locks.users();
      },
    });

    await expect(trial({ behaves })).rejects.toThrow('a mistake');
    expect(users).toEqual([ben]);
  });
});

describe('what differs from our reading is said', () => {
  const differs: [string, string[], (locks: LockSystem) => Partial<LockSystem>][] = [
    [
      'emails are compared with their case',
      ['finding it by email'],
      (locks) => ({ userByEmail: async (email) => (await locks.users()).find((user) => user.email === email) }),
    ],
    [
      'the mark is not kept',
      ['reading it back'],
      (locks) => ({
        user: async (id) => {
          const user = await locks.user(id);
          return user && { ...user, externalId: null };
        },
      }),
    ],
    [
      'a window comes back otherwise',
      ['reading the grant back'],
      (locks) => ({
        grants: async (of) =>
          (await locks.grants(of)).map((grant) => ({ ...grant, until: grant.until === null ? null : grant.until + 1 })),
      }),
    ],
    ['a grant is refused', ['giving the lock', 'reading the grant back'], () => ({ addGrant: async () => 'gone' })],
    ['nothing is taken back', ['taking it back'], () => ({ removeGrant: async () => undefined })],
  ];

  it.each(differs)('%s', async (_, expected, behaves) => {
    const { disagreed, there } = await trial({ behaves });

    expect(disagreed).toEqual(expected);
    expect(there.users).toEqual([ben]);
  });

  it('a second grant that is not taken is told, and that is all', async () => {
    let given = 0;
    const { of, disagreed } = await trial({
      behaves: (locks) => ({
        addGrant: async (grant) => {
          given += 1;
          return given === 1 ? locks.addGrant(grant) : 'there';
        },
        moveGrant: async () => 'cannot',
      }),
    });

    expect(disagreed).toEqual([]);
    expect(of('moving the window')).toMatchObject({ agrees: null, detail: expect.stringContaining('cannot') });
  });

  it('a user who is still listed after it was deleted is told', async () => {
    const { of } = await trial({ behaves: () => ({ deleteUser: async () => undefined }) });

    expect(of('deleting the user')).toMatchObject({ agrees: null, detail: expect.stringContaining('is still listed') });
  });
});

describe('a grant that takes its time', () => {
  const later = { ...memoryCapabilities, takesEffect: 'later' } as const;

  it('is waited for', async () => {
    let looks = 0;
    const { of } = await trial({
      behaves: (locks) => ({
        capabilities: later,
        grants: async (filter) => {
          looks += 1;
          const grants = await locks.grants(filter);
          return looks > 4
            ? grants
            : grants.map((grant) => ({ ...grant, standing: { state: 'pending', words: null } }));
        },
      }),
    });

    expect(of('coming into effect')).toMatchObject({ agrees: true, detail: 'in effect' });
  });

  it('and does not come is told as it is after a minute', async () => {
    const { of, there } = await trial({
      behaves: (locks) => ({
        capabilities: later,
        grants: async (filter) =>
          (await locks.grants(filter)).map((grant) => ({ ...grant, standing: { state: 'pending', words: 'offline' } })),
      }),
    });

    expect(of('coming into effect')).toMatchObject({ agrees: null, detail: 'pending: offline' });
    expect(there).toEqual(untouched);
  });
});

describe('what breaks in the middle', () => {
  const once = (work: () => Promise<never>) => {
    let isDone = false;
    return <T>(usual: () => Promise<T>): Promise<T> => {
      if (isDone) return usual();
      isDone = true;
      return work();
    };
  };

  it.each(['addGrant', 'removeGrant', 'grants', 'user'] as const)('leaves nothing behind: %s', async (call) => {
    const fail = once(() => Promise.reject(refused()));
    let isWriting = false;
    const { disagreed, there } = await trial({
      behaves: (locks) => ({
        createUser: async (user) => {
          isWriting = true;
          return locks.createUser(user);
        },
        [call]: (...given: never[]) => {
          const usual = () => (locks[call] as (...all: never[]) => Promise<never>)(...given);
          return isWriting ? fail(usual) : usual();
        },
      }),
    });

    expect(disagreed.length).toBeGreaterThan(0);
    expect(there).toEqual(untouched);
  });

  it('finds the user whose answer was lost, and takes it back', async () => {
    const { there, of } = await trial({
      behaves: (locks) => ({
        createUser: async (user) => {
          await locks.createUser(user);
          throw lost();
        },
      }),
    });

    expect([there, of('deleting the user')?.detail]).toEqual([untouched, 'gone']);
  });

  it('says whom to look for where that one cannot be found either', async () => {
    let looks = 0;
    const { of } = await trial({
      behaves: (locks) => ({
        createUser: async (user) => {
          await locks.createUser(user);
          throw lost();
        },
        userByEmail: async () => {
          looks += 1;
          if (looks > 1) throw refused();
          return undefined;
        },
      }),
    });

    expect(of('what is left')).toMatchObject({ agrees: null, detail: expect.stringContaining(EMAIL) });
  });

  it('says who is left where the user cannot be deleted', async () => {
    const { of, there } = await trial({ behaves: () => ({ deleteUser: () => Promise.reject(refused()) }) });

    const left = there.users.find(({ email }) => email === EMAIL);
    expect(left).toBeDefined();
    expect(of('what is left')?.detail).toContain(left?.id);
    expect(of('what is left')?.detail).toContain(EMAIL);
  });
});
