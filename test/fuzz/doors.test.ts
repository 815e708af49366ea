// Unknown never revokes, tried: sweeps and reconciles of the whole relay while the answers of Cobot and of the lock system
// are spoilt. Whatever could be read, nobody loses a door, nobody else's access is touched, nobody is there twice; and as
// soon as the answers are good again, everything is as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../src/lib/errors.ts';
import type { Action } from '../../src/simulators/sabotage.ts';
import { createRelayOn, SYSTEMS, systems } from '../support/relay-on.ts';
import { fuzz, patience } from './fuzz.ts';
import { type Change, changed, changeOf, spoiltText } from './junk.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The brake would hold what is wrongly taken from many, and hide it. */
const POLICY = `
version: 1
brake: { members: 1000, percent: 100, at_most: 1000 }
rules:
  - { name: Pass, locks: [Front door], members: all }
  - { name: Free, locks: [Lounge], plans: [Full Time] }
  - { name: Booked, locks: [Room], booking: { resource: Room } }
`;

/** Nothing of this is a fact that an honest answer could tell: a wrong type, a thing that is missing, junk beside it. */
const wrongType = fc.constantFrom<unknown>({}, [], [[]], { id: {} }, true, 0.5, -1, '', { a: { a: { a: 1 } } });
const change = fc.array(changeOf(['drop', 'junk', 'wrap', 'double', 'empty', 'add'], wrongType), {
  minLength: 1,
  maxLength: 3,
});

/**
 * What would be told by it is true as far as anybody can know, so that it may well cost somebody a door: who confirmed
 * nothing, a plan that has passes (or none), whose a pass, a check-in or a booking is, and when they end.
 */
const FACTS =
  /^(confirmed_at|canceled_to|starts_at|time_passes|plan|upcoming_plan|membership|membership_id|user|team_id|expires_at|used|valid_\w+|from|to|resource|time_zone_name)$/;

/** Every list lacks some of its items, or all. */
const thinned = (mask: number) => (json: unknown) => {
  const thin = (value: unknown) =>
    Array.isArray(value) ? value.filter((_, index) => (mask >> (index % 4)) & 1) : value;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return thin(json);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, thin(value)]));
};

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.nat({ max: 14 }).map((mask): Action => ({ kind: 'replace', data: thinned(mask) })),
  },
  {
    weight: 8,
    arbitrary: change.map((changes): Action => ({ kind: 'replace', data: (json) => spare(json, changes) ?? null })),
  },
  {
    weight: 2,
    arbitrary: spoiltText.map((spoil): Action => ({ kind: 'answer', status: 200, html: spoil('{"id":"x"}') })),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'truncate' }) },
  { weight: 1, arbitrary: fc.constant<Action>({ kind: 'cut' }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(204, 302, 400, 401, 402, 403, 409, 422, 429, 500, 503)
      .map((status): Action => ({ kind: 'answer', status, json: {} })),
  },
);

/** The changes, but for facts: those keep their values wherever the thing that they belong to is still there. */
function spare(json: unknown, changes: readonly Change[]): unknown {
  const spoilt = changed(json, changes);
  return JSON.stringify(factsIn(spoilt, json)) === JSON.stringify(spoilt) ? spoilt : factsIn(spoilt, json);
}

function factsIn(spoilt: unknown, honest: unknown): unknown {
  if (typeof spoilt !== 'object' || spoilt === null || typeof honest !== 'object' || honest === null) return spoilt;
  if (Array.isArray(spoilt)) {
    const byId = new Map(Array.isArray(honest) ? honest.map((each) => [JSON.stringify(each?.id), each]) : []);
    return spoilt.map((each) => factsIn(each, byId.get(JSON.stringify(each?.id)) ?? each));
  }
  const truth = new Map(Object.entries(honest));
  const kept = Object.entries(spoilt).map(([key, value]) => [
    key,
    FACTS.test(key) ? truth.get(key) : factsIn(value, truth.get(key)),
  ]);
  const lost = [...truth].filter(([key]) => FACTS.test(key) && !Object.hasOwn(spoilt, key));
  return Object.fromEntries([...kept, ...lost]);
}

describe.each(SYSTEMS)('on %s, an answer that says nothing true', (system) => {
  it('takes nothing away', { timeout: patience }, async () => {
    const world = await createRelayOn(systems[system], { policy: POLICY, locks: ['Front door', 'Lounge', 'Room'] });
    const full = world.cobot.addPlan({ name: 'Full Time' });
    const days = world.cobot.addPlan({ name: 'Days', limited: true });
    const resource = world.cobot.addResource('Room');
    const [ada, grace, mary, joan] = ['Ada', 'Grace', 'Mary', 'Joan'].map((name, index) =>
      world.cobot.addMember({ name, plan: index < 2 ? full : days }),
    );
    if (!ada || !grace || !mary || !joan) throw new Error('too few');
    const members = [ada, grace, mary, joan];
    const now = world.clock.now();
    for (const member of [mary, joan]) world.cobot.addPass(member);
    world.cobot.addBooking({ resource, member: grace, from: now - HOUR, to: now + 24 * 365 * HOUR });
    const guest = world.locks.addPerson({ email: 'cleaner@example.com', name: 'Cleaner' });
    world.locks.addByHand({ lockUserId: guest, lockId: world.lock('Room').id });
    await world.sweep();
    // Some take effect a little later.
    await world.pass(2 * MINUTE);
    const doors = () => members.map((member) => world.opens(member));
    const before = doors();
    expect(before).toEqual([
      ['Front door', 'Lounge'],
      ['Front door', 'Lounge', 'Room'],
      ['Front door'],
      ['Front door'],
    ]);
    const people = world.locks.people().length;

    const side = fc.constantFrom('cobot' as const, 'locks' as const, 'both' as const);
    /** Which of the reads are spoilt: every one, or those that a number picks. */
    const spoilt = fc.record({
      side,
      action,
      every: fc.integer({ min: 1, max: 4 }),
      how: fc.constantFrom('sweep', 'reconcile'),
      who: fc.nat({ max: 3 }),
    });
    const isRead = (method: string, path: string) => method === 'GET' || /\/(list|get|logs|search)$/.test(path);
    const property = fc.asyncProperty(spoilt, async ({ side, action, every, how, who }) => {
      let count = 0;
      const match = ({ method, path }: { method: string; path: string }) =>
        isRead(method, path) && ++count % every === 0;
      if (side !== 'locks') world.cobot.sabotage(match, action);
      if (side !== 'cobot') world.locks.sabotage(match, action);
      const member = members[who] ?? ada;

      const work =
        how === 'sweep' ? world.waitFor(world.app.sync({ dryRun: false, cause: 'test' })) : world.reconcile(member);
      const error: unknown = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      world.cobot.healAll();
      world.locks.healAll();

      if (error !== undefined && !(error instanceof UpstreamError)) throw error;
      expect(doors(), 'who may open what, while answers are spoilt').toEqual(before);
      expect(world.locks.opens('cleaner@example.com')).toEqual(['Room']);
      // Pauses that were asked for end; and then everything is as it was.
      await world.pass(2 * MINUTE);
      await world.sweep();
      expect(doors(), 'who may open what, afterwards').toEqual(before);
      expect(world.locks.opens('cleaner@example.com')).toEqual(['Room']);
      expect(world.locks.people().length).toBe(people);
      for (const list of [world.cobot.requests, world.locks.requests]) list.length = 0;
    });
    await fuzz({ name: `doors-${system}`, few: 8, many: 100, timeoutMs: 60_000 }, property);
  });
});
