// The conformance suite, run on lock systems that are wrong on purpose: each check fails where it should.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSmartLockSimulator } from '../../src/simulators/smartlock/smartlock.ts';
import { chapters } from './conformance.ts';
import { faults } from './conformance-faults.ts';
import { limitCheck } from './conformance-limits.ts';
import type { Check, LockWorld } from './conformance-world.ts';
import { simulatedWorld } from './simulated-world.ts';
import { smartLock, smartLockWorld } from './smartlock/simulated-world.ts';

const checks = new Map<string, Check>(
  Object.values(chapters)
    .flat()
    .map((check) => [check.name, check]),
);

let world: LockWorld;
afterEach(() => world.close());

describe.each(faults)('who $name', ({ spoil, seenBy }) => {
  beforeEach(async () => {
    world = await smartLockWorld();
  });

  it.each(seenBy)('is seen: %s', async (name) => {
    const check = checks.get(name);
    const spoilt = spoil(world);

    expect(check, 'there is no such check').toBeDefined();
    expect(check?.needs?.isThere(spoilt) ?? true, 'the check would be skipped').toBe(true);
    await expect(check?.check(spoilt)).rejects.toThrow();
  });
});

describe('who asks for more than the limits', () => {
  beforeEach(async () => {
    world = await simulatedWorld(
      { ...smartLock, start: (options) => startSmartLockSimulator({ ...options, limits: { perToken: 20 } }) },
      { limits: 'on' },
    );
  });

  it('is seen', async () => {
    await expect(limitCheck.check(world)).rejects.toThrow();
  });
});

describe('every check', () => {
  beforeEach(async () => {
    world = await smartLockWorld();
  });

  it('has a fault that it sees', () => {
    const seeing = new Set(faults.flatMap(({ seenBy }) => seenBy));

    expect([...checks.keys()].filter((name) => !seeing.has(name))).toEqual([]);
  });
});
