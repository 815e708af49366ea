// Lock systems that are wrong in one way each, and which checks of the conformance suite have to see it. A good one
// (SmartLock on its simulator) is spoilt from outside, as a slip in a connector would spoil it from within.
import type { Window } from '../../src/access/model.ts';
import { RefusedError, TransientError, UnexpectedShapeError } from '../../src/lib/errors.ts';
import type { LockSystem, NewGrant } from '../../src/locks/lock-system.ts';
import { createSmartLock } from '../../src/locks/smartlock/connector.ts';
import { always, type LockWorld, ours, SECOND, type Traits } from './conformance-world.ts';

export type Fault = {
  /** What it does wrong. */
  name: string;
  spoil(world: LockWorld): LockWorld;
  /** Names of checks. */
  seenBy: string[];
};

/** Changes some calls of the lock system. */
const withCalls =
  (change: (good: LockSystem, world: LockWorld) => Partial<LockSystem>): Fault['spoil'] =>
  (world) => ({ ...world, lockSystem: { ...world.lockSystem, ...change(world.lockSystem, world) } });

const withTraits =
  (traits: (world: LockWorld) => Partial<Traits>): Fault['spoil'] =>
  (world) => ({ ...world, traits: { ...world.traits, ...traits(world) } });

/** Hands every error of every call through `change`. */
const withErrors = (change: (error: unknown, world: LockWorld) => unknown): Fault['spoil'] =>
  withCalls((good, world) => {
    const by = <T>(work: Promise<T>): Promise<T> =>
      work.catch((error: unknown) => {
        throw change(error, world);
      });
    return {
      locks: () => by(good.locks()),
      users: () => by(good.users()),
      user: (id) => by(good.user(id)),
      userByEmail: (email) => by(good.userByEmail(email)),
      grants: (of) => by(good.grants(of)),
      createUser: (user) => by(good.createUser(user)),
      updateUser: (id, patch) => by(good.updateUser(id, patch)),
      deleteUser: (id) => by(good.deleteUser(id)),
      addGrant: (grant) => by(good.addGrant(grant)),
      removeGrant: (id) => by(good.removeGrant(id)),
      openingsSince: (since) => by(good.openingsSince(since)),
    };
  });

const facts = { code: 'spoilt', where: 'a call', advice: 'None.' };
const takenFor = { id: 'nobody', email: 'ada@example.com', name: 'Ada L.', externalId: ours.userMark('m1') };

function emptyWhere(isTaken: (error: unknown) => boolean): Fault['spoil'] {
  return withCalls((good) => {
    const orNothing = <T>(work: Promise<T>, nothing: T): Promise<T> =>
      work.catch((error: unknown) => {
        if (isTaken(error)) return nothing;
        throw error;
      });
    return {
      locks: () => orNothing(good.locks(), []),
      users: () => orNothing(good.users(), []),
      user: (id) => orNothing(good.user(id), undefined),
      userByEmail: (email) => orNothing(good.userByEmail(email), undefined),
      grants: (of) => orNothing(good.grants(of), []),
      openingsSince: (since) => orNothing(good.openingsSince(since), []),
    };
  });
}

async function removeAll(good: LockSystem, lockUserId: string): Promise<NewGrant[]> {
  const grants = await good.grants({ lockUserId });
  for (const { id } of grants) await good.removeGrant(id);
  return grants.map(({ note, ...grant }) => ({ ...grant, note: note ?? '' }));
}

