// The lock systems there are: the one place outside a vendor's folder that names vendors. A new one is a line here.
import type { ClientParts } from '../lib/http.ts';
import type { Side } from '../lib/together.ts';
import { createKisi, type KisiSettings } from './kisi/connector.ts';
import type { LockSystem } from './lock-system.ts';
import { createSeam, type SeamSettings } from './seam/connector.ts';
import { createSmartLock, type SmartLockSettings } from './smartlock/connector.ts';
import { createUnifi, type UnifiSettings } from './unifi/connector.ts';

/** A lock system by the name that LOCK_SYSTEM takes, with what it needs to know. */
export type LockSystemChoice =
  | { system: 'smartlock'; settings: SmartLockSettings }
  | { system: 'kisi'; settings: KisiSettings }
  | { system: 'unifi'; settings: UnifiSettings }
  | { system: 'seam'; settings: SeamSettings };
export type LockSystemName = LockSystemChoice['system'];

export type LockSystemParts = ClientParts & { side?: Side };

/** Throws where a setting cannot be one. */
export function createLockSystem(choice: LockSystemChoice, parts: LockSystemParts): LockSystem {
  switch (choice.system) {
    case 'smartlock':
      return createSmartLock({ settings: choice.settings, ...parts });
    case 'kisi':
      return createKisi({ settings: choice.settings, ...parts });
    case 'unifi':
      return createUnifi({ settings: choice.settings, ...parts });
    case 'seam':
      return createSeam({ settings: choice.settings, ...parts });
  }
}
