// Whatever goes wrong, and in whatever order: one member, one Cobot day, one check-in. Cobot is set to the worst of its
// possible habits, a second check-in that spends another pass.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Seen } from '../../src/simulators/exchange.ts';
import { createRelayWorld, MINUTE, type RelayWorld, SECOND } from '../support/relay.ts';

const endpoints = [
  'POST /api/check_ins',
  'POST /api/check_ins',
  'POST /api/check_ins',
  'GET /api/memberships/:id/check_ins',
  'POST /api/check_in_tokens',
  'GET /api/check_in_tokens/:token',
  'GET /api/memberships/:id',
] as const;
const when = fc.constantFrom('before' as const, 'after' as const);
const action = fc.oneof(
  fc.record({ kind: fc.constant('reset' as const), when }),
  fc.record({ kind: fc.constant('answer' as const), status: fc.constantFrom(408, 500, 503, 520), when }),
  fc.record({
    kind: fc.constant('answer' as const),
    status: fc.constantFrom(401, 429),
    when: fc.constant('before' as const),
  }),
  fc.record({ kind: fc.constant('answer' as const), status: fc.constant(200), html: fc.constant('<html>'), when }),
  fc.constant({ kind: 'truncate' as const }),
  fc.constant({ kind: 'cut' as const }),
  fc.record({ kind: fc.constant('hang' as const), when, lands: fc.boolean() }),
  fc.constant({ kind: 'hang' as const, lands: true }),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), agoMs: fc.constantFrom(0, 0, 5 * MINUTE) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 45 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      endpoint: fc.constantFrom(...endpoints),
      action,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'lose the token' as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

it.each(['full', 'days'] as const)('nobody is checked in twice on a Cobot day, whatever fails (%s)', async (kind) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const world = await createRelayWorld({ cobot: { switches: { repeatCheckIn: 'second', echo: false } } });
      const plan = world.cobot.addPlan({ name: kind, limited: kind === 'days' });
      const member = world.cobot.addMember({ name: 'Ada', plan });
      for (let index = 0; kind === 'days' && index < 5; index += 1) world.cobot.addPass(member);
      await world.sweep();

      for (const each of steps) await play(each, world);
      await drift(world, 60);
      world.cobot.healAll();
      // The pause that a 429 asked for is over before anything is waited for.
      await drift(world, 90);
      await world.pass(15 * MINUTE);
      // Where an answer was not understood five times a person has to say: again.
      await world.parts.queue.redrive('all');
      await world.pass(15 * MINUTE);

      const wasOpened = steps.some((each) => each.do === 'open');
      expect(world.cobot.checkInsOf(member)).toHaveLength(wasOpened ? 1 : 0);
      expect(await world.store.openings.unjudged(world.userOf(member).id)).toEqual([]);
      await world.end();
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

async function play(each: Step, world: RelayWorld): Promise<void> {
  const [user] = world.locks.users.values();
  const [door] = world.doors;
  if (!user || !door) throw new Error('nobody');
  switch (each.do) {
    case 'open':
      await world.opened(user, door, { occurredAt: world.clock.now() - each.agoMs });
      return;
    case 'pass':
      return drift(world, each.seconds);
    case 'fault': {
      const sabotage = world.cobot.sabotage(each.endpoint, each.action, { times: each.times });
      // A request that was given up lands soon or never: half a minute is what the relay waits for it.
      if (each.action.kind === 'hang') {
        const liftLater = () => {
          if (sabotage.hits > 0) world.clock.after(20 * SECOND, sabotage.lift);
          else world.clock.after(SECOND, liftLater);
        };
        liftLater();
      }
      return;
    }
    case 'restart':
      return world.restart();
    case 'lose the token':
      world.cobot.tokens.clear();
  }
}

/** Time goes on although something hangs. */
async function drift(world: RelayWorld, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await quiet(world);
    await world.clock.advance(SECOND);
  }
  await quiet(world);
}

/** Until every request that was sent is answered, but those that hang. */
async function quiet({ cobot, locks }: RelayWorld): Promise<void> {
  const sent = () => cobot.requests.length + locks.requests.length;
  const isOpen = ({ status, sabotage }: Seen) => status === null && sabotage === null;
  for (let calm = 0, before = sent(); calm < 6; calm += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (sent() === before && ![...cobot.requests, ...locks.requests].some(isOpen)) continue;
    before = sent();
    calm = 0;
  }
}
