// The lock systems there are: the one place outside a vendor's folder that names vendors. A new one is a line here.
import type { Clock } from '../lib/clock.ts';
import type { CallInfo } from '../lib/http.ts';
import type { LockSystem } from './lock-system.ts';
import { createSmartLock, type SmartLockSettings } from './smartlock/connector.ts';

/** What each needs to know, by the name that LOCK_SYSTEM takes. */
export type LockSystemSettings = {
  smartlock: SmartLockSettings;
};
export type LockSystemName = keyof LockSystemSettings;

export type LockSystemParts = { clock: Clock; signal?: AbortSignal; onCall?: (call: CallInfo) => void };

const connectors: { [N in LockSystemName]: (settings: LockSystemSettings[N], parts: LockSystemParts) => LockSystem } = {
  smartlock: (settings, parts) => createSmartLock({ settings, ...parts }),
};

/** In the order in which messages list them. */
export const lockSystemNames: readonly LockSystemName[] = ['smartlock'];

/** Throws where a setting cannot be one. */
export function createLockSystem<N extends LockSystemName>(
  name: N,
  settings: LockSystemSettings[N],
  parts: LockSystemParts,
): LockSystem {
  return connectors[name](settings, parts);
}
