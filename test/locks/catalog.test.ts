import { describe, expect, it } from 'vitest';
import { LOCK_SYSTEMS } from '../../src/config-variables.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLockSystem, type LockSystemChoice } from '../../src/locks/catalog.ts';

const common = { token: 'a-token', url: 'https://locks.test', webhookSecret: null };
const choices: { [N in LockSystemChoice['system']]: Extract<LockSystemChoice, { system: N }> } = {
  smartlock: { system: 'smartlock', settings: common },
  kisi: { system: 'kisi', settings: { ...common, placeId: null, users: 'managed', windows: 'kisi' } },
  unifi: { system: 'unifi', settings: { ...common, certificate: null } },
  seam: { system: 'seam', settings: { ...common, accessMethods: ['mobile_key'] } },
};
const names = { smartlock: 'SmartLock', kisi: 'Kisi', unifi: 'UniFi Access', seam: 'Seam' };

describe('the catalog of lock systems', () => {
  it.each(LOCK_SYSTEMS)('builds %s by the name that LOCK_SYSTEM takes', (system) => {
    expect(createLockSystem(choices[system], { clock: systemClock }).name).toBe(names[system]);
  });
});
