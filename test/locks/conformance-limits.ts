// That a connector keeps to its vendor's limits by itself, with those limits switched on in the simulator.
import { expect } from 'vitest';
import { inLanes } from '../../src/lib/lanes.ts';
import type { Check } from './conformance-world.ts';

const AT_ONCE = 10;

export const limitCheck: Check = {
  name: 'keeps to the limits, however many calls are asked for at once: no 429 is ever answered',
  needs: { what: 'limits', isThere: ({ traits }) => traits.rush !== null },
  async check(world) {
    const { simulator } = world;
    const { rush } = world.traits;
    if (rush === null) throw new Error('the vendor has no limits');
    // The connections are there then, so that the first calls do not take longer than the others.
    await world.lockSystem.locks();
    const before = simulator.requests.length;

    // Not all at the same moment: this process would be too busy to send what it has started.
    await inLanes(
      AT_ONCE,
      Array.from({ length: rush.calls }, (_, index) => index),
      async (index) => void (await rush.call(world, index)),
    );

    const statuses = simulator.requests.slice(before).map(({ status }) => status);
    expect(statuses.length).toBeGreaterThanOrEqual(rush.calls);
    expect(statuses).not.toContain(429);
  },
};
