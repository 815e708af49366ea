import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createLockSystem, lockSystemNames } from '../../src/locks/catalog.ts';

describe('the catalog of lock systems', () => {
  it('builds SmartLock by its name', () => {
    const settings = { token: 'sl-token', url: 'https://api.smartlock.test', webhookSecret: null };

    const lockSystem = createLockSystem('smartlock', settings, { clock: systemClock });

    expect(lockSystem.name).toBe('SmartLock');
    expect(lockSystemNames).toEqual(['smartlock']);
  });
});