const userFaults: Fault[] = [
  {
    name: 'finds nobody by an email in another case',
    spoil: withCalls((good) => ({
      userByEmail: async (email) => (await good.users()).find((user) => user.email === email),
    })),
    seenBy: [
      'registers a lock user with email, name and our mark, who is found by id and by email in any case',
      'finds a lock user whom others made, gives to it, and never changes it',
    ],
  },
  {
    name: 'fills in a name of one word',
    spoil: withCalls((good) => ({
      createUser: (user) => good.createUser({ ...user, name: user.name.includes(' ') ? user.name : `${user.name} -` }),
    })),
    seenBy: ['reports a name of one word as it was given'],
  },
  {
    name: 'takes a similar email for the same',
    spoil: withCalls((good) => {
      const letters = (email: string) => email.replace(/\+[^@]*|[^a-z@]/g, '');
      return {
        userByEmail: async (email) =>
          (await good.users()).toReversed().find((user) => letters(user.email) === letters(email)),
      };
    }),
    seenBy: ['finds an email with a plus and an apostrophe, and takes no other for it'],
  },
  {
    name: 'makes somebody up who is gone',
    spoil: withCalls((good) => ({ user: async (id) => (await good.user(id)) ?? { ...takenFor, id } })),
    seenBy: ['knows nobody who is not there'],
  },
  {
    name: 'puts its mark on whom others made',
    spoil: withCalls((good) => ({
      async userByEmail(email) {
        const found = await good.userByEmail(email);
        if (found) await good.updateUser(found.id, { externalId: ours.userMark('m1') });
        return found;
      },
    })),
    seenBy: ['finds a lock user whom others made, gives to it, and never changes it'],
  },
  {
    name: 'makes a second user where the email is taken',
    spoil: withCalls((good, { simulator }) => ({
      async createUser(user) {
        const result = await good.createUser(user);
        if ('created' in result) return result;
        const id = simulator.addPerson({ ...user, mark: user.externalId });
        return { created: { ...user, id } };
      },
    })),
    seenBy: ['makes nobody twice, and says who has the email'],
  },
  {
    name: 'makes a user once more where no answer came',
    spoil: withCalls((good, { simulator }) => ({
      createUser: (user) =>
        good.createUser(user).catch((error: unknown) => {
          simulator.addPerson({ ...user, mark: user.externalId });
          throw error;
        }),
    })),
    seenBy: [
      'makes nobody twice after an answer that never came',
      'makes nobody twice after a time-out before it was done',
      'makes nobody twice after a time-out after it was done',
    ],
  },
  {
    name: 'empties what a change does not name',
    spoil: withCalls((good) => ({
      updateUser: (id, patch) => good.updateUser(id, { externalId: ours.userMark('m0'), ...patch }),
    })),
    seenBy: ['changes what is given and nothing else, or says that it cannot be changed and does nothing'],
  },
  {
    name: 'says that it changed whatever it was asked to',
    spoil: withCalls(() => ({ updateUser: async () => 'updated' })),
    seenBy: [
      'changes what is given and nothing else, or says that it cannot be changed and does nothing',
      'leaves a lock user as it is whose new email is taken, and knows who is gone',
    ],
  },
  {
    name: 'only takes the grants of a lock user who has to be deleted',
    spoil: withCalls((good) => ({ deleteUser: async (id) => void (await removeAll(good, id)) })),
    seenBy: ['deletes a lock user with all of its grants, and being gone already is done'],
  },
];

