// The lock systems that can be simulated, by the name that LOCK_SYSTEM takes.
import type { Clock } from '../lib/clock.ts';
import { startKisiSimulator } from './kisi/kisi.ts';
import type { LockSimulator } from './lock-simulator.ts';
import { startSeamSimulator } from './seam/seam.ts';
import { startSmartLockSimulator } from './smartlock/smartlock.ts';
import { startUnifiSimulator } from './unifi/unifi.ts';

type StartLocks = (given: { clock: Clock; secret: string }) => Promise<LockSimulator>;

export const lockSimulators: Readonly<Record<'smartlock' | 'kisi' | 'unifi' | 'seam', StartLocks>> = {
  smartlock: startSmartLockSimulator,
  kisi: startKisiSimulator,
  unifi: startUnifiSimulator,
  // Entrances tell who it was, as Seam's newest, still undocumented, events do. A keypad takes ten new codes a minute.
  seam: (given) => startSeamSimulator({ ...given, switches: { unlockNames: 'identity' } }),
};
