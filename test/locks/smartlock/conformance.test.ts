// Own simulator.
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createSmartLock } from '../../../src/locks/smartlock/connector.ts';
import { type Spelling, startSmartLockSimulator } from '../../../src/simulators/smartlock/smartlock.ts';
import { lockSystemConformance } from '../conformance.ts';
import { openMailbox } from '../mailbox.ts';
import { smartLockWorld } from './simulated-world.ts';

lockSystemConformance('SmartLock', smartLockWorld, {
  without: ['codes', 'grants without notes', 'other events at the same address', 'totals'],
  limited: () => smartLockWorld({ limits: 'on', speed: 5 }),
});

describe('the openings of SmartLock', () => {
  const secret = `whsec_${Buffer.from('a signing secret of 24 b').toString('base64')}`;
  type How = { spelling: Spelling; secret?: string };
  const spellings: Spelling[] = ['form', 'json', 'text in json'];
  it.each(spellings.flatMap((spelling): How[] => [{ spelling }, { spelling, secret }]))(
    'are read from %o',
    async (how) => {
      const mailbox = await openMailbox();
      const simulator = await startSmartLockSimulator({ clock: systemClock, ...how });
      const settings = { token: simulator.token, url: simulator.url, webhookSecret: how.secret ?? null };
      const lockSystem = createSmartLock({ settings, clock: systemClock });
      const user = simulator.addUser({ email: 'ada@example.com' });
      const [lock] = simulator.addLocks('Front door');
      if (!lock) throw new Error('no lock');
      const now = systemClock.now();
      const deliverTo = mailbox.address();

      await simulator.openLock(user, lock, { ...how, deliverTo, occurredAt: now, anyway: true });

      expect(lockSystem.readOpening(mailbox.take(deliverTo), now)).toMatchObject({
        ok: true,
        opening: {
          lockUserId: user.id,
          lockId: lock.id,
          lockName: lock.name,
          occurredAt: Math.floor(now / 1000) * 1000,
        },
      });
      await simulator.close();
      mailbox.close();
    },
  );
});
