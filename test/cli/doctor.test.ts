// relay doctor on every lock system: ticks where all is well, a cross with what to do where it is not.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LockSystemName } from '../../src/locks/catalog.ts';
import type { Action } from '../../src/simulators/sabotage.ts';
import { counting } from '../support/relay.ts';
import { kisi, SYSTEMS, systems } from '../support/relay-on.ts';
import { openWorldOn } from './world-on.ts';

const NAMES: Record<LockSystemName, string> = {
  smartlock: 'SmartLock',
  kisi: 'Kisi',
  unifi: 'UniFi Access',
  seam: 'Seam',
};
/** How each says that it does not take the token, and which setting then has to be mended. */
const REFUSALS: Record<LockSystemName, { answer: Action; mend: RegExp }> = {
  smartlock: { answer: { kind: 'answer', status: 401, json: {} }, mend: /SMARTLOCK_API_TOKEN|token/ },
  kisi: { answer: { kind: 'answer', status: 401, json: { error: 'Access denied.' } }, mend: /token|key/i },
  unifi: {
    answer: { kind: 'answer', status: 200, json: { code: 'CODE_ACCESS_TOKEN_INVALID', msg: 'No.' } },
    mend: /UNIFI_API_TOKEN/,
  },
  seam: {
    answer: { kind: 'answer', status: 401, json: { error: { type: 'unauthorized', message: 'No.' } } },
    mend: /SEAM_API_KEY/,
  },
};
const WRITES = /^(PUT|PATCH|DELETE) |^POST .*\/(create|update|delete|users|role_assignments|access)$/;

type Line = { what: string; ok: boolean | null; sentence: string; advice: string | null };
const crosses = (lines: readonly Line[]) => lines.filter(({ ok }) => ok === false);

describe.each(SYSTEMS)('doctor on %s', (system) => {
  const name = NAMES[system];

  async function examined(answer: () => unknown): Promise<Line[]> {
    const { lines } = answer() as { lines: Line[] };
    return lines;
  }

  it('ticks every part where all is well, and ends with 0', async () => {
    const world = await openWorldOn(systems[system]);
    await world.sweep();

    const { code, out } = await world.run('doctor');

    expect(code).toBe(0);
    expect(out).not.toContain('✗');
    for (const what of ['Node', 'environment', 'database', 'Cobot', `${name}, `, 'policy', 'last good sweep'])
      expect(out).toMatch(new RegExp(`^✓ ${what}`, 'm'));
    expect(out).toMatch(new RegExp(`^✓ ${name}, .*: Front door, Studio$`, 'm'));
  });

  it('answers in JSON', async () => {
    const world = await openWorldOn(systems[system]);

    const { code, answer } = await world.run('doctor --json');

    const lines = await examined(answer);
    expect(code).toBe(0);
    expect(lines).toContainEqual({ what: 'database', ok: true, sentence: 'it answers: SQLite', advice: null });
    expect(crosses(lines)).toEqual([]);
  });

  it('crosses a token that is refused, says what to do, and ends with 2', async () => {
    const world = await openWorldOn(systems[system]);
    await world.sweep();
    const { answer: refusal, mend } = REFUSALS[system];
    world.locks.sabotage(/./, refusal);

    const { code, answer } = await world.run('doctor --json');

    const found = crosses(await examined(answer));
    expect(code).toBe(2);
    expect(found.length).toBeGreaterThan(0);
    for (const { what } of found) expect(what).toContain(name);
    expect(found.map(({ sentence, advice }) => `${sentence} ${advice}`).join('\n')).toMatch(mend);
  });

  it('crosses a lock system that does not answer, and ends with 2', async () => {
    const world = await openWorldOn(systems[system]);
    await world.sweep();
    await world.locks.down();

    const { code, answer } = await world.run('doctor --json');

    const found = crosses(await examined(answer));
    expect(code).toBe(2);
    expect(found.map(({ what }) => what)).toEqual(expect.arrayContaining([name]));
    await world.locks.up();
  });

  if (system === 'smartlock') return;
  it('crosses a webhook that is missing, and says what to do', async () => {
    const world = await openWorldOn(systems[system]);
    world.locks.setCallbackUrl(undefined);

    const { code, out } = await world.run('doctor');

    expect(code).toBe(2);
    expect(out.match(/^✗.*(?:\n {4}.*)*/gm)).toEqual([
      expect.stringMatching(/webhook.*README|webhook.*add one in Seam/),
    ]);
  });

  it('crosses a policy that names a lock which is not there', async () => {
    const world = await openWorldOn(systems[system]);
    await world.sweep();
    writeFileSync(world.policyPath, 'version: 1\nrules: [{ name: All, locks: [Frnt door], members: all }]\n');
    await world.waitFor(world.app.policy.refresh());

    const { code, answer } = await world.run('doctor --json');

    expect(code).toBe(2);
    expect(crosses(await examined(answer))).toEqual([
      {
        what: 'policy',
        ok: false,
        sentence: expect.any(String),
        advice: expect.stringContaining('"relay policy check"'),
      },
    ]);
  });

  it('writes nothing over there, not even to mend', async () => {
    const world = await openWorldOn(systems[system]);
    world.locks.setCallbackUrl(undefined);
    const before = world.truth();
    const written = counting(world.locks, WRITES);

    await world.run('doctor');

    expect([written(), world.truth()]).toEqual([0, before]);
  });
});

describe('doctor', () => {
  it('shows a webhook that Kisi has switched off, and leaves mending it to the sweep', async () => {
    const world = await openWorldOn(kisi());
    const [webhook] = world.locks.integrations.values();
    Object.assign(webhook ?? {}, { enabled: false, disabledAt: world.clock.now() });

    const { code, out } = await world.run('doctor');

    expect([code, webhook?.enabled]).toEqual([2, false]);
    expect(out).toMatch(/^✗ Kisi, the event webhook: Kisi switched it off.*the relay switches it on again\.$/m);
  });

  it('crosses what is missing in the environment, and ends with 1, since the rest cannot be looked at', async () => {
    const world = await openWorldOn(systems.kisi);

    const { code, out } = await world.run('doctor', { env: { KISI_API_KEY: undefined } });

    expect(code).toBe(1);
    expect(out).toMatch(/^✗ environment: KISI_API_KEY is .*\n {2}→ set it in the environment or in \.env/m);
  });

  it('opens the database itself where no service runs', async () => {
    const world = await openWorldOn(systems.unifi);
    await world.stopService();

    const { code, out } = await world.run('doctor');

    expect([code, /^✓ database/m.test(out)]).toEqual([0, true]);
  });

  it('says that the service is not reached where PUBLIC_URL leads nowhere, which may be a matter of where it runs', async () => {
    const world = await openWorldOn(systems.smartlock);

    const { code, out } = await world.run('doctor', { env: { PUBLIC_URL: 'http://127.0.0.1:9/relay' } });

    expect(code).toBe(0);
    expect(out).toMatch(/^! PUBLIC_URL: not reached from here/m);
  });

  it('ends with 1 where it is asked wrongly', async () => {
    const world = await openWorldOn(systems.smartlock);

    expect(await world.run('doctor --wrong')).toMatchObject({ code: 1, out: '' });
  });
});
