// The conformance suite over the adapters, around a connector whose lock system is made to forget windows, notes, or both.
import type { CurrentGrant } from '../../src/access/model.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { withAdapters } from './adapters.ts';
import { lockSystemConformance } from './conformance.ts';
import type { LockWorld } from './conformance-world.ts';
import { smartLockWorld } from './smartlock/simulated-world.ts';
import { withoutWindows } from './windowless-world.ts';

function withoutNotes(lockSystem: LockSystem): LockSystem {
  const forgotten = (grant: CurrentGrant | 'gone' | 'there') =>
    typeof grant === 'string' ? grant : { ...grant, note: null };
  return {
    ...lockSystem,
    capabilities: { ...lockSystem.capabilities, notesOnGrants: false },
    grants: async (of) => (await lockSystem.grants(of)).map((grant) => ({ ...grant, note: null })),
    addGrant: async (grant) => forgotten(await lockSystem.addGrant(grant)),
  };
}

async function worldWith(forget: (lockSystem: LockSystem) => LockSystem): Promise<LockWorld> {
  const world = await smartLockWorld();
  const { lockSystem, due } = await withAdapters(forget(world.lockSystem), world.clock);
  return {
    ...world,
    lockSystem,
    isBare: false,
    async pass(ms) {
      await world.pass(ms);
      await due();
    },
  };
}

/** SmartLock's simulator stands behind it. */
const without = ['codes', 'grants without notes', 'other events at the same address', 'totals'];

lockSystemConformance('A lock system without windows', () => worldWith(withoutWindows), { without });
lockSystemConformance('A lock system without notes', () => worldWith(withoutNotes), { without });
lockSystemConformance('A lock system without either', () => worldWith((each) => withoutWindows(withoutNotes(each))), {
  without,
});
