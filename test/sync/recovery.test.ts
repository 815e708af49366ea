import { describe, expect, it } from 'vitest';
import type { CallInfo } from '../../src/lib/http.ts';
import { createRecovery, type Recovery } from '../../src/sync/recovery.ts';
import { createRelayWorld, MINUTE, SECOND } from '../support/relay.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const call = (outcome: CallInfo['outcome']): CallInfo => ({ endpoint: 'GET /thing', outcome, ms: 5 });

/** Two sides that are up or down; a probe is heard like any other call. */
function twoSides() {
  const clock = createVirtualClock();
  const down = new Set<string>();
  const woken: number[] = [];
  const probed: string[] = [];
  let whenWoken: () => void = () => undefined;
  const probe = (side: string) => async () => {
    probed.push(side);
    recovery.heard(side, call(down.has(side) ? 'network' : 200));
    if (down.has(side)) throw new Error('down');
  };
  const recovery: Recovery = createRecovery({
    probes: { cobot: probe('cobot'), locks: probe('locks') },
    wake: async () => {
      woken.push(clock.now());
      whenWoken();
    },
    clock,
  });
  return {
    clock,
    down,
    woken,
    probed,
    recovery,
    fail: (side: string, times = 3, outcome: CallInfo['outcome'] = 'network') => {
      for (let index = 0; index < times; index += 1) recovery.heard(side, call(outcome));
    },
    onWake(work: () => void) {
      whenWoken = work;
    },
  };
}

describe('a side that does not answer', () => {
  it.each(['network', 'timeout', 502, 503, 504] as const)(
    'three times in a row (%s) is asked until it does, and jobs wake once',
    async (outcome) => {
      const { clock, down, woken, probed, fail } = twoSides();
      down.add('cobot');
      fail('cobot', 3, outcome);
      await clock.advance(10 * SECOND);
      expect([probed.length, woken.length]).toEqual([5, 0]);
      down.delete('cobot');

      await clock.advance(MINUTE);

      expect([probed.length, woken.length]).toEqual([6, 1]);
      expect(clock.timers()).toBe(0);
    },
  );

  it('twice, and then answers, is not down', async () => {
    const { clock, probed, recovery, fail } = twoSides();
    fail('cobot', 2);
    recovery.heard('cobot', call(200));
    fail('cobot', 2);

    await clock.advance(MINUTE);

    expect(probed).toEqual([]);
  });

  it.each([400, 401, 404, 422, 429, 500] as const)('but with status %i is not down', async (status) => {
    const { clock, probed, fail } = twoSides();
    fail('cobot', 10, status);

    await clock.advance(MINUTE);

    expect(probed).toEqual([]);
  });

  it('because the relay stops is not down', async () => {
    const { clock, probed, fail } = twoSides();
    fail('cobot', 10, 'aborted');

    await clock.advance(MINUTE);

    expect(probed).toEqual([]);
  });

  it('does not make the other one down', async () => {
    const { clock, down, probed, recovery, fail } = twoSides();
    down.add('cobot');
    fail('cobot');
    fail('locks', 2);
    recovery.heard('locks', call(200));

    await clock.advance(5 * SECOND);

    expect(new Set(probed)).toEqual(new Set(['cobot']));
  });

  it('is not asked any more after the stop', async () => {
    const { clock, down, probed, recovery, fail } = twoSides();
    down.add('cobot');
    fail('cobot');
    recovery.stop();
    fail('cobot');

    await clock.advance(MINUTE);

    expect([probed, clock.timers()]).toEqual([[], 0]);
  });
});

describe('an endpoint that fails on a side that is up', () => {
  it('wakes nobody, however often it fails: jobs keep to their pauses', async () => {
    const { clock, woken, fail, onWake } = twoSides();
    onWake(() => fail('cobot', 3, 503));
    fail('cobot', 3, 503);

    await clock.advance(5 * MINUTE);

    expect(woken.length).toBeLessThanOrEqual(1);
  });
});

describe('a side that flaps', () => {
  it('wakes jobs no more often than it was found to be back', async () => {
    const { clock, down, woken, fail, onWake } = twoSides();
    down.add('cobot');
    fail('cobot');
    // Up for a moment whenever it is asked the third time.
    onWake(() => {
      down.add('cobot');
      fail('cobot');
    });
    for (let minute = 0; minute < 5; minute += 1) {
      await clock.advance(MINUTE - SECOND);
      down.delete('cobot');
      await clock.advance(SECOND);
    }

    expect(woken.length).toBeLessThanOrEqual(5);
  });
});

describe('jobs that wait for Cobot', () => {
  it('run as soon as it is back, and not at the end of their pauses', async () => {
    const world = await createRelayWorld();
    const member = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
    await world.sweep();
    member.name = 'Ada New';
    world.cobot.sabotage(/./, { kind: 'answer', status: 503, headers: { 'retry-after': '240' } });
    for (const round of [1, 2, 3, 4]) {
      await world.parts.queue.add([
        { name: 'reconcile', key: `${round}`, payload: { membershipId: member.id, cause: 'test' } },
      ]);
    }
    await world.settle();
    await world.clock.advance(3 * SECOND);
    await world.settle();
    world.cobot.healAll();

    for (let second = 0; second < 5; second += 1) {
      await world.clock.advance(SECOND);
      await world.parts.cobot.space();
      await world.settle();
    }

    expect(world.userOf(member).name).toBe('Ada New');
  });
});