const grantFaults: Fault[] = [
  {
    name: 'forgets a lock',
    spoil: withCalls((good) => ({ locks: async () => (await good.locks()).slice(1) })),
    seenBy: ['names every lock that a grant can name'],
  },
  {
    name: 'takes back by lock instead of by id',
    spoil: withCalls((good) => ({
      async removeGrant(id) {
        const grants = await good.grants();
        const meant = grants.find((grant) => grant.id === id);
        for (const { id: each, lockUserId, lockId } of grants) {
          if (lockUserId === meant?.lockUserId && lockId === meant.lockId) await good.removeGrant(each);
        }
      },
    })),
    seenBy: [
      'takes back one of two at a lock, and the other keeps it open',
      'leaves what others gave at a lock where ours is given and taken back',
    ],
  },
  {
    name: 'takes back all that a lock user has',
    spoil: withCalls((good) => ({
      async removeGrant(id) {
        const meant = (await good.grants()).find((grant) => grant.id === id);
        if (meant) await removeAll(good, meant.lockUserId);
      },
    })),
    seenBy: [
      'gives, reads back and takes back, and being gone already is done',
      'leaves lock users and grants of others as they are',
    ],
  },
  {
    name: 'takes nothing back',
    spoil: withCalls(() => ({ removeGrant: async () => undefined })),
    seenBy: [
      'gives, reads back and takes back, and being gone already is done',
      'takes back what it was asked to take back after an answer that never came',
      'loses none of several changes to one lock user at once',
    ],
  },
  {
    name: 'loses the note',
    spoil: withCalls((good) => ({ addGrant: (grant) => good.addGrant({ ...grant, note: '' }) })),
    seenBy: [
      'gives a note of ours, which comes back',
      'gives nothing twice after an answer that never came, and tells it from others by the next read',
    ],
  },
  {
    name: 'makes up notes that its lock system does not keep',
    spoil: withCalls((good) => ({ capabilities: { ...good.capabilities, notesOnGrants: false } })),
    seenBy: ['reports no note where grants carry none'],
  },
  {
    name: 'reports a window a second too long',
    spoil: withCalls((good) => ({
      grants: async (of) =>
        (await good.grants(of)).map(({ until, ...grant }) => ({
          ...grant,
          until: until === null ? null : until + SECOND,
        })),
    })),
    seenBy: ['reports a grant as it was adjusted, so that a diff gets empty'],
  },
  {
    name: 'gives without the window',
    spoil: withCalls((good) => ({ addGrant: (grant) => good.addGrant({ ...grant, ...always }) })),
    seenBy: ['opens from the beginning of a window to its end, and at no other time'],
  },
  {
    name: 'reads the grants of everybody for those of one',
    spoil: withCalls((good) => ({ grants: () => good.grants() })),
    seenBy: ['reads the grants of one lock user alone'],
  },
  {
    name: 'takes gone for given',
    spoil: withCalls((good) => ({
      async addGrant(grant) {
        const added = await good.addGrant(grant);
        return added === 'gone' ? { ...grant, id: 'made up' } : added;
      },
    })),
    seenBy: ['gives nothing to a lock user, or at a lock, that is gone'],
  },
  {
    name: 'gives once more where no answer came',
    spoil: withCalls((good, { simulator }) => ({
      addGrant: (grant) =>
        good.addGrant(grant).catch((error: unknown) => {
          simulator.addByHand({ lockUserId: grant.lockUserId, lockId: grant.lockId, note: grant.note });
          throw error;
        }),
    })),
    seenBy: [
      'gives nothing twice after an answer that never came, and tells it from others by the next read',
      'gives nothing twice after a time-out before it was done',
      'gives nothing twice after a time-out after it was done',
    ],
  },
  {
    name: 'moves by taking back and giving anew',
    spoil: withCalls((good) => ({
      capabilities: { ...good.capabilities, movesInPlace: true },
      async moveGrant(id, to: Window) {
        const grant = (await good.grants()).find((each) => each.id === id);
        if (!grant) return 'gone';
        await good.removeGrant(id);
        await good.addGrant({ ...grant, ...to, note: grant.note ?? '' });
        return 'moved';
      },
    })),
    seenBy: ['changes a window without shutting anybody out, not even between two calls'],
  },
  {
    name: 'writes all grants of a lock user anew for each change',
    spoil: withCalls((good) => ({
      async addGrant(grant) {
        const before = await removeAll(good, grant.lockUserId);
        for (const each of before) await good.addGrant(each);
        return good.addGrant(grant);
      },
    })),
    seenBy: ['keeps a lock open while another is given and taken back'],
  },
  {
    name: 'takes all back and gives anew what has to stay',
    spoil: withCalls((good) => ({
      async removeGrant(id) {
        const grant = (await good.grants()).find((each) => each.id === id);
        const others = grant ? await removeAll(good, grant.lockUserId) : [];
        for (const each of others) if (each.lockId !== grant?.lockId) await good.addGrant(each);
      },
    })),
    seenBy: ['keeps a lock open while another that was given with it is taken back'],
  },
  {
    name: 'writes the set of grants that it read a while ago',
    spoil: withCalls((good) => ({
      async addGrant(grant) {
        const read = await good.grants({ lockUserId: grant.lockUserId });
        const added = await good.addGrant(grant);
        const kept = new Set([...read, ...(typeof added === 'string' ? [] : [added])].map(({ id }) => id));
        const now = await good.grants({ lockUserId: grant.lockUserId });
        for (const { id } of now) if (!kept.has(id)) await good.removeGrant(id);
        return added;
      },
    })),
    seenBy: ['loses none of several changes to one lock user at once'],
  },
  {
    name: 'forgets the second page',
    spoil: withCalls((good) => ({
      users: async () => (await good.users()).slice(0, 200),
      grants: async (of) => (await good.grants(of)).slice(0, 200),
    })),
    seenBy: ['reads 250 users and 450 grants, each once, however many pages that takes'],
  },
  {
    name: 'reads the first of a page once more as the last of the page before',
    spoil: withCalls((good) => ({
      async grants(of) {
        const grants = await good.grants(of);
        return [...grants, ...grants.slice(200, 201)];
      },
    })),
    seenBy: ['reads 250 users and 450 grants, each once, however many pages that takes'],
  },
];

