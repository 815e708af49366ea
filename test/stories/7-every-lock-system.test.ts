// The five steps of the guide, from outside, on every lock system there is, with one access.yaml for all of them.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import type { Member } from '../../src/simulators/cobot/space.ts';
import { startKisiSimulator } from '../../src/simulators/kisi/kisi.ts';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import type { lockSimulators } from '../../src/simulators/lock-simulators.ts';
import { startSeamSimulator } from '../../src/simulators/seam/seam.ts';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { startUnifiSimulator } from '../../src/simulators/unifi/unifi.ts';
import { setUpServiceOn } from '../support/service.ts';

const policy = `
version: 1
rules:
  - name: Front door for everybody
    locks: [Front door]
    members: all
  - name: Studio for some
    locks: [Studio]
    plans: [Full Time]
  - name: Meeting room for who has booked it
    locks: [Meeting room]
    booking: { resource: Meeting Room, before: 1m }
`;

/** To one of them the relay makes five calls a second at most. */
const soon = { timeout: 40_000, interval: 50 };
const MINUTE = 60_000;
const FEW_SECONDS = 8000;
const doors = ['Front door', 'Studio', 'Meeting room'];

// Limits are a matter of the conformance suite; here they would only make it slower.
const limits = 'off';
type StartLocks = (given: { clock: Clock; secret: string }) => Promise<LockSimulator>;
const systems: Record<keyof typeof lockSimulators, StartLocks> = {
  smartlock: (given) => startSmartLockSimulator({ ...given, limits }),
  kisi: (given) => startKisiSimulator({ ...given, limits }),
  unifi: (given) => startUnifiSimulator({ ...given, limits }),
  // Of an opening at a keypad Seam tells the code; of one at an entrance nobody.
  seam: (given) => startSeamSimulator({ ...given, limits, keypads: doors }),
};
const services = await Promise.all(
  Object.entries(systems).map(async ([name, startLocks]) => ({
    name,
    service: await setUpServiceOn<LockSimulator>({ policy, startLocks }),
  })),
);

describe.each(services)('on $name', { timeout: 2 * MINUTE }, ({ service }) => {
  const { cobot, locks, relay, tell, opens, day } = service;
  const [front, studio, room] = locks.addLocks(...doors);
  const fullTime = cobot.addPlan({ name: 'Full Time' });
  const partTime = cobot.addPlan({ name: 'Part Time' });
  const dayPass = cobot.addPlan({ name: 'Day Pass', limited: true });
  const resource = cobot.addResource('Meeting Room');
  const ada = cobot.addMember({ name: 'Ada Lovelace', plan: fullTime });
  const bob = cobot.addMember({ name: 'Bob', plan: partTime });
  const cleo = cobot.addMember({ name: 'Cleo', plan: dayPass });
  const dan = cobot.addMember({ name: 'Dan', plan: dayPass });
  const [cleosPass] = [cobot.addPass(cleo), cobot.addPass(cleo)];
  const cleaner = locks.addPerson({ email: 'cleaner@example.com', name: 'The Cleaner' });
  locks.addByHand({ lockUserId: cleaner, lockId: front?.id ?? '', note: 'every evening' });
  const foreign = () =>
    structuredClone([
      locks.people().filter(({ id }) => id === cleaner),
      locks.grants().filter(({ lockUserId }) => lockUserId === cleaner),
    ]);
  const before = foreign();

  const names = (member: Member) => opens(member).toSorted();
  const lockUser = ({ email }: Member) => locks.people().find((each) => each.email === email)?.id ?? '';
  const spent = (member: Member) => cobot.passesOf(member).filter(({ usedAt }) => usedAt !== null).length;

  beforeAll(async () => {
    await service.subscribe();
    await relay.start();
  }, MINUTE);

  it('an active member may open the doors of the plan', async () => {
    await expect.poll(() => names(bob), soon).toEqual(['Front door']);
  });

  it('some locks open only to some plans', async () => {
    await expect.poll(() => names(ada), soon).toEqual(['Front door', 'Studio']);
    expect(names(bob)).not.toContain('Studio');
  });

  it('a limited plan opens with a usable pass, and without one nothing', async () => {
    await expect.poll(() => names(cleo), soon).toEqual(['Front door']);
    expect(names(dan)).toEqual([]);

    cobot.addPass(dan);
    await tell('membership_added_time_passes', dan);

    await expect.poll(() => names(dan), soon).toEqual(['Front door']);
  });

  it('opening a door checks in on Cobot, and spends one pass however often it is told', async () => {
    expect(cleosPass?.usedAt).toBeNull();

    await locks.openLock(lockUser(cleo), front?.id ?? '');
    await expect.poll(() => cobot.checkInsOf(cleo).length, soon).toBe(1);
    await locks.redeliverLast();
    await locks.openLock(lockUser(ada), studio?.id ?? '');
    await expect.poll(() => cobot.checkInsOf(ada).length, soon).toBe(1);

    expect([cobot.checkInsOf(cleo).length, spent(cleo)]).toEqual([1, 1]);
    expect(names(cleo)).toEqual(['Front door']);
  });

  it('a room opens to who has booked it, to nobody else, and shuts when the time is over', async () => {
    const now = Date.now();
    const booking = cobot.addBooking({ resource, member: bob, from: now, to: now + FEW_SECONDS });
    await tell('created_booking', booking);

    await expect.poll(() => names(bob), soon).toEqual(['Front door', 'Meeting room']);
    expect(names(ada)).not.toContain(room?.name);
    await expect.poll(() => names(bob), soon).toEqual(['Front door']);
  });

  it('who has left opens nothing any more', async () => {
    await cobot.emit('membership_cancellation_date_reached', cobot.cancel(ada, day(-1)));

    await expect.poll(() => names(ada), soon).toEqual([]);
    expect(names(bob)).toEqual(['Front door']);
  });

  it('what others made is as it was', () => {
    expect(foreign()).toEqual(before);
    expect(locks.opens('cleaner@example.com')).toEqual(['Front door']);
  });

  it('nobody is there twice', () => {
    const emails = locks.people().map(({ email }) => email);

    expect(emails.toSorted()).toEqual([...new Set(emails)].toSorted());
    expect(emails).toHaveLength(5);
  });
});
