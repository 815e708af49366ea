import { afterEach, describe, expect, it } from 'vitest';
import type { Spelling } from '../../../src/simulators/smartlock.ts';
import { type LockWorld, lockSystemConformance } from '../conformance.ts';
import { simulatedWorld } from './simulated-world.ts';

const secret = `whsec_${Buffer.from('a signing secret of 24 b').toString('base64')}`;

lockSystemConformance('SmartLock', () => simulatedWorld({ secret }));

describe('the openings of SmartLock', () => {
  let world: LockWorld | undefined;
  afterEach(async () => {
    await world?.close();
  });

  const spellings: Spelling[] = ['form', 'json', 'text in json'];
  it.each(spellings.flatMap((spelling) => [{ spelling }, { spelling, secret }]))('are read from %o', async (how) => {
    world = await simulatedWorld(how);
    const lockUserId = world.addUser({ email: 'ada@example.com' });
    const [lock] = await world.lockSystem.locks();
    if (!lock) throw new Error('no lock');
    world.addGrant({ lockUserId, lockId: lock.id });
    const now = Date.now();

    const request = await world.open(lockUserId, lock.id, now);

    expect(world.lockSystem.readOpening(request, now)).toMatchObject({
      ok: true,
      opening: { lockUserId, lockId: lock.id, lockName: lock.name, occurredAt: Math.floor(now / 1000) * 1000 },
    });
  });
});
