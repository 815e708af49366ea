// The conformance suite over windows by timer, around a connector whose lock system is made to forget windows.
import { systemClock } from '../../src/lib/clock.ts';
import { marks } from '../../src/locks/owned.ts';
import { createWindowsByTimer } from '../../src/locks/windows-by-timer.ts';
import type { TimedGrants } from '../../src/store/store.ts';
import { createTimedGrants } from '../../src/store/timed-grants.ts';
import { type LockWorld, lockSystemConformance } from './conformance.ts';
import { simulatedWorld } from './smartlock/simulated-world.ts';
import { openMemoryDatabase, withoutWindows } from './windowless-world.ts';

lockSystemConformance('A lock system without windows', async (): Promise<LockWorld> => {
  const world = await simulatedWorld();
  const store = createTimedGrants({ sql: await openMemoryDatabase(), space: 'co-up' });
  const rowOf = new Map<string, string>();
  const noting: TimedGrants = {
    ...store,
    stand(ids, on) {
      for (const id of ids) if (on.realId !== null) rowOf.set(on.realId, id);
      return store.stand(ids, on);
    },
  };
  const vendor = withoutWindows(world.lockSystem);
  let areAnswersLost = false;
  let made = 0;

  return {
    ...world,
    fail(failure) {
      areAnswersLost = failure === 'answer lost';
      world.fail(failure);
    },
    lockSystem: createWindowsByTimer(
      {
        ...vendor,
        // The look before a grant is given gets its answer: else nothing would be given, and no answer be lost.
        grants: async (of) =>
          areAnswersLost ? world.grants().filter((grant) => grant.lockUserId === of?.lockUserId) : vendor.grants(of),
      },
      {
        store: noting,
        clock: systemClock,
        newId() {
          made += 1;
          return `row-${String(made).padStart(4, '0')}`;
        },
        isOurNote: marks('co-up').isOurNote,
        boundaryChanged: async () => undefined,
      },
    ),
    // What is really there, by the id under which it is known above.
    grants: () => world.grants().map((grant) => ({ ...grant, id: rowOf.get(grant.id) ?? grant.id })),
  };
});
