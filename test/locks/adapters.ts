// The adapters around a connector, as the service stacks them, on a store in memory: notes where its grants carry none,
// then windows where they carry none.
import type { Clock } from '../../src/lib/clock.ts';
import type { LockSystem } from '../../src/locks/lock-system.ts';
import { createNotesByStore } from '../../src/locks/notes-by-store.ts';
import { marks } from '../../src/locks/owned.ts';
import { createWindowsByTimer } from '../../src/locks/windows-by-timer.ts';
import { createGrantNotes } from '../../src/store/grant-notes.ts';
import { createTimedGrants } from '../../src/store/timed-grants.ts';
import { openMemoryDatabase, scopeOn } from './windowless-world.ts';

type Stack = { lockSystem: LockSystem /** What has come due is done. */; due(): Promise<unknown> };

export async function withAdapters(connector: LockSystem, clock: Clock): Promise<Stack> {
  const scope = scopeOn(await openMemoryDatabase());
  let made = 0;
  const newId = () => {
    made += 1;
    return `row-${String(made).padStart(4, '0')}`;
  };
  const noted = connector.capabilities.notesOnGrants
    ? connector
    : createNotesByStore(connector, { store: createGrantNotes(scope), clock, newId });
  if (noted.capabilities.windowsOnGrants) return { lockSystem: noted, due: async () => undefined };
  const timers = createWindowsByTimer(noted, {
    store: createTimedGrants(scope),
    clock,
    newId,
    isOurNote: marks('co-up').isOurNote,
    boundaryChanged: async () => undefined,
  });
  return { lockSystem: timers, due: () => timers.tick() };
}