const failingFaults: Fault[] = [
  {
    name: 'takes whatever failed for an empty list',
    spoil: emptyWhere(() => true),
    seenBy: [
      'says of every call that it may not, where the token is refused (401)',
      'says of every call that it may not, where a right is missing (403)',
      'takes no list that is not there for an empty one (404)',
      'hands on the words of a refusal of every call (422)',
      'says of every call that it may be tried again: server error',
      'says of every call that it may be tried again: connection cut',
      'knows of every call that nothing was done, where nobody answers',
      'takes no web page for an answer',
      'takes no half of an answer for the whole (broken JSON)',
      'takes no half of an answer for the whole (cut off)',
      'takes no list with one item that cannot be read for a shorter one',
      'takes no failure of any kind for an empty list, and goes on afterwards',
    ],
  },
  {
    name: 'ignores a 404 of a list',
    spoil: emptyWhere((error) => error instanceof RefusedError && error.status === 404),
    seenBy: ['takes no list that is not there for an empty one (404)'],
  },
  {
    name: 'leaves out what it cannot read',
    spoil: emptyWhere((error) => error instanceof UnexpectedShapeError),
    seenBy: [
      'takes no web page for an answer',
      'takes no half of an answer for the whole (broken JSON)',
      'takes no list with one item that cannot be read for a shorter one',
    ],
  },
  {
    name: 'does not look at the total',
    spoil: withTraits(() => ({ totals: true })),
    seenBy: ['takes no list of users for the whole that ends before its total'],
  },
  {
    name: 'takes every failure for a refusal',
    spoil: withErrors(() => new RefusedError('no', facts)),
    seenBy: [
      'says of every call that it may not, where the token is refused (401)',
      'says of every call that it may be tried again: server error',
      'says of every call that it may be tried again: connection cut',
      'hands on the words of a refusal of every call (422)',
    ],
  },
  {
    name: 'says that nothing was done, whatever came of it',
    spoil: withErrors((error) =>
      error instanceof TransientError ? new TransientError('later', { ...facts, effect: 'none' }) : error,
    ),
    seenBy: ['does not claim to know whether it made something, where the answer was a failure'],
  },
  {
    name: 'never knows whether something was done',
    spoil: withErrors((error) =>
      error instanceof TransientError ? new TransientError('later', { ...facts, effect: 'unknown' }) : error,
    ),
    seenBy: [
      'knows of every call that nothing was done, where nobody answers',
      'waits as long as it is asked to, and goes on then (429)',
    ],
  },
  {
    name: 'quotes the token where it fails',
    spoil: withErrors((error, { secrets }) => new Error(`with the token ${secrets.join(' ')}`, { cause: error })),
    seenBy: ['says no secret in any error, not even where the other side repeats it'],
  },
  {
    name: 'quotes the email where it fails',
    spoil: withErrors((error) => new RefusedError('no', { ...facts, cause: error, words: ['ada@example.com'] })),
    seenBy: ['says no secret in any error, not even where the other side repeats it'],
  },
];

