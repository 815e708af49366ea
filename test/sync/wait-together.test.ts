// What a job is told by who knows of the others: to wait with all of them, or that it is done.
import { describe, expect, it } from 'vitest';
import { createAlone } from '../../src/lib/together.ts';
import type { Job } from '../../src/queue/queue.ts';
import { createBurst } from '../../src/sync/burst.ts';
import { createTurns } from '../../src/sync/turns.ts';
import { createRelayWorld } from '../support/relay.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const reconcile = (membershipId: string, sequence: number): Job<'reconcile'> => ({
  ...{ id: membershipId, name: 'reconcile', key: membershipId, attempt: 1, requestedAt: 0, sequence },
  payload: { membershipId, cause: 'test' },
});

describe('where the calls of an endpoint are used up', () => {
  it('links wait together, and a check-in lets others be looked at, which may need no call', async () => {
    const clock = createVirtualClock();
    const spent = (endpoint: string) => ({ endpoint, perMinute: 60, left: 0 });
    const { cobot } = (await createRelayWorld()).parts;
    const budgets = async () => [spent('POST /api/check_in_tokens'), spent('POST /api/check_ins')];
    const turns = createTurns({ cobot: { ...cobot, budgets }, clock });
    const again = clock.now() + 1000;

    expect(await turns.take('link', async () => 'done')).toEqual({ again, rest: again });
    expect(await turns.take('check-in', async () => 'done')).toEqual({ again });
  });
});

describe('a reconcile that was looked at while a sweep ended', () => {
  it('is done where the sweep has done it, and only what was asked for before the sweep', async () => {
    const { parts } = await createRelayWorld();
    const burst = createBurst({ ...parts, together: createAlone(parts.clock) });

    await burst.sweepBegins(5);
    const meanwhile = await burst.instead(reconcile('m1', 5));
    await burst.sweepEnds(new Set(['m1']));

    expect(meanwhile).toMatchObject({ rest: expect.any(Number) });
    expect(await burst.instead(reconcile('m1', 5))).toBe('done');
    expect(await burst.instead(reconcile('m2', 5))).toBeNull();
    expect(await burst.instead(reconcile('m1', 6))).not.toBe('done');
  });

  it('is not done by a sweep that failed', async () => {
    const { parts } = await createRelayWorld();
    const burst = createBurst({ ...parts, together: createAlone(parts.clock) });

    await burst.sweepBegins(5);
    await burst.sweepEnds(new Set());

    expect(await burst.instead(reconcile('m1', 5))).toBeNull();
  });
});
