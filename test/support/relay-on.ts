// The relay on any of the lock systems, by its simulator: as in relay.ts, but it listens, so that what happens at a door
// comes as the lock system tells it, signed. When a test is over, no secret and no address may stand in the log.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import type { LockSystemName } from '../../src/locks/catalog.ts';
import { readCodeName } from '../../src/locks/seam/code-name.ts';
import { partId } from '../../src/locks/seam/grant-key.ts';
import type { Answers } from '../../src/operator/answers.ts';
import { createOperator } from '../../src/operator/operator.ts';
import { seededRandom } from '../../src/simulators/chance.ts';
import { type KisiOptions, startKisiSimulator } from '../../src/simulators/kisi/kisi.ts';
import type { LockSimulator, OpenHow } from '../../src/simulators/lock-simulator.ts';
import { type SeamOptions, startSeamSimulator } from '../../src/simulators/seam/seam.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { startUnifiSimulator, type UnifiOptions } from '../../src/simulators/unifi/unifi.ts';
import { movingTime } from './moving-time.ts';
import { MONDAY } from './relay.ts';
import { createWorldOn, type RelayOptions } from './relay-world.ts';
import { secretsIn } from './secrets.ts';

export const SYSTEMS = ['smartlock', 'kisi', 'unifi', 'seam'] as const satisfies LockSystemName[];

type Given = { clock: Clock; random: () => number; secret: string; limits: 'off' };
export type StartLocks<L extends LockSimulator> = (given: Given) => Promise<L>;
type Member = { email: string | null };

const SECRET = `whsec_${Buffer.from('a signing secret of 24 b').toString('base64')}`;

export const smartlock: StartLocks<LockSimulator> = startSmartLockSimulator;
export const kisi =
  (switches: KisiOptions['switches'] = {}) =>
  (given: Given) =>
    startKisiSimulator({ ...given, switches });
export const unifi =
  (switches: UnifiOptions['switches'] = {}) =>
  (given: Given) =>
    startUnifiSimulator({ ...given, switches });
/** Entrances, and locks with a keypad where they are named. */
export const seam =
  (more: Pick<SeamOptions, 'keypads' | 'switches' | 'times'> = {}) =>
  (given: Given) =>
    startSeamSimulator({
      ...given,
      eventTypes: ['lock.unlocked', 'lock.access_denied'],
      idOf: ({ id, key, identityId }, doorId) => partId({ id, key, lockUserId: identityId }, doorId),
      codeAs: ({ name }) => readCodeName(name) ?? {},
      ...more,
      // At an entrance nobody is named unless Seam tells what it calls undocumented.
      switches: { unlockNames: more.keypads ? 'code' : 'identity', ...more.switches },
    });

/** Each of them as it usually is. */
export const systems: Record<LockSystemName, StartLocks<LockSimulator>> = {
  smartlock,
  kisi: kisi(),
  unifi: unifi(),
  seam: seam(),
};

export type RelayOn<L extends LockSimulator = LockSimulator> = Awaited<ReturnType<typeof createRelayOn<L>>>;

export async function createRelayOn<L extends LockSimulator>(start: StartLocks<L>, options: RelayOptions = {}) {
  const startLocks = ({ clock }: { clock: Clock }) =>
    start({ clock, random: seededRandom(11), secret: SECRET, limits: 'off' });
  const world = await createWorldOn(startLocks, movingTime(options.at ?? MONDAY), options);
  const { locks, cobot } = world;
  const doors = locks.addLocks(...(options.locks ?? ['Front door']));
  await listen();
  onTestFinished(() => {
    expect(secretsIn(world.lines.join(''), world), 'log lines with a secret in them').toEqual([]);
  });

  async function listen(): Promise<void> {
    const server = createServer((request, response) => {
      if (world.isUp) world.app.http(request, response);
      else request.socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    locks.setCallbackUrl(`http://127.0.0.1:${address.port}/lock_open?key=${world.env.WEBHOOK_KEY}`);
  }

  function userOf({ email }: Member) {
    const user = locks.people().find((each) => each.email.toLowerCase() === email?.toLowerCase());
    if (!user) throw new Error('the member has no lock user');
    return user;
  }

  const operator = () => createOperator(world.app);

  return Object.assign(world, {
    doors,
    /** A door or group of that name; made for the test. */
    lock(name: string) {
      const found = doors.find((each) => each.name === name);
      if (!found) throw new Error(`there is no ${name}`);
      return found;
    },
    userOf,
    operator,
    /** Somebody opens a lock, and what comes of it is done. */
    async opensLock(member: Member, lock: { id: string }, how?: OpenHow) {
      const delivery = await world.waitFor(locks.openLock(userOf(member).id, lock.id, how));
      await world.settle();
      return delivery;
    },
    /** Somebody stands before a door that stays shut, and what comes of it is done. */
    async standsBefore(member: Member, lock: { id: string }, how?: OpenHow) {
      const delivery = await world.waitFor(locks.refuseAtLock(userOf(member).id, lock.id, how));
      await world.settle();
      return delivery;
    },
    async catchUp() {
      await world.parts.queue.add([{ name: 'catch-up', key: 'space', payload: { cause: 'test' } }]);
      await world.settle();
    },
    /** What became of every opening, oldest first. */
    outcomes: async () => (await world.store.openings.list()).toReversed().map(({ outcome }) => outcome),
    spent: ({ id }: { id: string }) =>
      [...cobot.passes.values()].filter((pass) => pass.memberId === id && pass.usedAt !== null).length,
    /** What `relay why` answers of the one person that is meant. */
    async why({ id }: { id: string }): Promise<Answers['why']['persons'][number]> {
      const { persons } = await world.waitFor(operator().why({ member: id, lock: null, at: null }));
      const [person] = persons;
      if (!person) throw new Error('nobody is known by that');
      return person;
    },
    who: (lock: string) => world.waitFor(operator().who({ lock, at: null })),
    audit: async () =>
      (await operator().audit({ since: null, member: null, lock: null, limit: 1000 })).entries.map(
        ({ action, sentence }) => `${action}: ${sentence}`,
      ),
    /** Without one that every world of these has: nobody has said where Cobot reaches the relay. */
    problems: async () => (await operator().problems({})).problems.filter(({ kind }) => kind !== 'webhooks-unwatched'),
    /** Takes over what others gave to that member. */
    async adopt({ email }: Member) {
      const { grants } = await world.waitFor(operator().adopt({ email, grantIds: null }));
      const grantIds = grants.map(({ grantId }) => grantId);
      const { done } = await world.waitFor(operator().adopt({ email, grantIds }));
      await world.settle();
      return done;
    },
    /** At every request that the lock system gets, before its deed. */
    atEveryRequest(look: () => void) {
      locks.sabotage(
        () => {
          look();
          return false;
        },
        { kind: 'cut' },
      );
    },
    /** Of lock users that others made, and of grants: everything that is there, as the lock system has it. */
    truth: () =>
      structuredClone({
        people: locks.people().toSorted((a, b) => a.id.localeCompare(b.id)),
        grants: locks.grants().toSorted((a, b) => a.id.localeCompare(b.id)),
      }),
  });
}
