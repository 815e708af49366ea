// SIGTERM: what runs is finished or left for the next start, and the process is gone within ten seconds, with code 0.
import { describe, expect, it } from 'vitest';
import { setUpService, soon } from '../support/service.ts';

const service = await setUpService();
const { cobot, smartlock, relay } = service;
smartlock.addLocks('Front door', 'Studio');
const plan = cobot.addPlan({ name: 'Full Time' });
const everything = /./;
await service.subscribe();
await relay.start();
await service.idle();

function join(count: number, prefix: string) {
  return Array.from({ length: count }, (_, index) => cobot.addMember({ name: `${prefix} ${index}`, plan }));
}

const grantsOf = (member: { email: string | null }) => smartlock.windows(member.email ?? '', 'Front door').length;

describe('a relay that is told to stop', () => {
  it('while it is busy ends with 0, and the next start does the rest without doing anything twice', async () => {
    const slowness = smartlock.sabotage(everything, { kind: 'delay', ms: 300 });
    const joining = join(6, 'Busy');
    for (const member of joining) await service.tell('confirmed_membership', member);
    await expect.poll(() => smartlock.users.size, soon).toBeGreaterThan(0);

    const { code, ms } = await relay.stop();

    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
    slowness.lift();
    await relay.start();
    await service.idle();
    expect(joining.map(grantsOf)).toEqual(joining.map(() => 1));
    expect(smartlock.users.size).toBe(6);
  });

  it('while both sides hang ends with 0 within ten seconds, and loses nothing', async () => {
    const hanging = [cobot, smartlock].map((side) => side.sabotage(everything, { kind: 'hang' }));
    const joining = join(4, 'Patient');
    for (const member of joining) await service.tell('confirmed_membership', member);
    await expect.poll(() => hanging.some(({ hits }) => hits > 0), soon).toBe(true);

    const { code, ms } = await relay.stop();

    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
    for (const each of hanging) each.lift();
    await relay.start();
    await expect.poll(() => joining.map(grantsOf), soon).toEqual([1, 1, 1, 1]);
    expect(smartlock.users.size).toBe(10);
  });
});
