// A window that changes, on every lock system: whoever may open at every moment before and after can open at every moment
// in between. Looked at on each request that the lock system gets, in its own truth.
import { describe, expect, it } from 'vitest';
import type { LockSimulator } from '../../src/simulators/lock-simulator.ts';
import { counting, DAY, HOUR, MINUTE } from '../support/relay.ts';
import { createRelayOn, kisi, type RelayOn, type StartLocks, seam, smartlock, unifi } from '../support/relay-on.ts';

const TODAY = '2026-11-30';
/** Midnight in Berlin. */
const MIDNIGHT = Date.parse('2026-11-30T23:00:00Z');
const DOORS = ['Front door', 'Studio'];
/** Long enough for a gap to show, and well below the patience of a hand-over. */
const SLOW = { issueAfterMs: 900, deleteAfterMs: 900, updateAfterMs: 900, setAfterMs: 900 };

const systems: Record<string, StartLocks<LockSimulator>> = {
  SmartLock: smartlock,
  'Kisi, where a second assignment is taken': kisi({ secondAssignment: 'taken' }),
  'Kisi, where a window can be changed': kisi({ secondAssignment: '409', patchWindow: 'works' }),
  'UniFi Access': unifi(),
  'Seam at entrances': seam({ times: SLOW }),
  'Seam at entrances, where new times are refused': seam({ times: SLOW, switches: { updateWindow: 'refused' } }),
  'Seam at keypads': seam({ times: SLOW, keypads: DOORS }),
};

async function house(start: StartLocks<LockSimulator>) {
  const world = await createRelayOn(start, { locks: DOORS });
  const ada = world.cobot.addMember({ name: 'Ada', plan: world.cobot.addPlan({ name: 'Full' }) });
  await world.sweep();
  await world.pass(MINUTE);
  expect(world.opens(ada)).toEqual(DOORS);
  return { world, ada };
}

/** Every time that she could not open all of her doors. */
function watching(world: RelayOn, member: { email: string | null }) {
  const gaps: string[] = [];
  let looks = 0;
  world.atEveryRequest(() => {
    looks += 1;
    const open = world.opens(member);
    if (open.length < DOORS.length) gaps.push(`${world.locks.requests.at(-1)?.endpoint}: only ${open.join(', ')}`);
  });
  return { gaps, looks: () => looks };
}

const WRITES = /^(?!GET |POST .*\/(list|get|system\/logs)$)/;

describe.each(Object.entries(systems))('on %s', (_name, start) => {
  it('an end that is set shuts nobody out before it, and holds', async () => {
    const { world, ada } = await house(start);
    const watch = watching(world, ada);
    const { email } = ada;

    world.cobot.cancel(ada, TODAY);
    await world.reconcile(ada);
    await world.pass(HOUR);

    expect(watch.looks()).toBeGreaterThan(0);
    expect([watch.gaps, world.opens(ada)]).toEqual([[], DOORS]);
    await world.pass(MIDNIGHT - world.clock.now() - 2 * MINUTE);
    expect(world.opens(ada)).toEqual(DOORS);
    await world.pass(4 * MINUTE);
    expect([world.opens(ada), DOORS.filter((door) => world.locks.canEver(email ?? '', door))]).toEqual([[], []]);
  });

  it('an end that is taken back opens for good, and shuts nobody out before it', async () => {
    const { world, ada } = await house(start);
    world.cobot.cancel(ada, TODAY);
    await world.reconcile(ada);
    await world.pass(HOUR);
    const watch = watching(world, ada);

    ada.canceledTo = null;
    await world.sweep();
    await world.pass(MINUTE);

    expect(watch.looks()).toBeGreaterThan(0);
    expect([watch.gaps, world.opens(ada)]).toEqual([[], DOORS]);
    await world.pass(DAY);
    expect(world.opens(ada)).toEqual(DOORS);
  });

  it('is done once: afterwards there is nothing to change', async () => {
    const { world, ada } = await house(start);
    world.cobot.cancel(ada, TODAY);
    await world.reconcile(ada);
    await world.pass(HOUR);
    const written = counting(world.locks, WRITES);

    const { changes } = await world.sweep();

    expect(changes).toEqual([]);
    expect(written()).toBe(0);
  });
});

describe('on Kisi, where neither a second assignment is taken nor a window can be changed', () => {
  it('doors are shut only while their own assignments are made anew, and all of them are open afterwards', async () => {
    const { world, ada } = await house(kisi());
    const meanwhile = new Set<string | undefined>();
    world.atEveryRequest(() => {
      if (world.opens(ada).length < DOORS.length) meanwhile.add(world.locks.requests.at(-1)?.path);
    });

    world.cobot.cancel(ada, TODAY);
    await world.reconcile(ada);

    expect(world.opens(ada)).toEqual(DOORS);
    expect(meanwhile.size).toBeGreaterThan(0);
    expect([...meanwhile].filter((path) => path?.startsWith('/role_assignments') !== true)).toEqual([]);
  });
});
