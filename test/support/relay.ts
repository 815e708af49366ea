// The relay on SmartLock, whose simulator has more to look at than all of them have. Everything is real but the time,
// which stands still until a test moves it.
import { seededRandom } from '../../src/simulators/chance.ts';
import type { Seen } from '../../src/simulators/exchange.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { createWorldOn, type RelayOptions, standingTime } from './relay-world.ts';

export type { RelayOptions } from './relay-world.ts';

/** Monday, 09:00 in Berlin. */
export const MONDAY = Date.parse('2026-11-30T08:00:00Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Failures that are not repeated on the spot, so that a test does not wait for it. */
export const UNAVAILABLE = { kind: 'answer', status: 503, headers: { 'retry-after': '1' } } as const;
export const FORBIDDEN = { kind: 'answer', status: 403, json: {} } as const;

export type RelayWorld = Awaited<ReturnType<typeof createRelayWorld>>;

export async function createRelayWorld(options: RelayOptions = {}) {
  const world = await createWorldOn(
    ({ clock }) => startSmartLockSimulator({ clock, random: seededRandom(11), limits: 'off' }),
    standingTime(options.at ?? MONDAY),
    options,
  );
  const { locks, cobot } = world;
  const doors = locks.addLocks(...(options.locks ?? ['Front door']));
  return Object.assign(world, {
    doors,
    /** The lock user that stands for the member now, by email. */
    userOf: ({ email }: { email: string | null }) => {
      const user = locks.userByEmail(email ?? '');
      if (!user) throw new Error(`${email} has no lock user`);
      return user;
    },
    /** What an earlier relay would have left for the member: lock user, a grant at every lock, check-in token. */
    giveEverything({ id, email, name }: { id: string; email: string | null; name: string }) {
      const { marks } = world.parts;
      const user = locks.addUser({ email: email ?? '', name, externalId: marks.userMark(id) });
      for (const lock of doors) locks.addAccess({ user, lock, note: marks.noteOf(id, 'as before') });
      cobot.tokens.set(user.id, id);
      return user;
    },
  });
}

/** Requests of that kind, counted from now on. */
export function counting(side: { requests: Seen[] }, match: string | RegExp = /./): () => number {
  const from = side.requests.length;
  const isMeant = ({ endpoint }: Seen) => (typeof match === 'string' ? endpoint === match : match.test(endpoint));
  return () => side.requests.slice(from).filter(isMeant).length;
}

/** Waits in real time for something that another part of the process does. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what} never came`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