const openingFaults: Fault[] = [
  {
    name: 'names no lock',
    spoil: withCalls((good) => ({
      readOpening(request, now) {
        const read = good.readOpening(request, now);
        return read.ok && read.opening ? { ok: true, opening: { ...read.opening, lockId: null } } : read;
      },
    })),
    seenBy: [
      'tells of an opening by webhook: whose, where and when',
      'lists openings since a moment, oldest first, and they are those of the webhooks',
    ],
  },
  {
    name: 'takes the time of arrival for that of the opening',
    spoil: withCalls((good) => ({
      readOpening(request, now) {
        const read = good.readOpening(request, now);
        return read.ok && read.opening ? { ok: true, opening: { ...read.opening, occurredAt: now } } : read;
      },
    })),
    seenBy: ['tells of an opening by webhook: whose, where and when'],
  },
  {
    name: 'knows nobody behind anything',
    spoil: withCalls(() => ({ holderOf: async () => null })),
    seenBy: [
      'tells of an opening by webhook: whose, where and when',
      'knows whose a lock user is, and that nobody is behind what is no more',
    ],
  },
  {
    name: 'lists the newest opening first',
    spoil: withCalls((good) => ({ openingsSince: async (since) => (await good.openingsSince(since)).toReversed() })),
    seenBy: [
      'lists openings since a moment, oldest first, and they are those of the webhooks',
      'lists 120 openings, each once, however many pages that takes',
    ],
  },
  {
    name: 'lists all openings that there ever were',
    spoil: withCalls((good) => ({ openingsSince: () => good.openingsSince(0) })),
    seenBy: ['lists openings since a moment, oldest first, and they are those of the webhooks'],
  },
  {
    name: 'lists no openings',
    spoil: withCalls(() => ({ openingsSince: async () => [] })),
    seenBy: [
      'lists an opening whose webhook never came',
      'lists 120 openings, each once, however many pages that takes',
    ],
  },
  {
    name: 'makes an id anew for each delivery',
    spoil: withCalls((good) => {
      let made = 0;
      return {
        readOpening(request, now) {
          made += 1;
          const read = good.readOpening(request, now);
          return read.ok && read.opening ? { ok: true, opening: { ...read.opening, id: `opening-${made}` } } : read;
        },
      };
    }),
    seenBy: [
      'tells a delivery that comes twice as one opening',
      'lists openings since a moment, oldest first, and they are those of the webhooks',
    ],
  },
  {
    name: 'accepts what is not signed, or not by us',
    spoil: withCalls((_good, { simulator, clock }) => {
      const settings = { token: 'none', url: simulator.url, webhookSecret: null };
      return { readOpening: createSmartLock({ settings, clock }).readOpening };
    }),
    seenBy: [
      'refuses a delivery that is signed with another secret (401)',
      'refuses a delivery without any signature (401)',
      'refuses a delivery whose body was changed on the way (401)',
      'refuses a delivery that was signed long ago, or long from now (401)',
    ],
  },
  {
    name: 'looks at the signature and not at its age',
    spoil: withCalls((good, { clock }) => ({ readOpening: (request) => good.readOpening(request, clock.now()) })),
    seenBy: ['refuses a delivery that was signed long ago, or long from now (401)'],
  },
  {
    name: 'quotes the secret to whom it refuses',
    spoil: withCalls((good, { secrets }) => ({
      readOpening(request, now) {
        const read = good.readOpening(request, now);
        return read.ok ? read : { ...read, message: `${read.message}: ${secrets.join(' ')}` };
      },
    })),
    seenBy: ['refuses a body that it cannot read, with a reason and without a secret'],
  },
  {
    name: 'takes a refusal at the door for an opening',
    spoil: withCalls((good, { simulator, front, clock }) => ({
      async openingsSince(since) {
        const lockUserId = simulator.people()[0]?.id ?? '';
        const refused = { id: 'r1', lockUserId, lockId: front.id, lockName: front.name, occurredAt: clock.now() };
        return [...(await good.openingsSince(since)), refused];
      },
    })),
    seenBy: ['takes nobody for having entered who was refused at a door'],
  },
  {
    name: 'takes every event for an opening',
    spoil: withTraits((world) => ({
      async otherEvents() {
        const lockUserId = world.simulator.addPerson({ email: 'olga@example.com' });
        return [await world.open(lockUserId, world.front.id, { anyway: true })];
      },
    })),
    seenBy: ['takes no other event for an opening, and refuses none'],
  },
  {
    name: 'puts codes into notes',
    spoil: (world) =>
      withCalls((good) => ({
        codesOf: async () => [world.front, world.back].map(({ id }) => ({ lockId: id, code: '47110815' })),
        grants: async (of) => (await good.grants(of)).map((grant) => ({ ...grant, note: `${grant.note} 47110815` })),
      }))(withTraits(() => ({ codes: true }))(world)),
    seenBy: ['tells codes to whom asks for them, and nowhere else'],
  },
  {
    name: 'tries out what it may by making something',
    spoil: withCalls((good) => ({
      async checkUp() {
        await good.createUser({ email: 'test@example.com', name: 'Test', externalId: 'test' });
        return [];
      },
    })),
    seenBy: ['looks over everything without changing anything or telling a secret'],
  },
];

export const faults: Fault[] = [...userFaults, ...grantFaults, ...failingFaults, ...openingFaults];
